/** Instances: lists, the API's view of one, and the whole page about one: timeline, mails, related records. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { eventsOf } from "../../store/events.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { type InstanceFilter, listInstances as listRows } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { publicEffects } from "../instances/effect-answer.ts";
import { type InstanceView, viewInstance } from "../instances/instance-view.ts";
import { concealFor } from "../records/conceal.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { inReading, pageOf, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { type DocumentAnswer, documentsAbout } from "./documents.ts";
import { type MailAnswer, mailsIn } from "./mails.ts";
import { type RecordFile, recordFiles } from "./record-files.ts";
import { type RecordTitle, recordTitles } from "./record-titles.ts";
import { type RelatedGroup, relatedRecords } from "./related-records.ts";
import { visibleInstance, visibleInstances } from "./visible-instance.ts";

export interface InstanceListInput {
  /** Key or id. */
  readonly machine?: string;
  /** A state path; its descendants count. */
  readonly state?: string;
  readonly status?: InstanceRow["status"];
  /** `<type>:<id or code>`. */
  readonly record?: string;
  readonly key?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface InstanceSummary {
  readonly id: string;
  readonly machine: { readonly key: string; readonly version: string };
  readonly org: string;
  readonly key: string;
  readonly record: { readonly type: string; readonly id: string };
  readonly state: InstanceRow["state"];
  readonly status: InstanceRow["status"];
  readonly seq: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Newest update first. An unknown machine or record lists nothing. */
export async function listInstances(
  engine: Engine,
  scope: Scope,
  input: InstanceListInput = {},
): Promise<{ readonly items: readonly InstanceSummary[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const filter = await filterOf(reading, input);
    if (filter === null) return { items: [], next: null };
    const page = await listRows(reading.tx, filter, pageOf(input));
    const items = (await visibleInstances(reading, page.items)).map((row) => summaryOf(reading, row));
    return { items, next: page.next };
  });
}

async function filterOf(reading: Reading, input: InstanceListInput): Promise<InstanceFilter | null> {
  const { program } = reading.works[0].ruling;
  const machine = input.machine === undefined ? undefined : program.resolve("machine", input.machine);
  if (machine === null) return null;
  const base: InstanceFilter = {
    orgs: reading.works.map((work) => work.org.id),
    ...(machine === undefined ? {} : { machine }),
    ...(input.state === undefined ? {} : { state: input.state }),
    ...(input.status === undefined ? {} : { status: input.status }),
    ...(input.key === undefined ? {} : { key: input.key }),
  };
  if (input.record === undefined) return base;
  const colon = input.record.indexOf(":");
  const type = colon < 0 ? null : program.type(input.record.slice(0, colon));
  const name = input.record.slice(colon + 1);
  if (type === null) {
    if (colon < 0 && isUuid(input.record)) return { ...base, recordId: input.record };
    throw new EngineError("query_invalid", `record is "${input.record.slice(0, 60)}", expected <type>:<id or code>.`, {
      errors: [{ path: "/record", message: "must be <type>:<id or code>" }],
    });
  }
  const row = await loadRecord(reading.tx, type, name);
  return row === null ? null : { ...base, recordId: row.id };
}

function summaryOf(reading: Reading, row: InstanceRow): InstanceSummary {
  const { id, key, state, status, seq, createdAt, updatedAt } = row;
  const org = reading.workOf(row.orgId).org.code;
  return {
    id,
    machine: { key: row.machine, version: row.machineVersion },
    org,
    key,
    record: { type: row.recordType, id: row.recordId },
    state,
    status,
    seq,
    createdAt,
    updatedAt,
  };
}

/** - throws EngineError `instance_not_found` for unknown, foreign and hidden ones alike */
export async function getInstance(engine: Engine, scope: Scope, input: { readonly instance: string }): Promise<InstanceView & Pick<InstancePage, "related">> {
  return await inReading(engine, scope, async (reading) => {
    const row = await visibleInstance(reading, input.instance);
    const view = await viewInstance(reading.workOf(row.orgId), row);
    return { ...view, related: await relatedRecords(reading, row, view.record) };
  });
}

export interface TimelineLine {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly title: string;
  readonly actor: { readonly id: string; readonly name: string; readonly kind: string };
  readonly from: Json;
  readonly to: Json;
  readonly note: string | null;
  readonly overridden: boolean;
  readonly decisions: readonly { readonly key: string; readonly outcome: string }[];
  readonly effects: readonly JsonObject[];
}

export interface InstancePage {
  readonly instance: InstanceView;
  /** Titles of the records that the instance's record refers to: field path -> record. */
  readonly references: Readonly<Record<string, RecordTitle>>;
  /** Newest first; at most 200. */
  readonly timeline: readonly TimelineLine[];
  readonly mails: readonly MailAnswer[];
  /** Papers rendered about the record, newest first. */
  readonly documents: readonly DocumentAnswer[];
  /** Files that the record refers to. */
  readonly files: readonly RecordFile[];
  readonly related: readonly RelatedGroup[];
  /** What the lists above do not hold any more: there are earlier events, mails or files. */
  readonly more: { readonly events: boolean; readonly mails: boolean; readonly files: boolean };
}

const TIMELINE = 200;

/** Everything that the page of one instance shows. */
export async function getInstancePage(engine: Engine, scope: Scope, input: { readonly instance: string }): Promise<InstancePage> {
  return await inReading(engine, scope, async (reading) => {
    const row = await visibleInstance(reading, input.instance);
    const work = reading.workOf(row.orgId);
    const instance = await viewInstance(work, row);
    const machine = await engine.programs.machine(reading.tx, work.ruling, row.machine, row.machineVersion);
    const conceal = await concealFor(work);
    const titleOfEvent = (type: string): string => machine.definition.events[type]?.title ?? machine.definition.start[type]?.title ?? type;
    const events = await eventsOf(reading.tx, row.id, { afterSeq: Math.max(0, row.seq - TIMELINE), limit: TIMELINE });
    const timeline = events.map((event): TimelineLine => {
      const payload = (event.event["payload"] ?? {}) as JsonObject;
      return {
        seq: event.seq,
        at: event.at,
        event: event.type,
        title: titleOfEvent(event.type),
        actor: { id: event.actor.id, name: event.actor.name, kind: event.actor.kind },
        from: event.from as Json,
        to: event.to as Json,
        note: typeof payload["note"] === "string" ? payload["note"] : null,
        overridden: event.override !== null || event.decisions.some((decision) => decision.overridden !== undefined),
        decisions: event.decisions.map(({ key, outcome }) => ({ key, outcome })),
        effects: publicEffects(event.effects, []),
      };
    });
    const related = await relatedRecords(reading, row, instance.record);
    const belonging = [row.recordId, ...related.flatMap(({ items }) => items.map(({ id }) => String(id)))];
    const mails = await mailsIn(reading, { records: belonging, limit: 50 });
    const { files, more } =
      instance.record === null ? { files: [], more: false } : await recordFiles(work, recordTypeOf(work.ruling.program, row.recordType), instance.record.data);
    return {
      instance,
      references: instance.record === null ? {} : await recordTitles(work, recordTypeOf(work.ruling.program, row.recordType), instance.record.data),
      timeline: conceal(timeline.reverse()),
      mails: mails.items,
      documents: await documentsAbout(reading, row.recordId),
      files,
      related,
      more: { events: row.seq > TIMELINE, mails: mails.next !== null, files: more },
    };
  });
}
