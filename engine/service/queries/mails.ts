/** Every mail that was created or suppressed, with the verdict that did it: records of the machines that carry mails. */

import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { Filter } from "../../schema/query.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { findInstanceOfRecord } from "../../store/instances.ts";
import { queryRecords } from "../../store/record-query.ts";
import { loadRecord, loadRecords } from "../../store/records.ts";
import { mayView } from "../records/record-permission.ts";
import { nameOfType, recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { inReading, pageOf, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { relatedRecords } from "./related-records.ts";
import { hiddenOf } from "./visible-instance.ts";

export interface MailAnswer {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly org: string;
  /** What it is about. */
  readonly record: { readonly type: string; readonly id: string; readonly code: string | null } | null;
  readonly recipients: readonly string[];
  /** Addresses that got a copy. */
  readonly cc?: readonly string[];
  /** Addresses that it would have gone to, and that are suppressed. */
  readonly leftOut?: readonly string[];
  /** Addresses that the mail server turned down, with what it said. */
  readonly rejected?: readonly JsonObject[];
  readonly state: string;
  readonly code?: string;
  /** The sentence of that code. */
  readonly why?: string;
  readonly decision: { readonly verdict: string; readonly code: string | null; readonly source: string | null; readonly version: string | null };
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly instance: string | null;
  readonly createdAt: string;
  readonly sentAt?: string;
}

export interface MailListInput {
  readonly type?: string;
  /** uuid or code of the record that mails are about; mails about what its machine calls related to it are among them. */
  readonly record?: string;
  /** The same for records that are at hand, without looking further. */
  readonly records?: readonly string[];
  /** A state of the mail's machine, such as "sent". */
  readonly state?: string;
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** Newest first, suppressed ones too. */
export async function listMails(
  engine: Engine,
  scope: Scope,
  input: MailListInput = {},
): Promise<{ readonly items: readonly MailAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, (reading) => mailsIn(reading, input));
}

/** The same inside an open reading. */
export async function mailsIn(reading: Reading, input: MailListInput): Promise<{ readonly items: readonly MailAnswer[]; readonly next: string | null }> {
  const type = mailType(reading);
  if (type === null) return { items: [], next: null };
  const definition = recordTypeOf(reading.works[0].ruling.program, type);
  const orgs = reading.works.filter((work) => mayView(work, definition)).map((work) => work.org.id);
  if (orgs.length === 0) throw new EngineError("not_found", "There is nothing here.");
  const { limit, cursor } = pageOf(input);
  const filter: Record<string, Json> = {};
  if (input.type !== undefined) filter["type"] = { $in: [input.type, input.type.replaceAll("-", "_"), input.type.replaceAll("_", "-")] };
  const about = input.records ?? (input.record === undefined ? undefined : await belongingTo(reading, input.record));
  if (about !== undefined) filter["about.record_id"] = { $in: [...about] };
  if (input.state !== undefined) filter["@state"] = input.state;
  const page = await queryRecords(
    reading.tx,
    reading.works[0].ruling.catalogue,
    { from: nameOfType(definition), orderBy: [{ field: "@createdAt", direction: "desc" }] },
    { orgs, limit, cursor, filter: filter as Filter, ...(input.q === undefined ? {} : { search: input.q }) },
  );
  // A mail's own `type` and `code` are hidden behind the record's in a query's rows: its data is read from the record.
  const rows = new Map(
    (
      await loadRecords(
        reading.tx,
        definition,
        page.items.map((item) => String(item["id"])),
      )
    ).map((row) => [row.id, row]),
  );
  const shown = await withoutHiddenSubjects(reading, [...rows.values()]);
  const items = page.items.flatMap((item) => {
    const row = rows.get(String(item["id"]));
    return row === undefined || !shown.has(row) ? [] : [answerMail(reading, row, item)];
  });
  return { items, next: page.next };
}

/** Mails about a record that is hidden from the reader are hidden with it. */
async function withoutHiddenSubjects(reading: Reading, rows: readonly RecordRow[]): Promise<ReadonlySet<RecordRow>> {
  const about = rows.map((row) => {
    const { record_type: name, record_id: recordId } = (row.data["about"] ?? {}) as JsonObject;
    const type = typeof name === "string" ? reading.workOf(row.orgId).ruling.program.type(name) : null;
    return { row, type, recordId: typeof recordId === "string" ? recordId : null };
  });
  const hidden = await hiddenOf(
    reading,
    about.flatMap(({ type, recordId }) => (type === null || recordId === null ? [] : [{ type, recordId }])),
  );
  return new Set(about.flatMap(({ row, recordId }) => (recordId !== null && hidden.has(recordId) ? [] : [row])));
}

/** Ids of the record and of what is related to it; a uuid that names no record with an instance stands for itself. */
async function belongingTo(reading: Reading, ref: string): Promise<readonly string[]> {
  const found = new Set<string>(isUuid(ref) ? [ref] : []);
  const { program } = reading.works[0].ruling;
  for (const { content } of program.all("machine")) {
    const type = program.type(content.record);
    const record = type === null ? null : await loadRecord(reading.tx, type, ref);
    if (record === null) continue;
    found.add(record.id);
    const row = await findInstanceOfRecord(reading.tx, record.id, content.key);
    if (row === null || (content.related ?? []).length === 0) continue;
    for (const { items } of await relatedRecords(reading, row, record)) for (const { id } of items) found.add(String(id));
  }
  return [...found];
}

/** The type of the records that mails are; null where no mail is defined. */
export function mailType(reading: Reading): string | null {
  const { program } = reading.works[0].ruling;
  const first = program.all("mail")[0]?.content;
  return first === undefined ? null : (program.machine(first.machine)?.definition.record ?? null);
}

function answerMail(reading: Reading, row: RecordRow, item: JsonObject): MailAnswer {
  const { data } = row;
  const text = (name: string): string | null => (typeof data[name] === "string" ? data[name] : null);
  const code = text("code");
  const why = code === null || code === "OK" ? undefined : sentenceOf(reading.workOf(row.orgId), text("type") ?? "", code);
  const about = typeof data["about"] === "object" && data["about"] !== null ? (data["about"] as JsonObject) : null;
  const sentAt = text("sent_at");
  return {
    id: row.id,
    type: text("type") ?? "",
    key: text("key") ?? "",
    org: reading.workOf(row.orgId).org.code,
    record:
      about === null || typeof about["record_id"] !== "string"
        ? null
        : { type: String(about["record_type"] ?? ""), id: about["record_id"], code: typeof about["record_code"] === "string" ? about["record_code"] : null },
    recipients: listOf(data["recipients"]).map(String),
    ...(listOf(data["cc"]).length === 0 ? {} : { cc: listOf(data["cc"]).map(String) }),
    ...(listOf(data["left_out"]).length === 0 ? {} : { leftOut: listOf(data["left_out"]).map(String) }),
    ...(listOf(data["rejected"]).length === 0 ? {} : { rejected: listOf(data["rejected"]) as readonly JsonObject[] }),
    state: leafOf(item["state"] ?? null),
    ...(code === null || code === "OK" ? {} : { code }),
    ...(why === undefined ? {} : { why }),
    decision: { verdict: text("verdict") ?? "", code, source: text("source"), version: text("version") },
    subject: text("subject") ?? "",
    html: text("html") ?? "",
    text: text("text") ?? "",
    instance: typeof item["instance"] === "string" ? item["instance"] : null,
    createdAt: row.createdAt,
    ...(sentAt === null ? {} : { sentAt }),
  };
}

/** What the policy of such mails says of a code, as it is in force. */
function sentenceOf(work: Work, type: string, code: string): string | undefined {
  const { program } = work.ruling;
  const mail = program.all("mail").find(({ key }) => key.slice(key.indexOf(".") + 1).replaceAll("-", "_") === type.replaceAll("-", "_"));
  const messages = mail === undefined ? undefined : program.decision(mail.content.policyTable)?.definition.messages;
  return messages !== undefined && Object.hasOwn(messages, code) ? messages[code] : undefined;
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** "sent" of "sent", of {"delivery": "sent"} and of null nothing. */
function leafOf(state: Json): string {
  if (typeof state === "string") return state;
  if (state === null || typeof state !== "object") return "";
  return Object.values(state).map(leafOf).join(" ");
}
