/**
 * Finds changes of inputs that open a gate by trying: values that cells, conditions, enums and declared acts name, one input first, then
 * two, then three. Exact where it finds something; bounded in tries, so it may find nothing.
 */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { ConditionNode } from "../step-types.ts";
import type { CompiledTable } from "../tables/table-parts.ts";
import type { Attempt } from "./unlock-attempt.ts";

const MAX_TRIES = 4000;
const MAX_VALUES = 8;
const MAX_FOUND = 12;

/** Changes that open it, fewest inputs first; none contains another. */
export function searchChanges(attempt: Attempt): readonly JsonObject[] {
  const candidates = [...candidatesOf(attempt)];
  const found: JsonObject[] = [];
  let tries = 0;
  const extend = (from: number, left: number, changes: JsonObject): void => {
    for (let i = from; i < candidates.length; i++) {
      const [input, values] = candidates[i]!;
      for (const value of values) {
        if (found.length >= MAX_FOUND || tries >= MAX_TRIES) return;
        const next = { ...changes, [input]: value };
        if (left > 1) {
          extend(i + 1, left - 1, next);
          continue;
        }
        tries++;
        if (!found.some((other) => says(other, next)) && attempt.opens(next)) found.push(next);
      }
    }
  };
  for (let size = 1; size <= 3 && found.length === 0; size++) extend(0, size, {});
  return found;
}

/** Whether a change already found makes another superfluous: it is part of it, or differs only in the number it names. */
function says(found: JsonObject, next: JsonObject): boolean {
  return Object.keys(found).every(
    (key) => JSON.stringify(found[key]) === JSON.stringify(next[key]) || (typeof found[key] === "number" && typeof next[key] === "number"),
  );
}

/** Values worth trying per input, other than the one it has. */
function candidatesOf(attempt: Attempt): ReadonlyMap<string, readonly Json[]> {
  const { compiled, inputs } = attempt;
  const named = namedValues(attempt);
  const result = new Map<string, readonly Json[]>();
  for (const [name, spec] of Object.entries(compiled.inputs)) {
    const declared = (spec.changedBy ?? []).flatMap((act) => (act.to === undefined ? [] : [act.to]));
    const typical: readonly Json[] = spec.type === "boolean" ? [true, false] : spec.type === "list" ? [[]] : [];
    const all = [...declared, ...(named.get(name) ?? []), ...(spec.enum ?? []), ...typical, ...(spec.nullable === true ? [null] : [])];
    const seen = new Set([JSON.stringify(inputs[name])]);
    const values: Json[] = [];
    for (const value of all) {
      const key = JSON.stringify(value);
      if (!seen.has(key) && values.length < MAX_VALUES) {
        seen.add(key);
        values.push(value);
      }
    }
    if (values.length > 0) result.set(name, values);
  }
  return result;
}

/** Literals that stand next to an input in cells and conditions, and the numbers on either side of them. */
function namedValues(attempt: Attempt): ReadonlyMap<string, readonly Json[]> {
  const named = new Map<string, Json[]>();
  const note = (input: string, value: Json): void => {
    const list = named.get(input) ?? [];
    list.push(value);
    named.set(input, list);
  };
  const { compiled } = attempt;
  if (compiled.kind === "table") {
    for (const column of (compiled as CompiledTable).parts.columns) {
      const { type } = compiled.inputs[column.name] ?? {};
      for (const cell of column.cells) {
        for (const word of cell.words) note(column.name, word);
        if (type === "decimal" || type === "integer")
          for (const bound of cell.bounds) for (const value of [bound, bound + 1, bound - 1]) note(column.name, value);
      }
    }
    return named;
  }
  const visit = (node: ConditionNode): void => {
    for (const child of node.children ?? []) visit(child);
    const { fact, expected } = node;
    if (fact === undefined || expected === undefined) return;
    for (const value of Array.isArray(expected) ? (expected as readonly Json[]) : [expected]) {
      note(fact, value);
      if (typeof value === "number") for (const near of [value + 1, value - 1]) note(fact, near);
    }
  };
  for (const rule of attempt.decision.explanation.rules) visit(rule.conditions);
  return named;
}
