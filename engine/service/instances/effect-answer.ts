/** Effects as a caller is told of them: what will happen outside, without bodies; a cascade with what became of it. */
import { assertNever } from "../../core/errors.ts";
import type { Effect } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { CascadeResult } from "./start-from-cascade.ts";

export type PublicEffect = JsonObject;

/** One entry per effect, in order. Mails carry recipients and verdict, never their text. */
export function publicEffects(effects: readonly Effect[], cascade: readonly CascadeResult[]): readonly PublicEffect[] {
  return effects.map((effect) => publicEffect(effect, cascade));
}

function publicEffect(effect: Effect, cascade: readonly CascadeResult[]): PublicEffect {
  const became = becameOf(cascade.find((result) => result.cause === effect.key));
  switch (effect.kind) {
    case "record":
      return { key: effect.key, kind: "record", op: effect.op, type: effect.type, id: effect.id ?? null, code: effect.code ?? null };
    case "mail": {
      const { type, recipients, verdict, code, subject } = effect.message;
      return { key: effect.key, kind: "mail", mail: effect.mail, type, recipients, verdict, code, subject, ...became };
    }
    case "document": {
      const { document, id, number, title, name } = effect;
      return { key: effect.key, kind: "document", document, id, number, title, name };
    }
    case "task":
      return { key: effect.key, kind: "task", task: { id: effect.task.id, kind: effect.task.kind, form: effect.task.form, title: effect.task.title } };
    case "cancelTask":
      return { key: effect.key, kind: "cancelTask", taskKind: effect.taskKind, ref: effect.ref };
    case "emit":
      return { key: effect.key, kind: "emit", contract: effect.contract, event: effect.event, idempotencyKey: effect.idempotencyKey, data: effect.data };
    case "start":
      return { key: effect.key, kind: "start", machine: effect.machine, event: effect.event, ...became };
    case "send":
      return { key: effect.key, kind: "send", machine: effect.machine, to: effect.to, event: effect.event, ...became };
    case "deliver":
      return { key: effect.key, kind: "deliver", channel: effect.channel };
    case "note":
      return { key: effect.key, kind: "note", text: effect.text };
    default:
      return assertNever(effect);
  }
}

function becameOf(result: CascadeResult | undefined): JsonObject {
  if (result === undefined) return {};
  return {
    outcome: result.outcome.kind,
    ...(result.instance === null
      ? {}
      : { instance: { id: result.instance.id, key: result.instance.key, state: result.instance.state, seq: result.instance.seq } }),
  };
}
