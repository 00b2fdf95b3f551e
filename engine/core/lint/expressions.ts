/** Every compiled FEEL text that runs in the scope of an instance, with its place and the names that are added there. */

import type { FeelMap } from "../../schema/json.ts";
import type { EventSpec, StartSpec } from "../../schema/machine.ts";
import { type Expression, tryCompileFeel } from "../feel/compile.ts";
import type { CompiledMachine } from "../machine/compile.ts";
import { pointer } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";
import { referenceChoices } from "../reference-choice.ts";
import { decisionsOf, documentsOf, factsOf, machinesOf, mailsOf } from "./compiled.ts";
import { actionsOf } from "./events.ts";

export interface Occurrence {
  readonly stored: StoredDefinition;
  readonly path: string;
  readonly expression: Expression;
  /** Names besides those of every instance. */
  readonly extra: readonly string[];
  /** Record type that `record` is, where it is one. */
  readonly recordType: string | null;
}

/** Names that every instance has (plan: FEEL scope). */
export const INSTANCE_NAMES: ReadonlySet<string> = new Set(
  "record context payload event state states actor org now today instance settings fact decision created".split(" "),
);

export function occurrences(program: Program): Occurrence[] {
  return [
    ...machinesOf(program).flatMap(({ stored, compiled }) => ofMachine(stored, compiled)),
    ...decisionsOf(program).flatMap(({ stored, compiled }) =>
      Object.entries(compiled.inputs).flatMap(([name, { from }]) => {
        const path = `${pointer("inputs", name)}/from`;
        if (from === undefined) return [];
        if (typeof from === "string") return text(stored, path, from, ["mail", "item", "index"], null);
        return Object.entries(from).flatMap(([type, each]) => text(stored, path + pointer(type), each, ["mail", "item", "index"], type === "*" ? null : type));
      }),
    ),
    ...factsOf(program).flatMap(({ stored, compiled }) => [
      ...(compiled.expr === null ? [] : [{ stored, path: "/expr", expression: compiled.expr, extra: ["args", "rows"], recordType: null }]),
      ...(compiled.lock === null ? [] : [{ stored, path: "/lock", expression: compiled.lock, extra: ["args"], recordType: null }]),
      ...[...compiled.subjects].flatMap(([type, map]) =>
        map.map(([name, expression]) => ({ stored, path: pointer("subjects", type, name), expression, extra: [], recordType: type === "*" ? null : type })),
      ),
    ]),
    ...mailsOf(program).flatMap(({ stored, compiled }) =>
      [
        ["/recipients", compiled.recipients] as const,
        ["/ref", compiled.ref] as const,
        ...(compiled.attachments === null ? [] : [["/attachments", compiled.attachments] as const]),
        ...(compiled.words === null ? [] : [["/words", compiled.words] as const]),
        ...compiled.vars.map(([name, expression]) => [pointer("vars", name), expression] as const),
      ].map(([path, expression]) => ({
        ...{ stored, path, expression, extra: ["mail", "item", "index"], recordType: null },
      })),
    ),
    ...documentsOf(program).flatMap(({ stored, compiled }) =>
      [["/name", compiled.name] as const, ...compiled.vars.map(([name, expression]) => [pointer("vars", name), expression] as const)].map(
        ([path, expression]) => ({
          ...{ stored, path, expression, extra: ["item", "index"], recordType: compiled.definition.record },
        }),
      ),
    ),
  ];
}

function ofMachine(stored: StoredDefinition, machine: CompiledMachine): Occurrence[] {
  const recordType = machine.definition.record;
  const found: Occurrence[] = [];
  const add = (path: string, value: unknown, extra: readonly string[] = []): void => {
    for (const expression of expressionsIn(value)) found.push({ stored, path, expression, extra, recordType });
  };
  for (const transition of machine.chart.transitions) {
    add(`/config${transition.pointer}/guard`, transition.guard?.whens);
    for (const gate of transition.guard?.gates ?? []) add(`/config${gate.pointer}`, [[...gate.bind.values()], gate.override?.reasons]);
  }
  for (const action of actionsOf(machine)) {
    const extra = action.each === null ? [] : ["item", "index"];
    add(action.pointer, action.each);
    add(action.pointer, [action.when, Object.values(action.body)], extra);
  }
  for (const [name, expression] of machine.delays) add(pointer("delays", name), expression);
  for (const [event, map] of machine.create) add(`${pointer("start", event)}/create`, map);
  for (const [i, item] of machine.checklist.entries()) {
    add(`/checklist/${i}`, [item.when, item.expr, item.gate === null ? null : [...item.gate.bind.values()]]);
    add(`/checklist/${i}/detail`, item.detail);
  }
  for (const group of ["start", "events"] as const) {
    for (const [event, spec] of Object.entries<StartSpec | EventSpec>(machine.definition[group])) {
      for (const [name, source] of Object.entries("initial" in spec ? (spec.initial ?? {}) : {}))
        found.push(...text(stored, pointer(group, event, "initial", name), source, [], recordType));
      for (const { path, where } of spec.payload === undefined ? [] : referenceChoices(spec.payload))
        for (const [field, source] of Object.entries(where))
          found.push(...text(stored, `${pointer(group, event, "payload")}${path}${pointer("x-where", field)}`, source, [], recordType));
      if ("schedule" in spec && spec.schedule !== undefined)
        found.push(...text(stored, pointer(group, event, "schedule", "each"), spec.schedule.each, [], null));
      const texts: FeelMap = {
        ...(typeof spec.permission === "object" ? { permission: spec.permission.expr } : {}),
        ...(spec.requester === undefined ? {} : { requester: spec.requester }),
        ...(spec.minRank === undefined ? {} : { minRank: spec.minRank }),
        ...("unique" in spec && typeof spec.unique === "string" ? { unique: spec.unique } : {}),
        ...("adopt" in spec && typeof spec.adopt === "string" ? { adopt: spec.adopt } : {}),
      };
      for (const [name, each] of Object.entries(texts)) found.push(...text(stored, pointer(group, event, name), each, [], recordType));
    }
  }
  return found;
}

function text(stored: StoredDefinition, path: string, source: string, extra: readonly string[], recordType: string | null): Occurrence[] {
  const result = tryCompileFeel(source);
  return result.ok ? [{ stored, path, expression: result.expression, extra, recordType }] : [];
}

function expressionsIn(value: unknown): Expression[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  return "evaluate" in value && "reads" in value ? [value as Expression] : [];
}
