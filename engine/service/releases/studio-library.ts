/** The studio's library: every definition of a release or draft with its health, its instances and who names it. */
import type { Problem } from "../../core/problem.ts";
import type { Kind } from "../../schema/definition-base.ts";
import type { Json } from "../../schema/json.ts";
import type { DefinitionVersion } from "../../store/definitions.ts";
import { loadDefinitions } from "../../store/definitions.ts";
import { machineCounts, versionDates } from "../../store/studio-reads.ts";
import { type Reference, type Resolve, referencesOf } from "../definitions/definition-references.ts";
import { draftState, draftVersions, requireDraft } from "../definitions/draft-program.ts";
import { inStudio, mayInStudio } from "../definitions/studio-work.ts";
import { dayIn } from "../work/ask-decision.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Scope } from "../work/scope.ts";
import { sha256 } from "../work/sha256.ts";
import type { Work } from "../work/work.ts";
import { checkVersions, type DefinitionHealth } from "./definition-health.ts";
import { manifestOf, sortVersions, titleOf } from "./studio-queries.ts";

export interface LibraryItem {
  readonly kind: Kind;
  readonly key: string;
  readonly pack: string;
  readonly title: string;
  readonly version: string;
  readonly instances: { readonly all: number; readonly active: number } | null;
  readonly changedAt: string | null;
  readonly changedBy: string | null;
  readonly health: DefinitionHealth;
  readonly uses: number;
  readonly usedBy: number;
  /** Of a draft: what it did to this definition. */
  readonly change: "added" | "changed" | null;
  /** Where the search words stand in it; null without a search. */
  readonly found: { readonly path: string; readonly text: string } | null;
}
export interface LibraryView {
  readonly release: number;
  readonly draft: { readonly id: string; readonly name: string } | null;
  readonly items: readonly LibraryItem[];
  readonly mayEdit: boolean;
}

/** All definitions, or those whose text holds every word of `q`. */
export async function library(engine: Engine, scope: Scope, input: { readonly draft?: string | null; readonly q?: string } = {}): Promise<LibraryView> {
  const loaded = await inStudio(engine, scope, "rules.view", async (work) => {
    const source = await sourceOf(work, input.draft ?? null);
    const dates = await versionDates(
      work.tx,
      source.versions.map((version) => version.hash),
    );
    const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
    return { ...source, dates, moment, mayEdit: mayInStudio(work, "rules.edit") };
  });
  const counts = await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => await machineCounts(tx));
  const { versions, dates } = loaded;
  const health = checkVersions(loaded.fingerprint, versions, loaded.moment);
  const graph = referenceGraph(loaded.fingerprint, versions);
  const words = (input.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const items = sortVersions(versions).flatMap((version): LibraryItem[] => {
    const found = words.length === 0 ? null : findWords(version, words);
    if (words.length > 0 && found === null) return [];
    const id = `${version.kind}/${version.key}`;
    const date = dates.get(version.hash);
    const edit = loaded.edits.get(id);
    return [
      {
        kind: version.kind,
        key: version.key,
        pack: version.key.slice(0, version.key.indexOf(".")),
        title: titleOf(version),
        version: version.hash,
        instances: version.kind === "machine" ? (counts.get(version.key) ?? { all: 0, active: 0 }) : null,
        changedAt: edit?.at ?? date?.at ?? null,
        changedBy: edit?.by ?? date?.by ?? null,
        health: health.get(id) ?? { errors: 0, warnings: 0, tests: 0, failing: 0 },
        uses: graph.uses.get(id)?.length ?? 0,
        usedBy: graph.usedBy.get(id)?.length ?? 0,
        change: edit?.change ?? null,
        found,
      },
    ];
  });
  return { release: loaded.release, draft: loaded.draft, items, mayEdit: loaded.mayEdit };
}

interface Source {
  readonly release: number;
  readonly draft: { readonly id: string; readonly name: string } | null;
  readonly versions: readonly DefinitionVersion[];
  /** Names this set of versions: health and references are computed once for it. */
  readonly fingerprint: string;
  readonly edits: ReadonlyMap<string, { readonly at: string; readonly by: string; readonly change: "added" | "changed" }>;
}

async function sourceOf(work: Work, draftId: string | null): Promise<Source> {
  if (draftId === null) {
    const manifest = await manifestOf(work, work.ruling.release);
    return { release: work.ruling.release, draft: null, ...fingerprinted(await loadDefinitions(work.tx, Object.values(manifest))), edits: new Map() };
  }
  const state = await draftState(work.tx, await requireDraft(work.tx, draftId));
  const edits = new Map(
    state.changes
      .filter((change) => change.content !== null)
      .map((change) => {
        const id = `${change.kind}/${change.key}`;
        return [
          id,
          { at: change.updatedAt, by: change.updatedBy, change: state.baseManifest[id] === undefined ? ("added" as const) : ("changed" as const) },
        ] as const;
      }),
  );
  return { release: work.ruling.release, draft: { id: state.draft.id, name: state.draft.name }, ...fingerprinted(await draftVersions(work.tx, state)), edits };
}

const fingerprinted = (versions: readonly DefinitionVersion[]): Pick<Source, "versions" | "fingerprint"> => ({
  versions,
  fingerprint: sha256(
    versions
      .map((version) => version.hash)
      .sort()
      .join(),
  ),
});

export interface WhereUsed {
  /** What it names. */
  readonly uses: readonly NamedReference[];
  /** What names it; `path` is the place there. */
  readonly usedBy: readonly NamedReference[];
}
export interface NamedReference extends Reference {
  readonly title: string;
}

/** Both directions for one definition, by key. */
export async function whereUsed(
  engine: Engine,
  scope: Scope,
  input: { readonly kind: Kind; readonly key: string; readonly draft?: string | null },
): Promise<WhereUsed> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const source = await sourceOf(work, input.draft ?? null);
    const graph = referenceGraph(source.fingerprint, source.versions);
    const id = `${input.kind}/${input.key}`;
    const name = (reference: Reference): NamedReference => ({ ...reference, title: graph.titles.get(`${reference.kind}/${reference.key}`) ?? reference.key });
    return { uses: (graph.uses.get(id) ?? []).map(name), usedBy: (graph.usedBy.get(id) ?? []).map(name) };
  });
}

/** Problems of one definition, from the cached health of its set. */
export async function problemsOfDefinition(
  engine: Engine,
  scope: Scope,
  input: { readonly kind: Kind; readonly key: string; readonly draft?: string | null },
): Promise<readonly Problem[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const source = await sourceOf(work, input.draft ?? null);
    const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
    return checkVersions(source.fingerprint, source.versions, moment).get(`${input.kind}/${input.key}`)?.problems ?? [];
  });
}

interface Graph {
  readonly uses: ReadonlyMap<string, readonly Reference[]>;
  readonly usedBy: ReadonlyMap<string, readonly Reference[]>;
  readonly titles: ReadonlyMap<string, string>;
}

const GRAPHS_KEPT = 8;
const graphs = new Map<string, Graph>();

function referenceGraph(fingerprint: string, versions: readonly DefinitionVersion[]): Graph {
  const known = graphs.get(fingerprint);
  if (known !== undefined) return known;
  const byRef = new Map<string, DefinitionVersion>();
  for (const version of versions) {
    byRef.set(`${version.kind}/${version.key}`, version);
    byRef.set(`${version.kind}/${version.key.slice(version.key.indexOf(".") + 1)}`, version);
  }
  const resolve: Resolve = (kinds, ref) => {
    for (const kind of kinds) {
      const target = byRef.get(`${kind}/${ref}`);
      if (target !== undefined) return { kind, key: target.key };
    }
    return null;
  };
  const uses = new Map<string, Reference[]>();
  const usedBy = new Map<string, Reference[]>();
  for (const version of versions) {
    const own = `${version.kind}/${version.key}`;
    const found = referencesOf(JSON.parse(version.content) as Json, resolve).filter((reference) => `${reference.kind}/${reference.key}` !== own);
    uses.set(own, found);
    for (const reference of found) {
      const id = `${reference.kind}/${reference.key}`;
      usedBy.set(id, [...(usedBy.get(id) ?? []), { kind: version.kind, key: version.key, path: reference.path }]);
    }
  }
  const graph = { uses, usedBy, titles: new Map(versions.map((version) => [`${version.kind}/${version.key}`, titleOf(version)])) };
  graphs.set(fingerprint, graph);
  for (const oldest of graphs.keys()) {
    if (graphs.size <= GRAPHS_KEPT) break;
    graphs.delete(oldest);
  }
  return graph;
}

/** The first place that holds the first word, where the whole definition holds all of them. */
function findWords(version: DefinitionVersion, words: readonly string[]): { readonly path: string; readonly text: string } | null {
  const whole = `${version.key} ${version.content}`.toLowerCase();
  if (!words.every((word) => whole.includes(word))) return null;
  const [first = ""] = words;
  const visit = (value: Json, path: string): { path: string; text: string } | null => {
    if (typeof value === "string") return value.toLowerCase().includes(first) ? { path, text: value } : null;
    if (typeof value !== "object" || value === null) return null;
    for (const [key, item] of Object.entries(value as Record<string, Json>)) {
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (key.toLowerCase().includes(first)) return { path: at, text: key };
      const found = visit(item, at);
      if (found !== null) return found;
    }
    return null;
  };
  return visit(JSON.parse(version.content) as Json, "") ?? { path: "", text: version.key };
}
