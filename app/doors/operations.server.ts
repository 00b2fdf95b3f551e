/** Outbox, receipts, mails, timers, audit: what operators see and do. */
import { EngineError } from "#engine/core/errors.ts";
import type { ContractDefinition } from "#engine/schema/contract.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { CheckpointFault } from "#engine/service/checkpoints/verify-checkpoints.ts";
import { listAudit, type Verification, verifyAudit } from "#engine/service/queries/audit.ts";
import { listMails } from "#engine/service/queries/mails.ts";
import { type OperationsList, operationsRights } from "#engine/service/queries/operations-rights.ts";
import { discardOutbox, listOutbox, type OutboxAnswer, retryOutbox } from "#engine/service/queries/outbox.ts";
import { listReceipts, type ReceiptAnswer } from "#engine/service/queries/receipts.ts";
import { listTimers, type TimerAnswer } from "#engine/service/queries/timers.ts";
import { getTraffic, TRAFFIC_SPANS, type TrafficAnswer, type TrafficSpanName } from "#engine/service/queries/traffic.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import { type Meaning, meaningOf, wordOf } from "#studio/ui/status-badge.tsx";
import { toRefusal } from "../problem.server.ts";
import type { ActResult } from "../screens/guided.ts";
import type { ListRequest } from "../screens/lists.ts";
import type { AuditLine, MailRow, OperationsView, OutboxLine, ReceiptDetail, ReceiptLine, TimerLine, VerifyResult } from "../screens/operations.ts";

const PAGE = 50;
const SAMPLE = 200;
const MOST_FAULTS = 5;
const EMPTY = { items: [], next: null } as const;

const LISTS: readonly OperationsList[] = ["receipts", "outbox", "mails", "timers", "audit"];

export async function operations(engine: Engine, scope: Scope, request: ListRequest, span: string | null = null): Promise<OperationsView> {
  const rights = await operationsRights(engine, scope);
  const tabs = LISTS.filter((list) => rights[list]);
  const tab = LISTS.find((list) => list === request.tab) ?? tabs[0] ?? "receipts";
  const filter = (name: string): string | undefined => request.filters.find((candidate) => candidate.field === name)?.value;
  const now = engine.clock.now();
  const page = { limit: PAGE, cursor: request.cursor };
  const q = request.search ?? undefined;
  const sample = await orEmpty(listOutbox(engine, scope, { limit: SAMPLE }));
  const contracts = await inReading(engine, scope, async (reading) => reading.works[0].ruling.program.all("contract").map((stored) => stored.content));
  const contract = contracts[0]?.key;
  const received = contract === undefined ? EMPTY : await orEmpty(listReceipts(engine, scope, { contract, limit: SAMPLE }));
  const receipts =
    tab !== "receipts" || contract === undefined
      ? EMPTY
      : await orEmpty(
          listReceipts(engine, scope, {
            contract,
            ...page,
            ...(filter("result") === undefined ? {} : { result: filter("result") as string }),
            ...(q === undefined ? {} : { key: q }),
          }),
        );
  const outbox =
    tab === "outbox"
      ? await listOutbox(engine, scope, {
          ...page,
          ...(filter("state") === undefined ? {} : { state: filter("state") as OutboxAnswer["state"] }),
          ...(q === undefined ? {} : { q }),
        })
      : EMPTY;
  const mails =
    tab === "mails"
      ? await listMails(engine, scope, {
          ...page,
          ...(filter("state") === undefined ? {} : { state: filter("state") as string }),
          ...(q === undefined ? {} : { q }),
        })
      : EMPTY;
  const audit =
    tab === "audit"
      ? await listAudit(engine, scope, {
          ...page,
          ...(filter("action") === undefined ? {} : { action: filter("action") as string }),
          ...(q === undefined ? {} : { q }),
        })
      : EMPTY;
  const timers =
    tab === "timers"
      ? await listTimers(engine, scope, {
          ...page,
          ...(filter("state") === undefined ? {} : { state: filter("state") as TimerAnswer["state"] }),
          ...(filter("machine") === undefined ? {} : { machine: filter("machine") as string }),
          ...(q === undefined ? {} : { q }),
        })
      : EMPTY;
  const waiting = sample.items.filter((row) => row.state === "pending" || row.state === "sending");
  const receipt =
    tab === "receipts" && request.at !== null
      ? (receipts.items.find((row) => row.id === request.at) ?? received.items.find((row) => row.id === request.at))
      : undefined;
  const names = new Map(audit.items.map((row) => [row.actor, row.actor === scope.principal.id ? scope.principal.name : words(row.actor)]));
  return {
    ...{ tab, tabs },
    counts: { receipts: null, outbox: waiting.length === 0 ? null : waiting.length, mails: null, timers: null, audit: null },
    traffic: await trafficOf(engine, scope, span),
    lag: {
      waiting: waiting.length,
      oldest: waiting.at(-1)?.createdAt ?? null,
      failed: sample.items.filter((row) => row.state === "dead").length,
      parked: sample.items.filter((row) => row.state === "possibly_sent").length,
    },
    next: (tab === "receipts" ? receipts : tab === "outbox" ? outbox : tab === "mails" ? mails : tab === "timers" ? timers : audit).next,
    byResult: countBy(received.items.map((row) => row.result)),
    sample: SAMPLE,
    receipts: receipts.items.map((row) => receiptLine(row, contracts[0])),
    receipt: receipt === undefined ? null : receiptDetail(receipt, contracts[0]),
    outbox: outbox.items.map((row) => outboxLine(row, now)),
    mails: mails.items.map(
      (mail): MailRow => ({
        id: mail.id,
        org: mail.org,
        type: mail.type,
        subject: mail.subject,
        to: mail.recipients.join(", "),
        state: words(mail.state),
        meaning: mail.state === "queued" ? "waitsUntil" : meaningOf(mail.state),
        code: mail.why ?? (mail.code === undefined ? null : words(mail.code)),
        createdAt: mail.createdAt,
        href: mail.instance === null ? null : `/work/${mail.instance}`,
      }),
    ),
    timers: timers.items.map(timerLine),
    audit: audit.items.map(
      (row): AuditLine => ({
        id: String(row.seq),
        at: row.at,
        org: row.org,
        actor: names.get(row.actor) ?? row.actor,
        action: words(row.action),
        subject: row.subject === null ? "" : row.subject.id,
        detail: Object.keys(row.detail).length === 0 ? "" : describeValue(row.detail),
        href: row.subject?.type === "instance" ? `/work/${row.subject.id}` : null,
      }),
    ),
  };
}

async function trafficOf(engine: Engine, scope: Scope, span: string | null): Promise<TrafficAnswer | null> {
  const asked = span !== null && Object.hasOwn(TRAFFIC_SPANS, span) ? (span as TrafficSpanName) : "24h";
  try {
    return await getTraffic(engine, scope, { span: asked });
  } catch (error) {
    if (error instanceof EngineError && error.code === "permission_denied") return null;
    throw error;
  }
}

/** A tab that the person may not see is empty; the chosen one says so itself. */
async function orEmpty<T>(
  work: Promise<{ readonly items: readonly T[]; readonly next: string | null }>,
): Promise<{ readonly items: readonly T[]; readonly next: string | null }> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineError && (error.code === "permission_denied" || error.code === "not_found")) return EMPTY;
    throw error;
  }
}

function countBy(words_: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words_) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function timerLine({ id, org, name, dueAt, state, instance }: TimerAnswer): TimerLine {
  const dot = name.lastIndexOf(".");
  const isOverdue = state === "overdue";
  return {
    ...{ id, org, instance: instance.id, machine: words(instance.machine.replace(/^.*\./, "")), dueAt },
    name: dot < 0 ? words(name) : `${words(name.slice(dot + 1))} in ${words(name.slice(0, dot))}`,
    label: nameOrNot(instance.key.slice(instance.key.indexOf(":") + 1)) ?? words(instance.machine.replace(/^.*\./, "")),
    ...{ meaning: isOverdue ? "late" : "waitsUntil", state: isOverdue ? "Overdue" : "Waits" },
  };
}

function outboxMeaning(row: OutboxAnswer): Meaning {
  switch (row.state) {
    case "pending":
    case "sending":
      return "waitsUntil";
    case "dead":
      return "failed";
    default:
      return meaningOf(row.state);
  }
}

/** What nobody can read is no name. */
const nameOrNot = (text: string | null): string | null => (text === null || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? null : text);

/** "integration.partner:A7": what stands behind the last colon is what people know. */
const lastPart = (text: string | null): string | null => (text === null ? null : text.slice(text.lastIndexOf(":") + 1));

const EFFECTS: Readonly<Record<string, string>> = { emit: "Contract event", remote: "Event" };

function outboxLine(row: OutboxAnswer, now: string): OutboxLine {
  const meaning = outboxMeaning(row);
  const within = (member: string): JsonObject => objectOf(row.payload[member] ?? null);
  const named = row.payload["event"] ?? within("envelope")["event"] ?? row.payload["type"] ?? row.payload["subject"] ?? within("body")["event"];
  const about = within("about")["key"];
  return {
    id: row.id,
    org: row.org,
    kind: row.kind,
    title: `${EFFECTS[row.kind] ?? words(row.kind)}${typeof named === "string" ? ` “${named}”` : ""}`,
    subject: nameOrNot(lastPart(row.subject)) ?? (typeof about === "string" ? nameOrNot(lastPart(about)) : null) ?? (row.instance === null ? null : "Open"),
    href: row.instance === null ? null : `/work/${row.instance}`,
    state: row.state === "pending" ? "Waits" : row.state === "sending" ? "Being sent" : meaning === "state" ? words(row.state) : wordOf(meaning),
    meaning,
    attempts: row.attempts,
    nextAt: row.nextAttempt,
    isDue: row.state === "sending" || (row.state === "pending" && row.nextAttempt <= now),
    createdAt: row.createdAt,
    lastError: row.error,
    mayRetry: row.state === "dead" || row.state === "possibly_sent",
    mayDiscard: row.state === "dead" || row.state === "possibly_sent",
  };
}

/** Receipts name their result in the contract's words; refusals come in several. */
function receiptMeaning(result: string): Meaning {
  const meaning = meaningOf(result);
  return meaning === "state" ? (/refus|reject|invalid|denied|closed/.test(result) ? "refused" : "state") : meaning;
}

function receiptLine(row: ReceiptAnswer, contract: ContractDefinition | undefined): ReceiptLine {
  const envelope = objectOf(row.envelope);
  const subject = objectOf(envelope["subject"] ?? null);
  const first = row.instances[0];
  const instance = objectOf(first ?? null)["id"];
  return {
    id: row.id,
    receivedAt: row.at,
    contract: contract?.key ?? "",
    event: row.event ?? "not readable",
    key: row.key ?? "",
    subject: typeof subject["ref"] === "string" ? subject["ref"] : null,
    sequence: row.sequence === null ? null : String(row.sequence),
    result: words(row.result),
    meaning: receiptMeaning(row.result),
    cause: row.why ?? row.cause ?? (row.event === null ? null : (contract?.events[row.event]?.title ?? null)),
    href: typeof instance === "string" ? `/work/${instance}` : null,
  };
}

function receiptDetail(row: ReceiptAnswer, contract: ContractDefinition | undefined): ReceiptDetail {
  const decision = objectOf(row.decision);
  const checks = [
    { title: "Key", text: row.key === null ? "not readable" : row.key, ok: row.key !== null },
    { title: "Sequence", text: row.sequence === null ? "none" : String(row.sequence), ok: row.result !== "stale_ignored" },
    { title: "Answer", text: `${row.status} ${row.cause ?? row.result}`, ok: row.status < 400 },
    ...(typeof decision["outcome"] === "string"
      ? [{ title: "Decision", text: `${describeValue(decision["key"])}: ${describeValue(decision["outcome"])}`, ok: row.status < 400 }]
      : []),
  ];
  return { ...receiptLine(row, contract), org: row.org, checks, gate: null, body: row.envelope };
}

const objectOf = (value: Json): JsonObject => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});

export async function settleOutbox(engine: Engine, scope: Scope, id: string, act: "retry" | "discard", reason: string | null): Promise<ActResult> {
  try {
    if (act === "retry") await retryOutbox(engine, scope, { id });
    else await discardOutbox(engine, scope, { id, ...(reason === null ? {} : { reason }) });
    return { ok: true, message: act === "retry" ? "Queued again" : "Discarded" };
  } catch (error) {
    return toRefusal(error);
  }
}

export async function verify(engine: Engine, scope: Scope): Promise<VerifyResult> {
  const started = performance.now();
  const found = await verifyAudit(engine, scope);
  const audit = found.firstBad !== undefined && found.firstBad.instance === undefined ? found.firstBad.seq : null;
  return {
    ok: found.ok,
    events: found.events + found.auditRows,
    checkpoints: checkpointsOf(found),
    bad: [
      ...found.faults.slice(0, MOST_FAULTS).map(({ instance, seq }) => ({ text: `Event ${seq} of an instance`, href: `/work/${instance}` })),
      ...(found.faults.length > MOST_FAULTS ? [{ text: `and of ${found.faults.length - MOST_FAULTS} more`, href: null }] : []),
      ...(audit === null ? [] : [{ text: `Row ${audit} of the audit log`, href: "/operations?tab=audit" }]),
    ],
    took: Math.round(performance.now() - started),
  };
}

const FAULTS: Readonly<Record<CheckpointFault["because"], string>> = {
  signature: "A checkpoint is not as it was signed",
  order: "A checkpoint is missing before",
  heads: "What a checkpoint covers was changed",
  database: "A checkpoint was changed or removed in the database",
  log: "An event is gone or another one",
  audit: "A row of the audit log is gone or another one",
};

function checkpointsOf({ events, checkpoints: found }: Verification): VerifyResult["checkpoints"] {
  if (found.checkpoints === 0) return null;
  const [first] = found.faults;
  const where = first?.instance === undefined ? "" : `: ${first.instance}, row ${first.event}`;
  return {
    ...{ count: found.checkpoints, lastAt: found.lastAt, covered: `${found.covered} of ${events} events` },
    copied: found.copied === null ? null : `${found.copied} of ${found.checkpoints}`,
    broken: first === undefined ? null : `${FAULTS[first.because]}${where}`,
    ...{ brokenSince: found.brokenSince, intactUntil: found.intactUntil },
  };
}
