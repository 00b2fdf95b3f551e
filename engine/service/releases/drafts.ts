/** Drafts: open one on top of a release, change definitions in it, look at what changed. Whoever may edit rules may edit every draft. */
import { EngineError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import type { Kind } from "../../schema/definition-base.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { loadDefinitions } from "../../store/definitions.ts";
import {
  type DraftDefinition,
  type DraftRow,
  draftAuthors,
  dropDraftDefinition,
  loadDraftDefinition,
  saveDraftDefinition,
  createDraft as storeDraft,
  listDrafts as storedDrafts,
  updateDraft,
} from "../../store/drafts.ts";
import { loadRelease } from "../../store/releases.ts";
import { requireValid, toKind } from "../definitions/definition-schema.ts";
import { conflictsOf, type DraftState, draftState, hashText, manifestKey, requireDraft, requireOpenDraft } from "../definitions/draft-program.ts";
import { inStudio } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { lintDefinition } from "./check-draft.ts";

export interface DraftChange {
  readonly kind: Kind;
  readonly key: string;
  readonly title: string;
  readonly change: "added" | "changed" | "removed";
  readonly revision: number;
  readonly updatedBy: string;
  readonly updatedAt: string;
}
export interface DraftView {
  readonly id: string;
  readonly name: string;
  readonly base: number | null;
  readonly status: DraftRow["status"];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly authors: readonly string[];
  readonly definitions: readonly DraftChange[];
  /** Changed by the release in force since they were edited here. */
  readonly conflicts: readonly { readonly kind: Kind; readonly key: string }[];
}
export interface DraftDefinitionView {
  readonly kind: Kind;
  readonly key: string;
  readonly version: string;
  /** Base release of the draft. */
  readonly release: number | null;
  readonly content: Json;
  readonly change: DraftChange["change"] | null;
  /** For the next PUT's `revision`; 0 while the draft has not changed it. */
  readonly revision: number;
}

/** Opens a draft on `base`, by default the release in force for the chosen org. */
export async function createDraft(engine: Engine, scope: Scope, input: { readonly name: string; readonly base?: number } & Keyed): Promise<Answer<DraftView>> {
  return await inStudio(engine, scope, "rules.edit", (work) => once(work, input.idempotency, 201, () => createIn(work, input)));
}

async function createIn(work: Work, input: { readonly name: string; readonly base?: number }): Promise<DraftView> {
  const base = input.base ?? work.ruling.release;
  if ((await loadRelease(work.tx, base)) === null) throw new EngineError("not_found", `There is no release ${base}.`);
  const name = input.name.trim();
  if (name === "" || name.length > 120)
    throw new EngineError("payload_invalid", "A draft's name has 1 to 120 characters.", {
      errors: [{ path: "/name", message: "must have 1 to 120 characters" }],
    });
  const draft = await storeDraft(work.tx, { id: freshId(work.at, work.engine.seed()), name, base, createdBy: work.actor.id, createdAt: work.at });
  auditAttempt(work, "draft_created", { type: "draft", id: draft.id }, { name, base });
  return await viewOf(work, draft);
}

/** Newest first. */
export async function listDrafts(engine: Engine, scope: Scope, input: { readonly status?: DraftRow["status"] } = {}): Promise<readonly DraftView[]> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const views: DraftView[] = [];
    for (const draft of await storedDrafts(work.tx, input.status ?? "open")) views.push(await viewOf(work, draft));
    return views;
  });
}

export async function getDraft(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<DraftView> {
  return await inStudio(engine, scope, "rules.view", async (work) => await viewOf(work, await requireDraft(work.tx, input.id)));
}

export async function renameDraft(engine: Engine, scope: Scope, input: { readonly id: string; readonly name: string }): Promise<DraftView> {
  return await inStudio(engine, scope, "rules.edit", async (work) => {
    await requireOpenDraft(work.tx, input.id);
    return await viewOf(work, await updateDraft(work.tx, input.id, { name: input.name.trim().slice(0, 120), at: work.at }));
  });
}

/** Moves the draft onto the release in force. Its own changes stay; conflicting ones count as seen. */
export async function rebaseDraft(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<DraftView> {
  return await inStudio(engine, scope, "rules.edit", async (work) => {
    const draft = await requireOpenDraft(work.tx, input.id);
    const current = (await loadRelease(work.tx, work.ruling.release))?.manifest ?? {};
    const state = await draftState(work.tx, draft);
    for (const change of state.changes) {
      const now = current[manifestKey(change.kind, change.key)] ?? null;
      if (now !== change.baseHash) await saveDraftDefinition(work.tx, { ...change, baseHash: now, updatedBy: work.actor.id, updatedAt: work.at });
    }
    auditAttempt(work, "draft_rebased", { type: "draft", id: draft.id }, { from: draft.base, to: work.ruling.release });
    return await viewOf(work, await updateDraft(work.tx, draft.id, { base: work.ruling.release, at: work.at }));
  });
}

/** Throws the draft away; what it held stays in the database under its id. */
export async function deleteDraft(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<void> {
  await inStudio(engine, scope, "rules.edit", async (work) => {
    const draft = await requireOpenDraft(work.tx, input.id);
    await updateDraft(work.tx, draft.id, { status: "discarded", at: work.at });
    auditAttempt(work, "draft_discarded", { type: "draft", id: draft.id }, { name: draft.name });
  });
}

/** The definition as the draft has it: its own change, else its base's. */
export async function getDraftDefinition(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly kind: string; readonly key: string },
): Promise<DraftDefinitionView> {
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const state = await draftState(work.tx, await requireDraft(work.tx, input.id));
    return await definitionView(work, state, toKind(input.kind), input.key);
  });
}

/**
 * Stores a definition in the draft and answers what the lints say about it.
 *
 * - 422 `definition_invalid` where it does not fit its schema: nothing is stored
 * - 409 `draft_conflict` where `revision` is not the stored one: somebody else saved in the meantime
 */
export async function putDraftDefinition(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly kind: string; readonly key: string; readonly content: Json; readonly revision?: number },
): Promise<{ readonly definition: DraftDefinitionView; readonly problems: readonly Problem[] }> {
  return await inStudio(engine, scope, "rules.edit", async (work) => {
    const draft = await requireOpenDraft(work.tx, input.id);
    const kind = toKind(input.kind);
    const key = fullKey(work, kind, input.key);
    requireValid(kind, key, input.content);
    const before = await loadDraftDefinition(work.tx, draft.id, kind, key);
    const base = (draft.base === null ? null : await loadRelease(work.tx, draft.base))?.manifest[manifestKey(kind, key)] ?? null;
    await saveDraftDefinition(work.tx, {
      draftId: draft.id,
      kind,
      key,
      content: JSON.stringify(input.content),
      baseHash: before === null ? base : before.baseHash,
      updatedBy: work.actor.id,
      updatedAt: work.at,
      ...(input.revision === undefined ? {} : { ifRevision: input.revision }),
    });
    await updateDraft(work.tx, draft.id, { at: work.at });
    const state = await draftState(work.tx, draft);
    return { definition: await definitionView(work, state, kind, key), problems: await lintDefinition(work, state, kind, key) };
  });
}

/**
 * Takes a change back; where the draft has not changed the definition, takes the definition out of the release.
 *
 * - 404 `definition_not_found` where neither draft nor base has it
 */
export async function deleteDraftDefinition(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly kind: string; readonly key: string },
): Promise<DraftView> {
  return await inStudio(engine, scope, "rules.edit", async (work) => {
    const draft = await requireOpenDraft(work.tx, input.id);
    const kind = toKind(input.kind);
    const key = fullKey(work, kind, input.key);
    if (!(await dropDraftDefinition(work.tx, draft.id, kind, key))) {
      const baseHash = (draft.base === null ? null : await loadRelease(work.tx, draft.base))?.manifest[manifestKey(kind, key)];
      if (baseHash === undefined) throw new EngineError("definition_not_found", `The draft has no ${kind} "${input.key}".`);
      await saveDraftDefinition(work.tx, { draftId: draft.id, kind, key, content: null, baseHash, updatedBy: work.actor.id, updatedAt: work.at });
    }
    return await viewOf(work, await updateDraft(work.tx, draft.id, { at: work.at }));
  });
}

/** A bare id means the definition of the release in force; a new definition has to be named with its pack. */
function fullKey(work: Work, kind: Kind, ref: string): string {
  if (ref.includes(".")) return ref;
  const key = work.ruling.program.resolve(kind, ref);
  if (key === null || key === undefined)
    throw new EngineError("definition_not_found", `There is no ${kind} "${ref.slice(0, 80)}"; a new one is named <pack>.<id>.`);
  return key;
}

async function viewOf(work: Work, draft: DraftRow): Promise<DraftView> {
  const state = await draftState(work.tx, draft);
  const current = (await loadRelease(work.tx, work.ruling.release))?.manifest ?? {};
  const removed = state.changes.filter((change) => change.content === null && change.baseHash !== null).map((change) => change.baseHash as string);
  const titles = new Map(
    (await loadDefinitions(work.tx, removed)).map((version) => [manifestKey(version.kind, version.key), titleOf(version.content, version.key)]),
  );
  return {
    id: draft.id,
    name: draft.name,
    base: draft.base,
    status: draft.status,
    createdBy: draft.createdBy,
    createdAt: draft.createdAt,
    updatedAt: draft.updatedAt,
    authors: await draftAuthors(work.tx, draft.id),
    definitions: state.changes.map((change) => ({
      kind: change.kind,
      key: change.key,
      title: change.content === null ? (titles.get(manifestKey(change.kind, change.key)) ?? change.key) : titleOf(change.content, change.key),
      change: changeOf(change, state),
      revision: change.revision,
      updatedBy: change.updatedBy,
      updatedAt: change.updatedAt,
    })),
    conflicts: draft.status === "open" ? conflictsOf(state, current).map(({ kind, key }) => ({ kind, key })) : [],
  };
}

function changeOf(change: DraftDefinition, state: DraftState): DraftChange["change"] {
  if (change.content === null) return "removed";
  return state.baseManifest[manifestKey(change.kind, change.key)] === undefined ? "added" : "changed";
}

function titleOf(content: string, key: string): string {
  const title = (JSON.parse(content) as JsonObject)["title"];
  return typeof title === "string" ? title : key;
}

async function definitionView(work: Work, state: DraftState, kind: Kind, ref: string): Promise<DraftDefinitionView> {
  const key = ref.includes(".")
    ? ref
    : (state.changes.find((change) => change.kind === kind && change.key.endsWith(`.${ref}`))?.key ?? fullKey(work, kind, ref));
  const own = state.changes.find((change) => change.kind === kind && change.key === key);
  const entry = { kind, key, release: state.draft.base };
  if (own !== undefined && own.content !== null) {
    return { ...entry, version: hashText(own.content), content: JSON.parse(own.content) as Json, change: changeOf(own, state), revision: own.revision };
  }
  const hash = own?.baseHash ?? state.baseManifest[manifestKey(kind, key)];
  const [version] = hash === undefined ? [] : await loadDefinitions(work.tx, [hash]);
  if (version === undefined) throw new EngineError("definition_not_found", `The draft has no ${kind} "${ref.slice(0, 80)}".`);
  return {
    ...entry,
    version: version.hash,
    content: JSON.parse(version.content) as Json,
    change: own === undefined ? null : "removed",
    revision: own?.revision ?? 0,
  };
}
