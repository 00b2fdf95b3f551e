/** Creates, changes and deletes records by API and import: permissions, schema, references, versions, and what the change means for machines. */
import { SeedIds } from "../../core/acts/seed-ids.ts";
import { EngineError } from "../../core/errors.ts";
import type { OrgContext } from "../../core/step-types.ts";
import { isJsonObject, type JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { grantToMaker } from "../../store/record-visibility.ts";
import { createRecord as insertRecord, loadRecord, deleteRecord as removeRecord, updateRecord as replaceRecord } from "../../store/records.ts";
import { unseenRecords } from "../../store/unseen-records.ts";
import { runCascade } from "../instances/cascade.ts";
import { judgeBeforeCommit } from "../records/judge-record-write.ts";
import { changeHooks } from "../records/on-change.ts";
import { acceptPayload, withDefaults, withUtcInstants } from "../records/payload.ts";
import { answerRecord, etagOf, type RecordAnswer, versionOfEtag } from "../records/record-answer.ts";
import { requireChecks } from "../records/record-checks.ts";
import { newRows } from "../records/record-drafts.ts";
import { recordNotFound } from "../records/record-not-found.ts";
import { authorizeRecord, requireWritable } from "../records/record-permission.ts";
import { nameOfType, recordTypeOf, titleOf } from "../records/record-type.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import { isHidden } from "../records/visibility.ts";
import { dayIn } from "../work/ask-decision.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import { auditAttempt, healable, type Work } from "../work/work.ts";

export interface CreateInput {
  readonly type: string;
  readonly data: unknown;
  readonly idempotency?: Idempotency;
}

/**
 * Creates a record in the one chosen org.
 *
 * - throws EngineError `record_not_found` for an unknown type, `method_not_allowed`, `permission_denied`, `payload_invalid`, `unique_taken`
 */
export async function createRecord(engine: Engine, scope: Scope, input: CreateInput): Promise<Answer<RecordAnswer>> {
  return await inWork(engine, scope, requireOneOrg(scope), (work) =>
    once(work, input.idempotency, 201, async () => {
      const type = recordTypeOf(work.ruling.program, input.type);
      const row = await createIn(work, type, input.data);
      return await answerRecord(work, type, row, type.scope === "global" ? null : work.org.code);
    }),
  );
}

/** The same inside a transaction that is open. */
export async function createIn(work: Work, type: TypeDefinition, given: unknown): Promise<RecordRow> {
  authorizeRecord(work, type, "create");
  const filled = isJsonObject(given) ? withDefaults(type.schema, given) : given;
  const data = withUtcInstants(type.schema, await acceptPayload(type.schema, filled, lookupOf(work, { asReader: true })));
  const code = codeFor(work, type, data);
  // What another org has made is there for this one too: a refusal would tell that it exists.
  const findUnseen = async () => (await unseenRecords(work.tx, type, [{ code: typeof code === "string" ? code : null, data }]))[0] ?? null;
  const unseen = await findUnseen();
  if (unseen !== null) {
    grantToMaker(work.tx, type, work.org.id, [unseen.id]);
    await afterChange(work, type, null, unseen);
    return unseen;
  }
  const id = freshId(work.at, work.engine.seed(), nameOfType(type));
  if (type.checks !== undefined) for (const after of newRows(work, type, [{ id, code: null, data }])) await requireChecks(work, type, null, after);
  const row = await insertNew(work, type, { id, code, data }, findUnseen);
  grantToMaker(work.tx, type, work.org.id, [row.id]);
  await afterChange(work, type, null, row);
  return row;
}

type NewRow = { readonly id: string; readonly data: JsonObject; readonly code: string | null | (() => string) };

/** What another org has made since it was looked for is found by looking again: the refusal would tell of it. */
async function insertNew(work: Work, type: TypeDefinition, made: NewRow, findUnseen: () => Promise<RecordRow | null>): Promise<RecordRow> {
  const orgId = type.scope === "global" ? null : work.org.id;
  try {
    return await insertRecord(work.tx, work.ruling.catalogue, type, { ...made, orgId, actorId: work.actor.id, at: work.at });
  } catch (error) {
    const isLost = error instanceof EngineError && error.code === "unique_taken" && (await findUnseen()) !== null;
    throw isLost ? healable(error) : error;
  }
}

/** The user's own code, or a generator that is asked again while its code is taken. */
function codeFor(work: Work, type: TypeDefinition, data: JsonObject): string | null | (() => string) {
  if (type.codeField !== undefined) {
    const code = data[type.codeField];
    return typeof code === "string" ? code : null;
  }
  const pattern = type.code;
  if (pattern === undefined) return null;
  const year = Number(dayIn(work.org.timeZone, work.at).slice(0, 4));
  return () => new SeedIds(work.engine.seed(), Date.parse(work.at)).fill(pattern, work.org.code, year);
}

export interface UpdateInput {
  readonly type: string;
  /** uuid or code. */
  readonly id: string;
  /** Fields to change; the others stay. null sets null. */
  readonly data: unknown;
  /** Etag of the record as the caller read it. */
  readonly ifMatch?: string;
  readonly idempotency?: Idempotency;
}

/**
 * Changes fields of a record.
 *
 * - throws EngineError `record_not_found`, `method_not_allowed`, `permission_denied`, `record_changed` (with `etag`), `payload_invalid`, `unique_taken`,
 *   `invariant_violated` (with `violations`) where an instance stands on the record that must never be with such values
 */
export async function updateRecord(engine: Engine, scope: Scope, input: UpdateInput): Promise<Answer<RecordAnswer>> {
  return await inWork(engine, scope, await orgOfRecord(engine, scope, input), (work) =>
    once(work, input.idempotency, 200, async () => {
      const type = recordTypeOf(work.ruling.program, input.type);
      requireWritable(work, type, "edit");
      authorizeRecord(work, type, "view");
      const before = await openRecord(work, type, input.id);
      authorizeRecord(work, type, "edit");
      refuseOldEtag(before, input.ifMatch);
      const change = isJsonObject(input.data) ? input.data : {};
      const whole = isJsonObject(input.data) ? { ...before.data, ...change } : input.data;
      const data = withUtcInstants(type.schema, await acceptPayload(type.schema, whole, lookupOf(work, { asReader: true })));
      await requireChecks(work, type, before, { ...before, data });
      const orgId = type.scope === "global" ? null : work.org.id;
      const row = await replaceRecord(work.tx, work.ruling.catalogue, type, {
        orgId,
        id: before.id,
        data,
        ifVersion: before.version,
        actorId: work.actor.id,
        at: work.at,
      });
      judgeBeforeCommit(work, type, before);
      await afterChange(work, type, before, row);
      return await answerRecord(work, type, row, orgId === null ? null : work.org.code);
    }),
  );
}

/** - throws EngineError as updateRecord, and `record_referenced` */
export async function deleteRecord(engine: Engine, scope: Scope, input: Omit<UpdateInput, "data">): Promise<Answer<{ readonly id: string }>> {
  return await inWork(engine, scope, await orgOfRecord(engine, scope, input), (work) =>
    once(work, input.idempotency, 200, async () => {
      const type = recordTypeOf(work.ruling.program, input.type);
      requireWritable(work, type, "delete");
      authorizeRecord(work, type, "view");
      const before = await openRecord(work, type, input.id);
      authorizeRecord(work, type, "delete");
      refuseOldEtag(before, input.ifMatch);
      const orgId = type.scope === "global" ? null : work.org.id;
      await removeRecord(work.tx, work.ruling.catalogue, type, { orgId, id: before.id, ifVersion: before.version, actorId: work.actor.id, at: work.at });
      work.notices.push({ orgId: work.org.id, kind: "record", id: before.id, of: before.type });
      // Its versions are no longer to be reached: who took away what stands in the audit log.
      auditAttempt(work, "record_deleted", { type: "record", id: before.id }, { type: before.type, code: before.code, title: titleOf(type, before) });
      return { id: before.id };
    }),
  );
}

/** A record in a scope of several orgs says itself which one it belongs to. */
async function orgOfRecord(engine: Engine, scope: Scope, input: { readonly type: string; readonly id: string }): Promise<OrgContext> {
  const [only, ...others] = scope.orgs;
  if (only !== undefined && others.length === 0) return only;
  const orgId = await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => {
    if (only === undefined) return null;
    const ruling = await engine.programs.inForce(tx, only.id, engine.clock.now());
    const type = ruling.program.type(input.type);
    return type === null ? null : ((await loadRecord(tx, type, input.id))?.orgId ?? null);
  });
  const org = scope.orgs.find((candidate) => candidate.id === orgId);
  if (org === undefined) throw recordNotFound(input.type, input.id);
  return org;
}

async function openRecord(work: Work, type: TypeDefinition, id: string): Promise<RecordRow> {
  const row = await loadRecord(work.tx, type, id, { lock: "update", ...(type.scope === "global" ? {} : { orgId: work.org.id }) });
  if (row === null || (await isHidden(work, type, row))) throw recordNotFound(nameOfType(type), id);
  return row;
}

function refuseOldEtag(row: RecordRow, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === "*" || versionOfEtag(ifMatch) === row.version) return;
  throw new EngineError("record_changed", `The record is at ${etagOf(row)}, not ${ifMatch.slice(0, 40)}.`, { etag: etagOf(row) });
}

async function afterChange(work: Work, type: TypeDefinition, before: RecordRow | null, after: RecordRow): Promise<void> {
  work.notices.push({ orgId: work.org.id, kind: "record", id: after.id, of: after.type });
  await runCascade(work, await changeHooks(work, type, before, after));
}
