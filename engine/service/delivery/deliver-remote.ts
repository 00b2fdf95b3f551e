/**
 * Takes in what one org's instance asked of another org's, and what the relay reports back to an instance (a mail's outcome):
 * outbox rows of kind `remote`, carried out under the system's own grant, each once.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { Delivery, OutboxItem } from "../../core/ports.ts";
import type { OrgContext } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { loadOrg } from "../../store/people.ts";
import { toOrgContext } from "../auth/principals.ts";
import { findTarget, runCascade, sendTo } from "../instances/cascade.ts";
import { rearmTimers } from "../instances/rearm-timers.ts";
import { sendOnSingly, sentBy, sentOnBy, sentOnItems } from "../instances/send-on.ts";
import { startFromCascade } from "../instances/start-from-cascade.ts";
import { type RecordWrite, writeRecordEffect } from "../records/write-record.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId } from "../work/fresh-id.ts";
import { once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { systemScope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";

/** An event that its instance no longer takes counts as delivered: it arrived, and meant nothing any more. */
export async function deliverRemote(engine: Engine, item: OutboxItem): Promise<Delivery> {
  const body = item.body;
  const org = await targetOrg(engine, textOf(body["org"]) ?? item.org);
  if (org === null) return { result: "refused", reason: "The org that this is for does not exist" };
  try {
    return await takeIn(engine, org, item, (work) => carryOver(work, item.key, body));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (failsAsWhole(item, error)) return await takeIn(engine, org, item, (work) => splitUp(work, item.key, body));
    if (error.code === "internal" || error.code === "unavailable") return { result: "retry", reason: error.message };
    return { result: "refused", reason: `${error.code}: ${error.message}` };
  }
}

async function takeIn(engine: Engine, org: OrgContext, item: OutboxItem, act: (work: Work) => Promise<JsonObject>): Promise<Delivery> {
  const { actor } = sentOnBy(item.body);
  const fingerprint = createHash("sha256").update(canonicalJson(item.body)).digest("hex");
  const options = actor === undefined ? {} : { actor };
  const answer = await inWork(engine, systemScope(org), org, (work) => once(work, { key: item.key, fingerprint }, 200, () => act(work)), options);
  return { result: "delivered", detail: JSON.stringify(answer.body) };
}

/** Whether the items of a row are better tried one by one. What only could not be had now is tried once more together. */
function failsAsWhole(item: OutboxItem, error: EngineError): boolean {
  return sentOnItems(item.body).length > 0 && (error.code !== "unavailable" || item.attempt > 1);
}

async function splitUp(work: Work, key: string, body: JsonObject): Promise<JsonObject> {
  await sendOnSingly(work, key, body);
  return { outcome: "split", items: sentOnItems(body).length };
}

async function targetOrg(engine: Engine, idOrCode: string): Promise<OrgContext | null> {
  const org = await engine.store.work({ orgs: "system", actorId: "system" }, (tx) => loadOrg(tx, idOrCode));
  return org === null ? null : toOrgContext(org);
}

async function carryOver(work: Work, key: string, body: JsonObject): Promise<JsonObject> {
  const from = body["from"] ?? null;
  switch (body["op"]) {
    case "send":
      return await sendOver(work, key, body, from);
    case "start": {
      const instanceId = textOf(body["instance_id"]) ?? freshId(work.at, work.engine.seed(), key);
      const { machine, event, payload, unique } = {
        machine: textOf(body["machine"]) ?? "",
        event: textOf(body["event"]),
        payload: body["payload"],
        unique: textOf(body["unique"]),
      };
      const started = await startFromCascade(work, {
        kind: "start",
        cause: key,
        machine,
        event,
        payload: (payload ?? {}) as JsonObject,
        unique,
        instanceId,
        ...sentBy(body),
      });
      if (started.outcome.kind === "moved") await runCascade(work, started.outcome.cascade, sentOnBy(body).depth);
      return { outcome: started.outcome.kind, instance: started.instance?.id ?? null, seq: started.instance?.seq ?? null, from };
    }
    case "record": {
      const cascade = await writeRecordEffect(work, body["effect"] as unknown as RecordWrite);
      await runCascade(work, cascade);
      return { outcome: "written", from };
    }
    case "cascade": {
      const results = await runCascade(work, sentOnItems(body), sentOnBy(body).depth - 1);
      return { outcome: "carried", items: sentOnItems(body).length, moved: results.filter(({ outcome }) => outcome.kind === "moved").length };
    }
    case "timers":
      return await rearmTimers(work, body);
    default:
      throw new EngineError("internal", `An outbox row asks for "${String(body["op"])}".`);
  }
}

async function sendOver(work: Work, key: string, body: JsonObject, from: Json): Promise<JsonObject> {
  const event = textOf(body["event"]) ?? "";
  const target = await findTarget(work, textOf(body["machine"]), textOf(body["to"]) ?? "");
  if (target === null) return { outcome: "not_found", from };
  const { outcome } = await sendTo(
    work,
    target.id,
    { type: event, payload: (body["payload"] ?? {}) as JsonObject, via: "cascade", idempotencyKey: key },
    sentBy(body).by,
  );
  if (outcome.kind !== "moved") return { outcome: outcome.kind, instance: target.id, from };
  await runCascade(work, outcome.cascade, sentOnBy(body).depth);
  return { outcome: "moved", instance: target.id, seq: outcome.seq, from };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
