/** Envelopes of a contract's inbound events, with the keys that its grammar asks for. */
import { EngineError } from "../../core/errors.ts";
import type { ContractDefinition } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { SimulatorOptions } from "./options.ts";
import { sampleOf, withValue } from "./sample.ts";

/**
 * What is to be sent, in the order of sending.
 *
 * - throws EngineError `event_unknown` for an event that the other side does not send; `org_required`, `payload_invalid` where the command
 *   does not say whose event it is or what it is about
 */
export function envelopesFor(contract: ContractDefinition, options: SimulatorOptions, now: string): readonly JsonObject[] {
  const name = options.event ?? "";
  const event = Object.hasOwn(contract.events, name) ? contract.events[name] : undefined;
  if (event === undefined || event.direction !== "in")
    throw new EngineError("event_unknown", `The contract has no inbound event "${name}"; --list names them.`);
  if ((options.org ?? "") === "") throw new EngineError("org_required", `Whose "${name}" is it? Give --org.`);
  if (event.id.includes("{subject}") && (options.subject ?? "") === "")
    throw new EngineError("payload_invalid", `"${name}" is about a ${event.subject.replaceAll("_", " ")}: give its code with --subject.`);
  const base = dataOf(sampleOf(event.data, now) as JsonObject, options.set);
  const ownId = /^\{data\.([a-z0-9_]+)\}$/.exec(event.id)?.[1];
  const first = options.sequence === "clock" ? Date.parse(now) : options.sequence;
  const envelopes = Array.from({ length: options.count }, (_each, index) => {
    const sequence = first === null ? null : first + index;
    const data = ownId === undefined || options.count === 1 ? base : { ...base, [ownId]: `${String(base[ownId])}-${(sequence ?? index) + 1}` };
    const numbered = event.items === undefined || sequence === null ? data : withItemSequence(data, event.items, sequence);
    const subject = options.subject ?? subjectFrom(event.id, numbered);
    const id = fill(event.id, { subject, sequence, data: numbered });
    const isPlain = event.items !== undefined || sequence === null;
    return {
      event: name,
      idempotency_key: keyOf(contract, name, id, event.version),
      org_code: options.org ?? "",
      occurred_at: now,
      schema_version: event.version,
      subject: { type: event.subject, ref: subject },
      ...(isPlain ? {} : { sequence }),
      ...(options.actor === null ? {} : { actor: JSON.parse(options.actor) as Json }),
      data: numbered,
    } as JsonObject;
  });
  const ordered = options.reorder ? envelopes.toReversed() : envelopes;
  return options.duplicate ? ordered.flatMap((envelope) => [envelope, envelope]) : ordered;
}

/** `source:entity:id:action:version`; what follows the first dot of the event is its action. */
function keyOf({ inboundSource }: ContractDefinition, event: string, id: string, version: string): string {
  const dot = event.indexOf(".");
  return [inboundSource, event.slice(0, dot), id, event.slice(dot + 1).replaceAll(".", "_"), version].join(":");
}

function dataOf(sample: JsonObject, set: readonly string[]): JsonObject {
  let data: Json = sample;
  for (const each of set) {
    const at = each.indexOf("=");
    data = withValue(data, each.slice(0, at).split("."), each.slice(at + 1));
  }
  return data as JsonObject;
}

/** Each item carries a number of its own where the contract counts by item; one that was set stays. */
function withItemSequence(data: JsonObject, { path, sequence: field }: { readonly path: string; readonly sequence: string }, sequence: number): JsonObject {
  const items = data[path];
  if (!Array.isArray(items)) return data;
  return { ...data, [path]: (items as readonly JsonObject[]).map((item) => ({ [field]: sequence, ...item })) };
}

function subjectFrom(id: string, data: JsonObject): string {
  const field = /^\{data\.([a-z0-9_]+)\}$/.exec(id)?.[1];
  return field === undefined ? "" : String(data[field] ?? "");
}

function fill(template: string, values: { readonly subject: string; readonly sequence: number | null; readonly data: JsonObject }): string {
  return template.replaceAll(/\{([a-z0-9_.]+)\}/g, (_whole, name: string) => {
    if (name === "subject") return values.subject;
    if (name === "sequence" || name === "n") return String(values.sequence ?? 1);
    return name.startsWith("data.") ? String(values.data[name.slice(5)] ?? "") : "";
  });
}
