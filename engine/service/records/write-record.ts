/** Record writes that machines and contracts order: created, found by their keys, updated, with the change hooks of their type. */
import { EngineError } from "../../core/errors.ts";
import type { Effect } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { createRecord, deleteRecord, loadRecord, updateRecord } from "../../store/records.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { freshId } from "../work/fresh-id.ts";
import { healable, type Work } from "../work/work.ts";
import { judgeBeforeCommit } from "./judge-record-write.ts";
import { changeHooks } from "./on-change.ts";
import { checkPayload, withDefaults, withoutForbiddenNulls } from "./payload.ts";
import { recordTypeOf } from "./record-type.ts";

export type RecordWrite = Pick<Extract<Effect, { kind: "record" }>, "op" | "type" | "set"> & {
  readonly id?: string | undefined;
  readonly code?: string | null | undefined;
  readonly by?: JsonObject | undefined;
};

/** Writes one record and gives the events that its change means for other instances. */
export async function writeRecordEffect(work: Work, write: RecordWrite): Promise<readonly CascadeItem[]> {
  const type = recordTypeOf(work.ruling.program, write.type);
  const { before, after } = await writeRecord(work, type, write);
  if (after !== null) {
    work.notices.push({ orgId: work.org.id, kind: "record", id: after.id, of: after.type });
    return await changeHooks(work, type, before, after);
  }
  return [];
}

/** A write that changes nothing leaves the record's version as it is. */
export async function writeRecord(
  work: Work,
  type: TypeDefinition,
  write: RecordWrite,
): Promise<{ readonly before: RecordRow | null; readonly after: RecordRow | null }> {
  const orgId = type.scope === "global" ? null : work.org.id;
  const common = { orgId, actorId: work.actor.id, at: work.at };
  const before = write.op === "create" ? null : await findTarget(work, type, write);
  if (before === null) {
    if (write.op === "update" || write.op === "delete") {
      throw new EngineError("record_not_found", `There is no ${write.type} ${write.id ?? JSON.stringify(write.by ?? {})} to ${write.op}.`);
    }
    const data = checkPayload(
      type.schema,
      withDefaults(type.schema, withoutForbiddenNulls(type.schema, withoutUnset({ ...plainValues(write.by), ...write.set }))),
    );
    const id = write.id ?? freshId(work.at, work.engine.seed(), write.type);
    try {
      return { before: null, after: await createRecord(work.tx, work.ruling.catalogue, type, { ...common, id, code: write.code ?? null, data }) };
    } catch (error) {
      throw error instanceof EngineError && error.code === "unique_taken" && write.op === "upsert" ? healable(error) : error;
    }
  }
  if (write.op === "delete") {
    await deleteRecord(work.tx, work.ruling.catalogue, type, { ...common, id: before.id, locked: before });
    return { before, after: null };
  }
  const data = checkPayload(type.schema, withoutForbiddenNulls(type.schema, withoutUnset({ ...before.data, ...write.set })));
  const after = await updateRecord(work.tx, work.ruling.catalogue, type, { ...common, id: before.id, data, locked: before });
  judgeBeforeCommit(work, type, before);
  return { before, after };
}

async function findTarget(work: Work, type: TypeDefinition, write: RecordWrite): Promise<RecordRow | null> {
  const lock = { lock: "update" as const, ...(type.scope === "global" ? {} : { orgId: work.org.id }) };
  if (write.by !== undefined && Object.keys(write.by).length > 0) {
    const found = await queryRecords(work.tx, work.ruling.catalogue, { from: write.type, where: write.by, limit: 1 }, { limit: 1, prepare: true });
    const id = found.items[0]?.["id"];
    return typeof id === "string" ? await loadRecord(work.tx, type, id, lock) : null;
  }
  return write.id === undefined ? null : await loadRecord(work.tx, type, write.id, lock);
}

/** Equalities of a key that was looked for; operators of a filter are no values. */
function plainValues(by: JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(by ?? {}).filter(([name, value]) => !name.startsWith("@") && (typeof value !== "object" || value === null)));
}

/** An expression that has no value leaves its field unset; a present null stays. */
function withoutUnset(data: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(data)) if (value !== undefined) kept[name] = value;
  return kept;
}
