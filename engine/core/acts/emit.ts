/** The `emit` action: an outbound event of a contract under the contract's key grammar, or a plain one for webhooks. */
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { writeField } from "../facts/schema-values.ts";
import { fromFeel } from "../feel/convert.ts";
import { isNumeric, type Numeric, toDecimal } from "../feel/decimals.ts";
import type { EmitActionCode } from "../machine/code.ts";
import { type ActRun, asObject, evaluateOr } from "./act-run.ts";

/**
 * Key: `<source>:<event up to the first dot>:<id>:<rest of the event, dots as _>:<version>`. `{n}` counts the events of a contract
 * and subject that this instance has emitted; it is also the event's `sequence`.
 */
export function emit(run: ActRun, scope: ExpressionScope, action: EmitActionCode): void {
  const { world } = run;
  const contract = action.contract === null ? implied(run, action.event) : world.program.contract(action.contract);
  if (action.contract !== null && contract === null) {
    throw new EngineError("internal", `There is no contract "${action.contract}" in this release`, { reference: action.contract });
  }
  const spec = contract !== null && Object.hasOwn(contract.events, action.event) ? contract.events[action.event]! : null;
  if (contract !== null && spec?.direction !== "out") {
    throw new EngineError("internal", `The contract ${contract.key} has no outbound event "${action.event}"`, { reference: action.event });
  }
  const data: Record<string, Json> = {};
  for (const [name, expression] of action.data) {
    const json = writeField(spec?.data, name, expression.evaluate(scope));
    if (json !== undefined) data[name] = json;
  }
  const subject = subjectOf(run, scope, action, spec);
  const ref = typeof subject?.["ref"] === "string" ? subject["ref"] : (world.instance?.id ?? "");
  const counter = `emit:${contract?.key ?? ""}:${ref}`;
  const given = evaluateOr(action.n, scope, null);
  const n = isNumeric(given) ? toDecimal(given as Numeric).toNumber() : (run.counters[counter] ?? 0) + 1;
  run.count(counter, n);
  const idempotencyKey =
    contract === null || spec === null ? run.nextKey() : keyOf(contract, spec, action.event, { subject: ref, sequence: String(n), n: String(n) }, data);
  run.add({ kind: "emit", contract: contract?.key ?? null, event: action.event, idempotencyKey, subject, sequence: n, data });
}

/** Without a named contract: the one contract that has this event going out. */
function implied(run: ActRun, event: string): ContractDefinition | null {
  const found = run.world.program
    .all("contract")
    .filter((each) => Object.hasOwn(each.content.events, event) && each.content.events[event]!.direction === "out");
  return found.length === 1 ? found[0]!.content : null;
}

/** An object as given; a text is the reference of the contract's subject type; by default the instance's record. */
function subjectOf(run: ActRun, scope: ExpressionScope, action: EmitActionCode, spec: ContractEvent | null): JsonObject | null {
  const { record } = run.world;
  const value = action.subject === null ? (record?.code ?? record?.id ?? null) : fromFeel(action.subject.evaluate(scope));
  if (value === undefined || value === null) return null;
  const object = asObject(value);
  if (object !== null) return object;
  return { type: spec?.subject ?? record?.type ?? "record", ref: typeof value === "string" ? value : String(value) };
}

function keyOf(contract: ContractDefinition, spec: ContractEvent, event: string, parts: Readonly<Record<string, string>>, data: JsonObject): string {
  const dot = event.indexOf(".");
  const first = dot < 0 ? event : event.slice(0, dot);
  const rest = dot < 0 ? event : event.slice(dot + 1).replaceAll(".", "_");
  const id = spec.id.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    if (Object.hasOwn(parts, name)) return parts[name]!;
    const path = name.startsWith("data.") ? name.slice(5) : name;
    const value = Object.hasOwn(data, path) ? data[path] : undefined;
    return value === undefined || value === null || typeof value === "object" ? "" : String(value);
  });
  return [contract.outboundSource, first, id, rest, spec.version].join(":");
}
