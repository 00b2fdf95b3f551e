/**
 * The one data-modifying statement of an event, by what it writes. A shape's text is built once and prepared once per connection;
 * commit-send pushes the values in the same order as the parts below take their parameters.
 *
 * Measured alternatives (performance.md C): six statements 0.44-0.52, MikroORM's unit of work 0.15-0.18 of one such statement.
 */
import type { Statement } from "./tx.ts";

/** Which parts are there, and how many rows each has. */
export interface SendShape {
  readonly create: boolean;
  readonly record: "none" | "create" | "update";
  readonly arm: number;
  readonly cancel: boolean;
  readonly tasks: number;
  readonly cancelTasks: number;
  readonly outbox: number;
  readonly inbox: boolean;
  /** Decided on what was remembered: which of it the write checks. "record written" leaves the record to the statement that writes it. */
  readonly recalled: "no" | "all" | "record written";
}

const statements = new Map<string, Statement>();
/** Beyond this many rows of a kind the text is not prepared: rare, and every shape stays on every connection. */
const PREPARED_ROWS = 4;

export function sendStatement(shape: SendShape): Statement | string {
  const name = `send_${shape.create ? "c" : "u"}_${shape.record[0]}_${shape.arm}_${shape.cancel ? 1 : 0}_${shape.tasks}_${shape.cancelTasks}_${shape.outbox}_${shape.inbox ? 1 : 0}_${shape.recalled[0]}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const text = sendText(shape);
  if (Math.max(shape.arm, shape.tasks, shape.cancelTasks, shape.outbox) > PREPARED_ROWS) return text;
  const made = { name, text };
  statements.set(name, made);
  return made;
}

/** Parameters that all parts share, first in the list of values. */
const ORG = "$1::uuid";
const INSTANCE = "$2::uuid";
const SEQ = "$3::int";
const AT = "$4::timestamptz";
const STATE = "$5::json";
const HASH = "$6::bytea";
const MACHINE = "$7::text";
const VERSION = "$8::text";
const RELEASE = "$9::int";
const SHARED = 9;

function sendText(shape: SendShape): string {
  let last = SHARED;
  const p = (): string => `$${++last}`;
  const list = (types: string): string =>
    types
      .split(" ")
      .map((type) => (type.startsWith("$") || type.startsWith("'") ? type : `${p()}::${type}`))
      .join(", ");
  const rows = (count: number, row: () => string): string => Array.from({ length: count }, row).join(", ");
  const parts: string[] = [];
  const checks: string[] = [];

  if (shape.create) {
    parts.push(`i as (insert into instance (org_id, id, seq, updated_at, created_at, state, last_hash, machine, machine_version, release, key, unique_key, record_type, record_id, states, status, snapshot)
values (${ORG}, ${INSTANCE}, ${SEQ}, ${AT}, ${AT}, ${STATE}, ${HASH}, ${MACHINE}, ${VERSION}, ${RELEASE}, ${list("text text text uuid text[] text json")}))`);
  } else {
    parts.push(`i as (update instance set seq = ${SEQ}, updated_at = ${AT}, state = ${STATE}, last_hash = ${HASH}, machine_version = ${VERSION}, states = ${p()}::text[], status = ${p()}::text, snapshot = ${p()}::json
where org_id = ${ORG} and id = ${INSTANCE} and seq = ${SEQ} - 1${shape.recalled === "no" ? "" : ` and last_hash = ${p()}::bytea`} returning 1)`);
    checks.push("exists (select from i)");
  }
  parts.push(`e as (insert into event_log (org_id, instance_id, seq, at, to_state, hash, machine, machine_version, release, type, actor, event, facts, decisions, effects, from_state, seed, override, prev_hash)
values (${ORG}, ${INSTANCE}, ${SEQ}, ${AT}, ${STATE}, ${HASH}, ${MACHINE}, ${VERSION}, ${RELEASE}, ${list("text json json json json json json text json bytea")}))`);
  // record: org, id, type, code, data, version, actor, restricted | expected version
  if (shape.record === "create") {
    const [org, id, type, code, data, version, by, restricted] = [p(), p(), p(), p(), p(), p(), p(), p()];
    parts.push(`r as (insert into record (org_id, id, type, code, data, version, created_at, created_by, updated_at, updated_by, restricted)
values (${org}::uuid, ${id}::uuid, ${type}::text, ${code}::text, ${data}::jsonb, ${version}::int, ${AT}, ${by}::text, ${AT}, ${by}::text, ${restricted}::bool))`);
    parts.push(`v as (insert into record_version (org_id, id, type, code, data, version, op, at, changed_by, restricted)
values (${org}::uuid, ${id}::uuid, ${type}::text, ${code}::text, ${data}::jsonb, ${version}::int, 'create', ${AT}, ${by}::text, ${restricted}::bool))`);
  } else if (shape.record === "update") {
    const [org, id, type, code, data, version, by, expected] = [p(), p(), p(), p(), p(), p(), p(), p()];
    parts.push(`r as (update record set code = ${code}::text, data = ${data}::jsonb, version = ${version}::int, updated_at = ${AT}, updated_by = ${by}::text
where org_id = ${org}::uuid and id = ${id}::uuid and type = ${type}::text and version = ${expected}::int returning restricted)`);
    parts.push(`v as (insert into record_version (org_id, id, type, code, data, version, op, at, changed_by, restricted)
select ${org}::uuid, ${id}::uuid, ${type}::text, ${code}::text, ${data}::jsonb, ${version}::int, 'update', ${AT}, ${by}::text, r.restricted from r)`);
    checks.push("exists (select from r)");
  }
  if (shape.cancel) parts.push(`tc as (delete from timer where org_id = ${ORG} and instance_id = ${INSTANCE} and name = any (${p()}::text[]))`);
  if (shape.arm > 0) {
    parts.push(`ta as (insert into timer (org_id, instance_id, seq, name, due_at) values ${rows(shape.arm, () => `(${ORG}, ${INSTANCE}, ${SEQ}, ${list("text timestamptz")})`)}
on conflict (org_id, instance_id, name) do update set due_at = excluded.due_at, seq = excluded.seq, lease_until = null)`);
  }
  for (let n = 0; n < shape.cancelTasks; n++) {
    const [kind, ref] = [p(), p()];
    parts.push(
      `kc${n} as (update task set status = 'cancelled', decided_at = ${AT} where org_id = ${ORG} and instance_id = ${INSTANCE} and status = 'open' and kind = ${kind}::text and (${ref}::text is null or ref = ${ref}::text))`,
    );
  }
  if (shape.tasks > 0) {
    parts.push(`k as (insert into task (org_id, instance_id, seq, created_at, machine, status, id, kind, ref, record_type, record_id, assignee, permission, role, min_rank, excluded, due_at, draft)
values ${rows(shape.tasks, () => `(${ORG}, ${INSTANCE}, ${SEQ}, ${AT}, ${MACHINE}, 'open', ${list("uuid text text text uuid text text text int text[] timestamptz json")})`)})`);
  }
  if (shape.outbox > 0) {
    parts.push(`o as (insert into outbox (org_id, instance_id, created_at, status, id, key, kind, subject, payload, next_attempt)
values ${rows(shape.outbox, () => `(${ORG}, ${INSTANCE}, ${AT}, 'pending', ${list("uuid text text text json timestamptz")})`)})`);
  }
  if (shape.inbox)
    parts.push(
      `x as (insert into inbox (org_id, created_at, source, key, fingerprint, status, answer, expires_at) values (${ORG}, ${AT}, ${list("text text text int json timestamptz")}))`,
    );
  // What it was decided on, as it stands now, and may still be seen by who sends.
  if (shape.recalled !== "no") checks.push(`exists (select from org where id = ${ORG} and activation_epoch = ${p()}::int and settings_epoch = ${p()}::int)`);
  if (shape.recalled === "all") checks.push(`exists (select from record where org_id = ${ORG} and id = ${p()}::uuid and version = ${p()}::int)`);
  return `with ${parts.join(",\n")}\nselect ${checks.length === 0 ? "1" : `case when ${checks.join(" and ")} then 1 else refuse_stale() end`}`;
}
