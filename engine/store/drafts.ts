/** Drafts: an admin's working set of changed definitions on top of a release. An admin path: MikroORM's unit of work. */
import type { InferEntity } from "@mikro-orm/core";
import { LockMode } from "@mikro-orm/core";
import { EngineError } from "../core/errors.ts";
import type { Kind } from "../schema/definition-base.ts";
import { Draft, DraftDefinitionEntity } from "./entities/definition.ts";
import type { Tx } from "./tx.ts";

export interface DraftRow {
  readonly id: string;
  readonly name: string;
  readonly base: number | null;
  readonly status: "open" | "published" | "discarded";
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface DraftDefinition {
  readonly draftId: string;
  readonly kind: Kind;
  readonly key: string;
  /** JSON text as the author wrote it; null: removed from the release. */
  readonly content: string | null;
  /** Version hash of the base that was edited; null for a new definition. */
  readonly baseHash: string | null;
  readonly updatedBy: string;
  readonly updatedAt: string;
  /** Counts saves, for optimistic checks; never repeats within a draft and definition. */
  readonly revision: number;
}

/**
 * In place of the content of a change that was taken back. Its row stays for its count: were it to begin anew, whoever still holds a revision
 * of the old change would overwrite the new one unseen.
 */
const TAKEN_BACK = "";
const isChange = ({ content }: { readonly content?: string | null | undefined }): boolean => content !== TAKEN_BACK;

function toDraft(row: InferEntity<typeof Draft>): DraftRow {
  return {
    id: row.id,
    name: row.name,
    base: row.base ?? null,
    status: row.status,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function toDefinition(row: InferEntity<typeof DraftDefinitionEntity>): DraftDefinition {
  return {
    draftId: row.draftId,
    kind: row.kind as Kind,
    key: row.key,
    content: row.content ?? null,
    baseHash: row.baseHash ?? null,
    updatedBy: row.updatedBy,
    updatedAt: row.updatedAt,
    revision: row.revision,
  };
}

export async function createDraft(tx: Tx, draft: Omit<DraftRow, "status" | "updatedAt">): Promise<DraftRow> {
  const row = tx.em.create(Draft, { ...draft, status: "open", authors: [], updatedAt: draft.createdAt });
  await tx.em.persist(row).flush();
  return toDraft(row);
}

export async function loadDraft(tx: Tx, id: string): Promise<DraftRow | null> {
  const row = await tx.em.findOne(Draft, { id });
  return row === null ? null : toDraft(row);
}

/** As `loadDraft`, and nobody else changes or publishes it until the transaction ends. */
export async function holdDraft(tx: Tx, id: string): Promise<DraftRow | null> {
  const row = await tx.em.findOne(Draft, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return row === null ? null : toDraft(row);
}

/** Changed last first. */
export async function listDrafts(tx: Tx, status?: DraftRow["status"]): Promise<readonly DraftRow[]> {
  return (await tx.em.find(Draft, status === undefined ? {} : { status }, { orderBy: { updatedAt: "desc", id: "asc" } })).map(toDraft);
}

/** @throws not_found */
export async function updateDraft(
  tx: Tx,
  id: string,
  change: { readonly name?: string; readonly base?: number | null; readonly status?: DraftRow["status"]; readonly at: string },
): Promise<DraftRow> {
  const { at, ...rest } = change;
  const row = await lockDraft(tx, id);
  tx.em.assign(row, { ...rest, updatedAt: at });
  await tx.em.flush();
  return toDraft(row);
}

async function lockDraft(tx: Tx, id: string): Promise<InferEntity<typeof Draft>> {
  const row = await tx.em.findOne(Draft, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (row === null) throw new EngineError("not_found", `There is no draft ${id}.`);
  return row;
}

/** By kind and key. */
export async function draftDefinitions(tx: Tx, draftId: string): Promise<readonly DraftDefinition[]> {
  return (await tx.em.find(DraftDefinitionEntity, { draftId }, { orderBy: { kind: "asc", key: "asc" } })).filter(isChange).map(toDefinition);
}

export async function loadDraftDefinition(tx: Tx, draftId: string, kind: Kind, key: string): Promise<DraftDefinition | null> {
  const row = await tx.em.findOne(DraftDefinitionEntity, { draftId, kind, key });
  return row === null || !isChange(row) ? null : toDefinition(row);
}

/** `ifRevision` guards against another tab; 0: there must be no change. @throws not_found, draft_conflict */
export async function saveDraftDefinition(tx: Tx, input: Omit<DraftDefinition, "revision"> & { readonly ifRevision?: number }): Promise<DraftDefinition> {
  const { ifRevision, ...values } = input;
  const draft = await lockDraft(tx, input.draftId);
  const known = await tx.em.findOne(DraftDefinitionEntity, { draftId: input.draftId, kind: input.kind, key: input.key });
  const revision = known === null || !isChange(known) ? 0 : known.revision;
  if (ifRevision !== undefined && ifRevision !== revision) {
    throw new EngineError("draft_conflict", `${input.kind} ${input.key} was saved by somebody else.`, {
      conflicts: [{ kind: input.kind, key: input.key, revision }],
    });
  }
  const row =
    known === null ? tx.em.create(DraftDefinitionEntity, { ...values, revision: 1 }) : tx.em.assign(known, { ...values, revision: known.revision + 1 });
  tx.em.persist(row);
  tx.em.assign(draft, { updatedAt: input.updatedAt, authors: [...new Set([...(draft.authors as string[]), input.updatedBy])] });
  await tx.em.flush();
  return toDefinition(row);
}

/** Forgets the change; the base shows again. False when there was none. @throws not_found */
export async function dropDraftDefinition(tx: Tx, draftId: string, kind: Kind, key: string): Promise<boolean> {
  await lockDraft(tx, draftId);
  const row = await tx.em.findOne(DraftDefinitionEntity, { draftId, kind, key });
  if (row === null || !isChange(row)) return false;
  tx.em.assign(row, { content: TAKEN_BACK, baseHash: null });
  await tx.em.flush();
  return true;
}

/** Everybody who ever saved into it, in order of their first save. */
export async function draftAuthors(tx: Tx, draftId: string): Promise<readonly string[]> {
  const row = await tx.em.findOne(Draft, { id: draftId });
  return row === null ? [] : (row.authors as string[]);
}
