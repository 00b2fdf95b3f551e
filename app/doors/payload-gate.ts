/** Tells gates that are shut for want of the form's answers from those that are shut anyway. */
import type { Program } from "#engine/core/program.ts";
import type { ConditionNode, Decision } from "#engine/core/step-types.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { GateParams } from "#engine/schema/statechart.ts";

const READS_PAYLOAD = /\bpayload\b/;

/**
 * True where what shuts the gate reads the payload of this event: an act is asked about before its form is filled, so the answer
 * is open until then. The preview under the form asks again with what is typed.
 */
export function dependsOnPayload(program: Program, machine: MachineDefinition, event: string, decision: Pick<Decision, "key" | "explanation">): boolean {
  const compiled = program.decision(decision.key);
  if (compiled === null) return false;
  const binds = bindsOf(transitionsOf(machine.config, event), decision.key);
  const facts = decision.explanation.rules.filter((rule) => rule.fired !== false).flatMap((rule) => factsOf(rule.conditions));
  const inputs = facts.flatMap((fact) => (Object.hasOwn(compiled.inputs, fact) ? [fact] : [...compiled.tracesTo(fact)]));
  return inputs.some((name) => {
    const from = binds[name] ?? compiled.inputs[name]?.from;
    return typeof from === "string" ? READS_PAYLOAD.test(from) : Object.values(from ?? {}).some((text) => READS_PAYLOAD.test(text));
  });
}

function factsOf(node: ConditionNode): readonly string[] {
  if (node.children !== undefined && node.children.length > 0) return node.children.flatMap(factsOf);
  return node.fact === undefined || node.result === false ? [] : [node.fact];
}

/** The transitions of an event in every state: another event may bind the same gate to its own form. */
function transitionsOf(node: unknown, event: string): readonly unknown[] {
  if (typeof node !== "object" || node === null) return [];
  const { on, states } = node as { readonly on?: Readonly<Record<string, unknown>>; readonly states?: Readonly<Record<string, unknown>> };
  return [on?.[event], ...Object.values(states ?? {}).flatMap((state) => transitionsOf(state, event))];
}

/** What these guards bind for this rule set or table. */
function bindsOf(node: unknown, key: string): Readonly<Record<string, string>> {
  if (typeof node !== "object" || node === null) return {};
  const { type, params } = node as { readonly type?: unknown; readonly params?: GateParams };
  const ref = params?.ruleset ?? params?.table ?? "";
  const own = type === "gate" && (ref === key || ref === key.slice(key.indexOf(".") + 1)) ? (params?.bind ?? {}) : {};
  return Object.assign({}, ...Object.values(node).map((child) => bindsOf(child, key)), own) as Readonly<Record<string, string>>;
}
