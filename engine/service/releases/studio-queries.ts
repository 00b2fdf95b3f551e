/** What the studio and the definition routes of the API read: definitions in force, releases, their differences. */
import { type DefinitionDiff, diffDefinition, type Side } from "../../core/diff/definition-diff.ts";
import { EngineError } from "../../core/errors.ts";
import type { Kind } from "../../schema/definition-base.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { type DefinitionVersion, definitionHistory, loadDefinitions } from "../../store/definitions.ts";
import { countInstances, listInstances } from "../../store/instances.ts";
import { loadRelease, type Manifest, releaseDecisions, listReleases as storedReleases } from "../../store/releases.ts";
import { stateCounts } from "../../store/studio-reads.ts";
import { toKind } from "../definitions/definition-schema.ts";
import { draftState, draftVersions, requireDraft, splitManifestKey } from "../definitions/draft-program.ts";
import { inStudio } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { type ReleaseView, toReleaseView } from "./release-view.ts";

export interface DefinitionView {
  readonly kind: Kind;
  readonly key: string;
  readonly version: string;
  readonly release: number;
  readonly content: Json;
}
export type DefinitionHead = Omit<DefinitionView, "content"> & { readonly title: string };

/** Definitions of a release, by kind and key; default: the release in force. */
export async function listDefinitions(
  engine: Engine,
  scope: Scope,
  input: { readonly kind?: string; readonly release?: number } = {},
): Promise<readonly DefinitionHead[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const release = input.release ?? work.ruling.release;
    const manifest = await manifestOf(work, release);
    const hashes = Object.entries(manifest)
      .filter(([entry]) => input.kind === undefined || splitManifestKey(entry).kind === input.kind)
      .map(([, hash]) => hash);
    const versions = await loadDefinitions(work.tx, hashes);
    return sortVersions(versions).map((version) => ({ kind: version.kind, key: version.key, version: version.hash, release, title: titleOf(version) }));
  });
}

/**
 * One definition as the org resolves it now, or of a named release or version.
 *
 * - 404 `definition_not_found`
 */
export async function getDefinition(
  engine: Engine,
  scope: Scope,
  input: { readonly kind: string; readonly key: string; readonly release?: number; readonly version?: string },
): Promise<DefinitionView> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const kind = toKind(input.kind);
    const release = input.release ?? work.ruling.release;
    const manifest = await manifestOf(work, release);
    const entry = Object.keys(manifest).find((one) => matches(one, kind, input.key));
    const hash = input.version === undefined ? (entry === undefined ? undefined : manifest[entry]) : input.version;
    const [version] = hash === undefined ? [] : await loadDefinitions(work.tx, [hash]);
    if (version === undefined || version.kind !== kind || !matches(`${version.kind}/${version.key}`, kind, input.key)) {
      throw new EngineError("definition_not_found", `Release ${release} has no ${kind} "${input.key.slice(0, 80)}".`);
    }
    return { kind, key: version.key, version: version.hash, release, content: JSON.parse(version.content) as Json };
  });
}

const matches = (entry: string, kind: Kind, ref: string): boolean => {
  const one = splitManifestKey(entry);
  return one.kind === kind && (one.key === ref || one.key.slice(one.key.indexOf(".") + 1) === ref);
};

/** Published versions of one definition, newest first. */
export async function definitionVersions(
  engine: Engine,
  scope: Scope,
  input: { readonly kind: string; readonly key: string },
): Promise<readonly { readonly version: string; readonly at: string; readonly by: string }[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const rows = await definitionHistory(work.tx, toKind(input.kind), input.key);
    return rows.map((row) => ({ version: row.hash, at: row.createdAt, by: row.createdBy }));
  });
}

/** Newest first. */
export async function listReleases(
  engine: Engine,
  scope: Scope,
  input: { readonly limit?: number; readonly cursor?: string | null } = {},
): Promise<{ readonly items: readonly ReleaseView[]; readonly next: string | null }> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const before = input.cursor === undefined || input.cursor === null ? undefined : Number(input.cursor);
    if (before !== undefined && !Number.isInteger(before))
      throw new EngineError("query_invalid", "The cursor is not one that a list has answered.", { errors: [{ path: "/cursor", message: "unknown cursor" }] });
    const limit = Math.min(200, Math.max(1, input.limit ?? 50));
    const page = await storedReleases(work.tx, { limit, ...(before === undefined ? {} : { before }) });
    const items: ReleaseView[] = [];
    for (const row of page.items) items.push(toReleaseView(row, await releaseDecisions(work.tx, row.number)));
    const last = items.at(-1);
    return { items, next: page.next === null || last === undefined ? null : String(last.number) };
  });
}

export async function getRelease(engine: Engine, scope: Scope, input: { readonly number: number }): Promise<ReleaseView> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const row = await loadRelease(work.tx, input.number);
    if (row === null) throw new EngineError("not_found", `There is no release ${input.number}.`);
    return toReleaseView(row, await releaseDecisions(work.tx, input.number));
  });
}

export interface ReleaseDiff {
  readonly from: number | null;
  readonly to: number | string;
  readonly definitions: readonly DefinitionDiff[];
}

/** What changed from release `a` to release `b`, definition by definition. */
export async function diffReleases(engine: Engine, scope: Scope, input: { readonly a: number; readonly b: number }): Promise<ReleaseDiff> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    return { from: input.a, to: input.b, definitions: (await compared(work, input)).diffs };
  });
}

/** One changed definition with both contents: what a reviewer's page draws. */
export interface DiffSides {
  readonly diff: DefinitionDiff;
  readonly was: JsonObject | null;
  readonly now: JsonObject | null;
}

/** What a draft changes against its base, with both contents of each definition. */
export async function draftSides(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<readonly DiffSides[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const state = await draftState(work.tx, await requireDraft(work.tx, input.id));
    const changed = Object.entries(state.baseManifest).filter(([entry, hash]) => state.manifest[entry] !== hash);
    const versions = [
      ...(await draftVersions(work.tx, state)),
      ...(await loadDefinitions(
        work.tx,
        changed.map(([, hash]) => hash),
      )),
    ];
    return sidesOf(diffManifests(state.baseManifest, state.manifest, versions), versions);
  });
}

/** What one release holds otherwise than another, with both contents of each definition. */
export async function releaseSides(engine: Engine, scope: Scope, input: { readonly a: number; readonly b: number }): Promise<readonly DiffSides[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const { diffs, versions } = await compared(work, input);
    return sidesOf(diffs, versions);
  });
}

/** What differs between two releases, with the versions that only one of both holds. */
async function compared(
  work: Work,
  { a, b }: { readonly a: number; readonly b: number },
): Promise<{ readonly diffs: readonly DefinitionDiff[]; readonly versions: readonly DefinitionVersion[] }> {
  const [was, now] = [await manifestOf(work, a), await manifestOf(work, b)];
  const hashes = new Set([...Object.entries(was), ...Object.entries(now)].filter(([entry]) => was[entry] !== now[entry]).map(([, hash]) => hash));
  const versions = await loadDefinitions(work.tx, [...hashes]);
  return { diffs: diffManifests(was, now, versions), versions };
}

function sidesOf(diffs: readonly DefinitionDiff[], versions: readonly DefinitionVersion[]): readonly DiffSides[] {
  const contents = new Map(versions.map((version) => [version.hash, version.content]));
  const contentOf = (hash: string | null): JsonObject | null => (hash === null ? null : (JSON.parse(contents.get(hash) ?? "null") as JsonObject | null));
  return diffs.map((diff) => ({ diff, was: contentOf(diff.was), now: contentOf(diff.now) }));
}

/** What a draft changes against its base. */
export async function diffDraft(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<ReleaseDiff> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const state = await draftState(work.tx, await requireDraft(work.tx, input.id));
    const changed = Object.entries(state.baseManifest).filter(([entry, hash]) => state.manifest[entry] !== hash);
    const versions = [
      ...(await draftVersions(work.tx, state)),
      ...(await loadDefinitions(
        work.tx,
        changed.map(([, hash]) => hash),
      )),
    ];
    return { from: state.draft.base, to: state.draft.id, definitions: diffManifests(state.baseManifest, state.manifest, versions) };
  });
}

function diffManifests(was: Manifest, now: Manifest, versions: readonly DefinitionVersion[]): DefinitionDiff[] {
  const byHash = new Map(versions.map((version) => [version.hash, version]));
  const side = (hash: string | undefined): Side | null => {
    const version = hash === undefined ? undefined : byHash.get(hash);
    return version === undefined ? null : { version: version.hash, content: JSON.parse(version.content) as JsonObject };
  };
  const entries = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((entry) => was[entry] !== now[entry]).sort();
  return entries.map((entry) => {
    const { kind, key } = splitManifestKey(entry);
    return diffDefinition(kind, key, side(was[entry]), side(now[entry]));
  });
}

/** Instances by state path, "" being all; of the orgs that the scope chose. */
export async function liveStates(engine: Engine, scope: Scope, input: { readonly machine: string }): Promise<Readonly<Record<string, number>>> {
  const key = await inStudio(engine, scope, "rules.view", async (work) => work.ruling.program.resolve("machine", input.machine) ?? input.machine);
  return await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => ({
    ...(await stateCounts(tx, key)),
    "": await countInstances(tx, { machine: key }),
  }));
}

export async function manifestOf(work: Work, release: number): Promise<Manifest> {
  const row = await loadRelease(work.tx, release);
  if (row === null) throw new EngineError("not_found", `There is no release ${release}.`);
  return row.manifest;
}

export const titleOf = (version: Pick<DefinitionVersion, "content" | "key">): string => {
  const title = (JSON.parse(version.content) as JsonObject)["title"];
  return typeof title === "string" ? title : version.key;
};

export function sortVersions(versions: readonly DefinitionVersion[]): readonly DefinitionVersion[] {
  const order = (version: DefinitionVersion): string => `${version.kind}/${version.key}`;
  return [...versions].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

export interface StandingInstance {
  readonly id: string;
  readonly key: string;
  readonly org: string;
  readonly updatedAt: string;
}

/** Instances that stand in a state of a machine ("" is any), newest first, of the orgs that the scope chose. */
export async function instancesInState(
  engine: Engine,
  scope: Scope,
  input: { readonly machine: string; readonly state: string; readonly limit?: number },
): Promise<readonly StandingInstance[]> {
  const key = await inStudio(engine, scope, "rules.view", async (work) => work.ruling.program.resolve("machine", input.machine) ?? input.machine);
  const codes = new Map(scope.orgs.map((org) => [org.id, org.code]));
  return await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => {
    const page = await listInstances(tx, { machine: key, ...(input.state === "" ? {} : { state: input.state }) }, { limit: input.limit ?? 25 });
    return page.items.map((row) => ({ id: row.id, key: row.key, org: codes.get(row.orgId) ?? "", updatedAt: row.updatedAt }));
  });
}
