/** The history of releases and activations, with one release in detail. */

import { mayDecideReleases } from "#engine/service/definitions/studio-rights.ts";
import { namesOf } from "#engine/service/queries/person-names.ts";
import { listActivations } from "#engine/service/releases/activate-release.ts";
import { diffReleases, getRelease, listReleases, releaseSides } from "#engine/service/releases/studio-queries.ts";
import type { ComparePage, ReleasesPage } from "../screens/studio/releases.ts";
import type { StudioDoor } from "./studio.server.ts";

export async function releasesPage(
  { engine, scope }: StudioDoor,
  input: { readonly at: number | null; readonly cursor: string | null },
): Promise<ReleasesPage> {
  const list = await listReleases(engine, scope, { limit: 30, cursor: input.cursor });
  const activations = scope.orgs.length === 1 ? await listActivations(engine, scope) : [];
  const at = list.items.find((release) => release.number === input.at) ?? list.items[0] ?? null;
  const diff = at === null || at.base === null ? null : await diffReleases(engine, scope, { a: at.base, b: at.number });
  const people = [
    ...list.items.flatMap((release) => [release.author, ...release.authors, ...release.decisions.map((one) => one.by)]),
    ...activations.map((one) => one.by),
  ];
  const now = engine.clock.now();
  const may = await mayDecideReleases(engine, scope);
  return {
    releases: list.items.map(({ manifest, ...release }) => ({ ...release, definitions: Object.keys(manifest).length })),
    next: list.next,
    at: at?.number ?? null,
    changes: diff?.definitions.map(({ kind, key, title, change, summary }) => ({ kind, key, title, change, summary })) ?? [],
    activations: activations.map((one) => ({ ...one, isToCome: one.at > now })),
    names: Object.fromEntries(await namesOf(engine, scope, people)),
    me: scope.principal.id,
    may,
    org: scope.orgs.length === 1 ? (scope.orgs[0]?.code ?? null) : null,
  };
}

const CHOICES = 100;

/** One release beside another: the one it was made on, unless another is named. */
export async function releaseSidesPage(
  { engine, scope }: StudioDoor,
  input: { readonly number: number; readonly against: number | null },
): Promise<ComparePage> {
  const release = await getRelease(engine, scope, { number: input.number });
  const against = input.against ?? release.base;
  const others = (await listReleases(engine, scope, { limit: CHOICES })).items.filter((one) => one.number !== release.number);
  return {
    ...{ number: release.number, note: release.note, base: release.base, against },
    others: others.map(({ number, note }) => ({ number, note })),
    entries: against === null ? [] : await releaseSides(engine, scope, { a: against, b: release.number }),
  };
}
