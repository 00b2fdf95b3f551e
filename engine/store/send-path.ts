/**
 * The hot path: what one event reads and writes, in two flights (architecture: "The hot path").
 *
 * `openSend` locks and reads; `commitSend` writes everything with one data-modifying statement that travels with the commit.
 * Both may be called several times in one transaction (a cascade); lock instances in id order.
 */
import type { Actor, CompactDecision, Effect, Instant, OverrideRequest, RecordState, Snapshot, StateValue, TaskDraft, TimerArm } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import { hashEvent } from "./event-hash.ts";
import { type InboxRow, type InboxWrite, queueInboxLock } from "./inbox.ts";
import type { InstanceRow, RecordRow } from "./instance-row.ts";
import { INSTANCE_COLUMNS, type InstanceSqlRow, RECORD_COLUMNS, type RecordSqlRow, statePaths, toInstance, toRecord } from "./instance-row.ts";
import type { OutboxWrite } from "./outbox.ts";
import { outboxId } from "./outbox-id.ts";
import { type SendShape, sendStatement } from "./send-sql.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

export interface OpenSend {
  readonly orgId: string;
  readonly instanceId: string;
  /** Waits for another transaction that handles the same key, and reads its stored answer along. */
  readonly idempotency?: { readonly source: string; readonly key: string };
}

export interface OpenedSend {
  /** Locked until the transaction ends; null when it does not exist or is not visible. */
  readonly instance: InstanceRow | null;
  readonly record: RecordRow | null;
  readonly inbox: InboxRow | null;
  /** Caches of activations and settings keyed by these are right. */
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
}

const LOCK = statement("send_lock", `select ${INSTANCE_COLUMNS} from instance i where i.org_id = $1 and i.id = $2 for no key update`);
/** Follows the lock in the same flight, with a snapshot of its own: who had to wait for the lock reads what the other one wrote. */
const about = (keyed: boolean): string =>
  `select r.org_id as r_org_id, r.id as r_id, r.type as r_type, r.code as r_code, r.data as r_data, r.version as r_version, r.created_at as r_created_at, r.created_by as r_created_by,
     r.updated_at as r_updated_at, r.updated_by as r_updated_by, o.code as o_code, o.activation_epoch, o.settings_epoch${keyed ? ANSWERED : ""}
   from org o left join record r on r.org_id in ($1, '${GLOBAL_ORG}') and r.id = (select i.record_id from instance i where i.org_id = $1 and i.id = $2)
     ${keyed ? "left join inbox x on x.org_id = $1 and x.source = $3 and x.key = $4" : ""} where o.id = $1`;
const ANSWERED = ", x.fingerprint as x_fingerprint, x.status as x_status, x.answer as x_answer, x.created_at as x_created_at, x.expires_at as x_expires_at";
const ABOUT = statement("send_about", about(false));
const ABOUT_KEYED = statement("send_about_keyed", about(true));
const ORG = statement(
  "send_org",
  `select o.activation_epoch, o.settings_epoch, x.fingerprint as x_fingerprint, x.status as x_status, x.answer as x_answer, x.created_at as x_created_at, x.expires_at as x_expires_at
   from org o left join inbox x on x.org_id = o.id and x.source = $2 and x.key = $3 where o.id = $1`,
);

interface OrgSqlRow {
  readonly activation_epoch: number;
  readonly settings_epoch: number;
  readonly x_fingerprint: string | null;
  readonly x_status: number;
  readonly x_answer: Json;
  readonly x_created_at: string;
  readonly x_expires_at: string | null;
}
interface AboutSqlRow extends OrgSqlRow {
  readonly r_org_id: string;
  readonly r_id: string | null;
  readonly r_type: string;
  readonly r_code: string | null;
  readonly r_data: JsonObject;
  readonly r_version: number;
  readonly r_created_at: string;
  readonly r_created_by: string;
  readonly r_updated_at: string;
  readonly r_updated_by: string;
  readonly o_code: string;
}

export async function openSend(tx: Tx, input: OpenSend): Promise<OpenedSend> {
  const { orgId, instanceId, idempotency } = input;
  if (idempotency !== undefined) queueInboxLock(tx, orgId, idempotency.source, idempotency.key);
  const [[instance], [row]] = await Promise.all([
    tx.query<InstanceSqlRow>(LOCK, [orgId, instanceId]),
    idempotency === undefined
      ? tx.query<AboutSqlRow>(ABOUT, [orgId, instanceId])
      : tx.query<AboutSqlRow>(ABOUT_KEYED, [orgId, instanceId, idempotency.source, idempotency.key]),
  ]);
  if (instance === undefined || row === undefined) return opened(input, null, null, row);
  return opened(input, toInstance(instance), recordOf(row), row);
}

function recordOf(row: AboutSqlRow): RecordRow | null {
  if (row.r_id === null) return null;
  const global = row.r_org_id === GLOBAL_ORG;
  return {
    orgId: global ? null : row.r_org_id,
    org: global ? null : row.o_code,
    id: row.r_id,
    type: row.r_type,
    code: row.r_code,
    version: row.r_version,
    data: row.r_data,
    createdAt: row.r_created_at,
    createdBy: row.r_created_by,
    updatedAt: row.r_updated_at,
    updatedBy: row.r_updated_by,
  };
}

export interface OpenStart {
  readonly orgId: string;
  /** The record that the new instance is about, when named: locked against a second start. */
  readonly record?: { readonly type: string; readonly id: string };
  /** Definition key. */
  readonly machine: string;
  /** Value of the machine's `unique` key: an instance that has it is returned, locked. Starts with the same value wait for one another. */
  readonly unique?: string;
  readonly idempotency?: { readonly source: string; readonly key: string };
}

const LOCK_UNIQUE = statement("start_lock", "select pg_advisory_xact_lock(hashtextextended($1, 0))");
const BY_UNIQUE = statement(
  "start_unique",
  `select ${INSTANCE_COLUMNS} from instance i where i.org_id = $1 and i.machine = $2 and i.unique_key = $3 for no key update`,
);
const NAMED_RECORD = statement(
  "start_record",
  `select ${RECORD_COLUMNS} from record r where r.org_id in ($1::uuid, '${GLOBAL_ORG}') and r.type = $2 and r.id = $3 for no key update`,
);

export async function openStart(tx: Tx, input: OpenStart): Promise<OpenedSend> {
  if (input.unique !== undefined) tx.queue(LOCK_UNIQUE, [`start:${input.orgId}:${input.machine}:${input.unique}`]);
  const [instances, records, orgs] = await Promise.all([
    input.unique === undefined ? [] : tx.query<InstanceSqlRow>(BY_UNIQUE, [input.orgId, input.machine, input.unique]),
    input.record === undefined ? [] : tx.query<RecordSqlRow>(NAMED_RECORD, [input.orgId, input.record.type, input.record.id]),
    tx.query<OrgSqlRow>(ORG, [input.orgId, input.idempotency?.source ?? null, input.idempotency?.key ?? null]),
  ]);
  const [instance, record] = [instances[0], records[0]];
  return opened(input, instance === undefined ? null : toInstance(instance), record === undefined ? null : toRecord(record), orgs[0]);
}

function opened(
  input: Pick<OpenSend, "orgId" | "idempotency">,
  instance: InstanceRow | null,
  record: RecordRow | null,
  org: OrgSqlRow | undefined,
): OpenedSend {
  const { idempotency } = input;
  const inbox: InboxRow | null =
    org === undefined || idempotency === undefined || org.x_fingerprint === null
      ? null
      : {
          orgId: input.orgId,
          ...idempotency,
          fingerprint: org.x_fingerprint,
          status: org.x_status,
          answer: org.x_answer,
          createdAt: org.x_created_at,
          expiresAt: org.x_expires_at,
        };
  return { instance, record, inbox, activationEpoch: org?.activation_epoch ?? 0, settingsEpoch: org?.settings_epoch ?? 0 };
}

/** One committed event with all it changes. */
export interface SendCommit {
  readonly orgId: string;
  readonly instance: {
    readonly id: string;
    readonly machine: string;
    readonly machineVersion: string;
    readonly key: string;
    /** Value of StartSpec.unique; only read for a new instance. */
    readonly unique?: string | null;
    readonly recordType: string;
    readonly recordId: string;
    /** seq after this event; 1 makes a new row. */
    readonly seq: number;
    readonly snapshot: Snapshot;
    /** Of a new instance: the release it starts under. Of an event: the release that decided it. */
    readonly release: number | null;
    /** `lastHash` of the instance as opened; null for a new one. */
    readonly lastHash: string | null;
  };
  readonly event: EventWrite;
  /**
   * Record after the step, when it changed; `create` makes it, `update` sets `row.version` where the stored one is `expectedVersion`
   * (default `row.version - 1`), else the transaction is run again. Unique keys, codes and references are records.ts's: pass `record` only
   * when none of them changes.
   */
  readonly record?: { readonly op: "create" | "update"; readonly row: RecordState; readonly expectedVersion?: number; readonly restricted?: boolean };
  readonly timers?: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
  readonly tasks?: readonly TaskDraft[];
  readonly cancelTasks?: readonly { readonly kind: string; readonly ref: string | null }[];
  readonly outbox?: readonly OutboxWrite[];
  readonly inbox?: InboxWrite;
}

export interface EventWrite {
  readonly at: Instant;
  readonly actor: Actor;
  readonly type: string;
  /** The event as sent: {type, payload, via, idempotencyKey?}. */
  readonly event: JsonObject;
  /** {record: RecordState | null, bag: FactBag}. */
  readonly facts: { readonly record: RecordState | null; readonly bag: Readonly<Record<string, Json>> };
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly seed: string;
  readonly override?: OverrideRequest | JsonObject | null;
}

const NONE: readonly never[] = [];

/** Queues the writes (they fly with the commit) and gives the event row's hash (hex). A failure fails the transaction. */
export function commitSend(tx: Tx, input: SendCommit): string {
  const { orgId, instance, event, record } = input;
  const arm = input.timers?.arm ?? NONE;
  const armed = new Set(arm.map((timer) => timer.name));
  const cancel = (input.timers?.cancel ?? NONE).filter((name) => !armed.has(name));
  const tasks = input.tasks ?? NONE;
  const cancelTasks = input.cancelTasks ?? NONE;
  const outbox = input.outbox ?? NONE;
  const at = instantText(event.at);
  const texts = {
    actor: JSON.stringify(event.actor),
    event: JSON.stringify(event.event),
    facts: JSON.stringify(event.facts),
    decisions: JSON.stringify(event.decisions),
    effects: JSON.stringify(event.effects),
    from: event.from === null ? null : JSON.stringify(event.from),
    to: JSON.stringify(event.to),
    override: event.override === null || event.override === undefined ? null : JSON.stringify(event.override),
  };
  const hash = hashEvent({
    prevHash: instance.lastHash,
    orgId,
    instanceId: instance.id,
    seq: instance.seq,
    at,
    machine: instance.machine,
    machineVersion: instance.machineVersion,
    release: instance.release,
    type: event.type,
    seed: event.seed,
    ...texts,
  });
  const states = statePaths(event.to);
  const values: unknown[] = [
    orgId,
    instance.id,
    instance.seq,
    at,
    texts.to,
    Buffer.from(hash, "hex"),
    instance.machine,
    instance.machineVersion,
    instance.release,
  ];
  if (instance.seq === 1) values.push(instance.key, instance.unique ?? null, instance.recordType, instance.recordId);
  values.push(states, instance.snapshot.status, JSON.stringify(instance.snapshot));
  values.push(event.type, texts.actor, texts.event, texts.facts, texts.decisions, texts.effects, texts.from, event.seed, texts.override);
  values.push(instance.lastHash === null ? null : Buffer.from(instance.lastHash, "hex"));
  if (record !== undefined) {
    const { row } = record;
    values.push(row.org === null ? GLOBAL_ORG : orgId, row.id, row.type, row.code, JSON.stringify(row.data), row.version, event.actor.id);
    values.push(record.op === "create" ? (record.restricted ?? false) : (record.expectedVersion ?? row.version - 1));
  }
  if (cancel.length > 0) values.push(cancel);
  for (const timer of arm) values.push(timer.name, timer.dueAt);
  for (const task of cancelTasks) values.push(task.kind, task.ref);
  for (const task of tasks) {
    values.push(
      task.id,
      task.kind,
      task.ref,
      instance.recordType,
      instance.recordId,
      task.assignee,
      task.permission,
      task.role,
      task.minRank,
      task.excluded,
      task.dueAt,
      JSON.stringify(task),
    );
  }
  for (const row of outbox) values.push(outboxId(at), row.key, row.kind, row.subject, JSON.stringify(row.payload), row.nextAttempt ?? at);
  if (input.inbox !== undefined) {
    const { source, key, fingerprint, status, answer, expiresAt } = input.inbox;
    values.push(source, key, fingerprint, status, JSON.stringify(answer), expiresAt);
  }
  const shape: SendShape = {
    create: instance.seq === 1,
    record: record?.op ?? "none",
    arm: arm.length,
    cancel: cancel.length > 0,
    tasks: tasks.length,
    cancelTasks: cancelTasks.length,
    outbox: outbox.length,
    inbox: input.inbox !== undefined,
  };
  tx.queue(sendStatement(shape), values);
  return hash;
}

/** Milliseconds and Z: the form that is hashed and that reading gives back. */
function instantText(at: Instant): string {
  return at.length === 24 && at.endsWith("Z") ? at : new Date(at).toISOString();
}
