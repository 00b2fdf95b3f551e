/**
 * The hot path's first flight: the instance with what is read about it, before an event is decided. `commit-send.ts` is the second
 * (architecture: "The hot path"), and the only one where the process remembers how it left the instance (service/work/instance-memory.ts).
 *
 * Both may be called several times in one transaction (a cascade); lock instances in id order.
 */
import type { RecordState } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import { type InboxRow, queueInboxLock } from "./inbox.ts";
import type { InstanceRow } from "./instance-row.ts";
import { INSTANCE_COLUMNS, type InstanceSqlRow, RECORD_COLUMNS, type RecordSqlRow, toInstance, toRecord } from "./instance-row.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

export interface OpenSend {
  readonly orgId: string;
  readonly instanceId: string;
  /**
   * "first" (default): locked before it is read. "late": only read; the write of an event checks that it still stands where it was read, and is the lock.
   * Whoever waits for another row, lock or instance in between takes `holdInstance` first, so that all wait in one order.
   */
  readonly lock?: "first" | "late";
  /** Waits for another transaction that handles the same key, and reads its stored answer along. */
  readonly idempotency?: { readonly source: string; readonly key: string };
}

export interface OpenedSend {
  /** Null when it does not exist or is not visible. */
  readonly instance: InstanceRow | null;
  readonly record: RecordState | null;
  readonly inbox: InboxRow | null;
  /** Caches of activations and settings keyed by these are right. */
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
}

const LOCK = statement("send_lock", "select 1 from instance i where i.org_id = $1 and i.id = $2 for no key update");
const HOLD = statement(
  "send_hold",
  "select case when exists (select 1 from instance i where i.org_id = $1 and i.id = $2 and i.seq = $3 for no key update) then 1 else refuse_stale() end",
);
const ANSWERED = "x.fingerprint as x_fingerprint, x.status as x_status, x.answer as x_answer, x.created_at as x_created_at, x.expires_at as x_expires_at";
/** Follows a lock in the same flight, with a snapshot of its own: who had to wait for it reads what the other one wrote. */
const read = (keyed: boolean): string =>
  `select ${INSTANCE_COLUMNS}, r.id as r_id, r.type as r_type, r.code as r_code, r.data as r_data, r.version as r_version,
     o.code as o_code, o.activation_epoch, o.settings_epoch${keyed ? `, ${ANSWERED}` : ""}
   from org o left join instance i on i.org_id = $1 and i.id = $2 left join record r on r.org_id = $1 and r.id = i.record_id
     ${keyed ? "left join inbox x on x.org_id = $1 and x.source = $3 and x.key = $4" : ""} where o.id = $1`;
/** Of an instance whose record is no org's own, which is rare: asked for in the read above, every event would look for both. */
const GLOBAL_RECORD = statement("send_global_record", `select ${RECORD_COLUMNS} from record r where r.org_id = '${GLOBAL_ORG}' and r.id = $1`);
const READ = statement("send_read", read(false));
const READ_KEYED = statement("send_read_keyed", read(true));
const ORG = statement(
  "send_org",
  `select o.activation_epoch, o.settings_epoch, ${ANSWERED} from org o left join inbox x on x.org_id = o.id and x.source = $2 and x.key = $3 where o.id = $1`,
);

interface OrgSqlRow {
  readonly activation_epoch: number;
  readonly settings_epoch: number;
  readonly x_fingerprint?: string | null;
  readonly x_status: number;
  readonly x_answer: Json;
  readonly x_created_at: string;
  readonly x_expires_at: string | null;
}
interface ReadSqlRow extends OrgSqlRow, Omit<InstanceSqlRow, "id"> {
  readonly id: string | null;
  readonly r_id: string | null;
  readonly r_type: string;
  readonly r_code: string | null;
  readonly r_data: JsonObject;
  readonly r_version: number;
  readonly o_code: string;
}

export async function openSend(tx: Tx, input: OpenSend): Promise<OpenedSend> {
  const { orgId, instanceId, idempotency } = input;
  if (idempotency !== undefined) queueInboxLock(tx, orgId, idempotency.source, idempotency.key);
  if (input.lock !== "late") tx.queue(LOCK, [orgId, instanceId]);
  const [row] =
    idempotency === undefined
      ? await tx.query<ReadSqlRow>(READ, [orgId, instanceId])
      : await tx.query<ReadSqlRow>(READ_KEYED, [orgId, instanceId, idempotency.source, idempotency.key]);
  if (row === undefined || row.id === null) return opened(input, null, null, row);
  const [global] = row.r_id === null && row.record_id !== row.id ? await tx.query<RecordSqlRow>(GLOBAL_RECORD, [row.record_id]) : [];
  return opened(input, toInstance(row as InstanceSqlRow), global === undefined ? recordOf(row) : toRecord(global), row);
}

/** Locks an instance that was opened "late". Queued: where it has moved on meanwhile, the transaction fails and is run again. */
export function holdInstance(tx: Tx, { orgId, id, seq }: Pick<InstanceRow, "orgId" | "id" | "seq">): void {
  tx.queue(HOLD, [orgId, id, seq]);
}

function recordOf(row: ReadSqlRow): RecordState | null {
  if (row.r_id === null) return null;
  return { id: row.r_id, type: row.r_type, org: row.o_code, code: row.r_code, version: row.r_version, data: row.r_data };
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
  record: RecordState | null,
  org: OrgSqlRow | undefined,
): OpenedSend {
  const { idempotency } = input;
  const inbox: InboxRow | null =
    typeof org?.x_fingerprint !== "string" || idempotency === undefined
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
