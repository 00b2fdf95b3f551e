/** What the pages do: preview, send, bulk, complete. Each answer is a value; only faults are thrown. */
import { hashDefinition } from "#engine/core/canonical.ts";
import { EngineError } from "#engine/core/errors.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { bulkEvents } from "#engine/service/instances/bulk-events.ts";
import { completeTask } from "#engine/service/instances/complete-task.ts";
import { explainEvent } from "#engine/service/instances/explain-event.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { getInstance } from "#engine/service/queries/instance.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import type { Idempotency } from "#engine/service/work/idempotency.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { toRefusal } from "../problem.server.ts";
import type { ActRequest, ActResult, FieldError, PreviewView } from "../screens/guided.ts";
import type { BulkResult } from "../screens/lists.ts";
import { previewLines } from "./effect-lines.ts";

/** The key of one click: the same click sent again gets the first answer. */
export function idempotencyOf(once: string, body: Json): { idempotency?: Idempotency } {
  return /^[\x21-\x7e]{8,200}$/.test(once) ? { idempotency: { key: `ui:${once}`, fingerprint: hashDefinition(body) } } : {};
}

export async function preview(engine: Engine, scope: Scope, request: Omit<ActRequest, "once">): Promise<PreviewView> {
  try {
    const explained = await explainEvent(engine, scope, {
      instance: request.instance,
      type: request.type,
      payload: request.payload,
      ...(request.override === undefined ? {} : { override: request.override }),
    });
    const view = await getInstance(engine, scope, { instance: request.instance });
    const lines = await inReading(engine, scope, async (reading) => {
      const work = reading.works.find((candidate) => candidate.org.code === view.org) ?? reading.works[0];
      const machine = await engine.programs.machine(reading.tx, work.ruling, view.machine.key, view.machine.version);
      return previewLines({
        program: work.ruling.program,
        machine: machine.definition,
        explained,
        now: Date.parse(work.at),
        zone: work.org.timeZone,
        ownKey: view.key,
      });
    });
    return { lines, allowed: explained.outcome === "moved", gates: [], errors: [] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === "payload_invalid")
      return { lines: [{ icon: "info", text: "Fill in the form to see what will happen." }], allowed: false, gates: [], errors: errorsOf(error) };
    return { lines: [{ icon: "bar", text: error.message, tone: "blocked" }], allowed: false, gates: [], errors: [] };
  }
}

export async function act(engine: Engine, scope: Scope, request: ActRequest): Promise<ActResult> {
  const { instance, type, payload, override, expectedSeq, once } = request;
  try {
    const answer = await sendEvent(engine, scope, {
      instance,
      type,
      payload,
      via: "ui",
      ...(override === undefined ? {} : { override }),
      ...(expectedSeq === undefined ? {} : { expectedSeq }),
      ...idempotencyOf(once, { instance, type, payload, override: (override ?? null) as Json }),
    });
    const title = answer.body.instance?.title ?? "";
    const { url } = answer.body;
    return { ok: true, message: title === "" ? "Done" : `Done: ${title}`, ...(url === undefined ? {} : { link: url }) };
  } catch (error) {
    return toRefusal(error);
  }
}

export async function bulk(engine: Engine, scope: Scope, type: string, instances: readonly string[], payload: JsonObject, once: string): Promise<BulkResult> {
  if (instances.length === 0) return { done: 0, failed: [] };
  const { results } = await bulkEvents(engine, scope, {
    items: instances.map((instance) => ({ instance, type, payload })),
    ...idempotencyOf(once, { type, payload, instances }),
  });
  return {
    done: results.filter((result) => result.error === undefined).length,
    failed: results.flatMap((result) => (result.error === undefined ? [] : [{ instance: result.instance, code: null, detail: result.error.message }])),
  };
}

export async function complete(
  engine: Engine,
  scope: Scope,
  tasks: readonly string[],
  outcome: string,
  note: string | null,
  once: string,
): Promise<BulkResult> {
  let done = 0;
  const failed: { instance: string; code: string | null; detail: string }[] = [];
  for (const id of tasks) {
    try {
      await completeTask(engine, scope, { id, outcome, ...(note === null ? {} : { note }), ...idempotencyOf(`${once}.${id}`, { id, outcome, note }) });
      done += 1;
    } catch (error) {
      const refusal = toRefusal(error);
      failed.push({ instance: id, code: refusal.title, detail: refusal.detail });
    }
  }
  return { done, failed };
}

const errorsOf = (error: EngineError): readonly FieldError[] => (Array.isArray(error.data["errors"]) ? (error.data["errors"] as readonly FieldError[]) : []);
