/** What a draft would publish: the manifest of its base with its changes laid over, as stored versions and as a program. */
import { hashDefinition } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { Definition } from "../../schema/definition.ts";
import type { Kind } from "../../schema/definition-base.ts";
import { type DefinitionVersion, loadDefinitions } from "../../store/definitions.ts";
import { type DraftDefinition, type DraftRow, draftDefinitions, holdDraft, loadDraft } from "../../store/drafts.ts";
import { loadRelease, type Manifest } from "../../store/releases.ts";
import type { Tx } from "../../store/tx.ts";
import { isUuid } from "../work/fresh-id.ts";
import { createRuling, type Ruling } from "../work/program-cache.ts";
import { sha256 } from "../work/sha256.ts";

export interface DraftState {
  readonly draft: DraftRow;
  readonly changes: readonly DraftDefinition[];
  /** Of the base; empty without one. */
  readonly baseManifest: Manifest;
  /** What the draft would publish. */
  readonly manifest: Manifest;
}

export const manifestKey = (kind: Kind, key: string): string => `${kind}/${key}`;

/** "<kind>/<key>" apart again. */
export function splitManifestKey(entry: string): { readonly kind: Kind; readonly key: string } {
  const slash = entry.indexOf("/");
  return { kind: entry.slice(0, slash) as Kind, key: entry.slice(slash + 1) };
}

/** - throws EngineError `not_found` for an unknown or malformed id */
export async function requireDraft(tx: Tx, id: string): Promise<DraftRow> {
  return found(isUuid(id) ? await loadDraft(tx, id) : null, id);
}
function found(draft: DraftRow | null, id: string): DraftRow {
  if (draft === null) throw new EngineError("not_found", `There is no draft "${id.slice(0, 60)}".`);
  return draft;
}

/**
 * A draft that the transaction may change: nobody else changes or publishes it until it ends.
 *
 * - throws EngineError `draft_conflict` for a draft that was published or discarded: it can no longer be changed
 */
export async function requireOpenDraft(tx: Tx, id: string): Promise<DraftRow> {
  const draft = found(isUuid(id) ? await holdDraft(tx, id) : null, id);
  if (draft.status !== "open") throw new EngineError("draft_conflict", `The draft "${draft.name}" is ${draft.status}.`, { conflicts: [] });
  return draft;
}

export async function draftState(tx: Tx, draft: DraftRow): Promise<DraftState> {
  const changes = await draftDefinitions(tx, draft.id);
  const base = draft.base === null ? null : await loadRelease(tx, draft.base);
  const baseManifest = base?.manifest ?? {};
  const manifest: Record<string, string> = { ...baseManifest };
  for (const change of changes) {
    const entry = manifestKey(change.kind, change.key);
    if (change.content === null) delete manifest[entry];
    else manifest[entry] = hashText(change.content);
  }
  return { draft, changes, baseManifest, manifest };
}

/** Version hash of a definition's JSON text. */
export const hashText = (text: string): string => hashDefinition(JSON.parse(text), sha256);

/** Every version that the draft would publish, its own and those of its base. */
export async function draftVersions(tx: Tx, state: DraftState): Promise<readonly DefinitionVersion[]> {
  const own = state.changes
    .filter((change) => change.content !== null)
    .map((change) => ({ hash: hashText(change.content as string), kind: change.kind, key: change.key, content: change.content as string }));
  const changed = new Set(own.map((version) => manifestKey(version.kind, version.key)));
  const kept = Object.entries(state.manifest)
    .filter(([entry]) => !changed.has(entry))
    .map(([, hash]) => hash);
  return [...own, ...(await loadDefinitions(tx, kept))];
}

/** The draft as a ruling with release number 0. */
export async function draftRuling(tx: Tx, state: DraftState): Promise<Ruling> {
  return createRuling(0, await draftVersions(tx, state));
}

/**
 * Definitions that a newer release has changed under the draft's feet: same key, other version than the one that was edited.
 * `release` is the one in force.
 */
export function conflictsOf(
  state: DraftState,
  current: Manifest,
): readonly { readonly kind: Kind; readonly key: string; readonly base: string | null; readonly now: string | null }[] {
  return state.changes.flatMap((change) => {
    const now = current[manifestKey(change.kind, change.key)] ?? null;
    return now === change.baseHash ? [] : [{ kind: change.kind, key: change.key, base: change.baseHash, now }];
  });
}

export const parseDefinition = (version: Pick<DefinitionVersion, "content">): Definition => JSON.parse(version.content) as Definition;
