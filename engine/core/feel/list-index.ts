/**
 * Finds elements of a long list without going through it again: `rows[key = o.id]` asked for each of a thousand. The answer is the
 * one that going through it gives; where that cannot be known beforehand, nothing is found here and the list is gone through.
 */
import type { Node } from "./ast.ts";
import type { Env } from "./scope.ts";
import { type FeelList, type FeelValue, isContext, LazyContext } from "./values.ts";

/** A condition `field = value` that every element of the result meets; `value` is the same for all elements unless one has an entry named `root`. */
export interface Probe {
  readonly field: string;
  readonly root: string | null;
  readonly value: (env: Env) => FeelValue;
}

/** Conditions that are joined by `and` at the top of a filter's test. */
export function conjunctsOf(node: Node): readonly Node[] {
  return node.kind === "and" ? [...conjunctsOf(node.left), ...conjunctsOf(node.right)] : [node];
}

/** The name and the other side of `name = other`, whichever way it is written. */
export function equalityOf(node: Node): readonly { readonly field: string; readonly other: Node }[] {
  if (node.kind !== "compare" || node.op !== "=") return [];
  const { left, right } = node;
  return [
    ...(left.kind === "name" && left.name !== "item" ? [{ field: left.name, other: right }] : []),
    ...(right.kind === "name" && right.name !== "item" ? [{ field: right.name, other: left }] : []),
  ];
}

/** `v` of `v.a.b`; null for anything but a name and its members. */
export function rootOf(node: Node): string | null {
  if (node.kind === "name") return node.name;
  return node.kind === "path" ? rootOf(node.target) : null;
}

/** Elements by what they have in one field: all texts, or all plain numbers, and nulls. */
interface Buckets {
  readonly kind: "string" | "number" | null;
  readonly by: ReadonlyMap<FeelValue, readonly FeelValue[]>;
}
interface ListIndex {
  /** Names of entries that any element has; null before the list is asked for the second time. */
  keys: ReadonlySet<string> | null;
  readonly fields: Map<string, Buckets | null>;
  /** All its elements, where they are texts, numbers, booleans and nulls. */
  values: ReadonlySet<FeelValue> | null | undefined;
}

/** A list never changes, so what was found out about it stays true. */
const INDEXES = new WeakMap<FeelList, ListIndex>();
const SHORTEST = 16;
const NOTHING: readonly FeelValue[] = [];

/** The index of a list that is asked not for the first time; making one costs as much as going through the list. */
function indexOf(list: FeelList): ListIndex | null {
  const known = INDEXES.get(list);
  if (known !== undefined) return known;
  INDEXES.set(list, { keys: null, fields: new Map(), values: undefined });
  return null;
}

/** The elements among which all are that meet the probes, in order; null where the list has to be gone through. */
export function candidates(list: FeelList, probes: readonly Probe[], env: Env): readonly FeelValue[] | null {
  if (list.length < SHORTEST) return null;
  const index = indexOf(list);
  if (index === null) return null;
  let best: readonly FeelValue[] | null = null;
  for (const { field, root, value } of probes) {
    const buckets = bucketsOf(list, index, field, env);
    if (buckets === null || (root !== null && index.keys?.has(root) !== false)) continue;
    const wanted = value(env);
    const kind = kindOf(wanted);
    if (kind === undefined || (kind !== null && kind !== buckets.kind)) continue;
    const found = buckets.by.get(wanted) ?? NOTHING;
    if (best === null || found.length < best.length) best = found;
  }
  return best;
}

/** Of what is equal only to itself, among its own kind: what a map finds. Decimals are not, because 1 and 1.0 are two objects. */
function kindOf(value: FeelValue): Buckets["kind"] | undefined {
  if (value === null) return null;
  if (typeof value === "string") return "string";
  return typeof value === "number" && Number.isFinite(value) ? "number" : undefined;
}

function bucketsOf(list: FeelList, index: ListIndex, field: string, env: Env): Buckets | null {
  const known = index.fields.get(field);
  if (known !== undefined) return known;
  env.charge(list.length);
  index.keys ??= keysOf(list);
  const made = index.keys === null ? null : split(list, field);
  index.fields.set(field, made);
  return made;
}

/** null where an element is no plain context: what it has shows only when it is asked. */
function keysOf(list: FeelList): ReadonlySet<string> | null {
  const keys = new Set<string>();
  for (const element of list) {
    if (!isContext(element) || element instanceof LazyContext) return null;
    for (const key of Object.keys(element)) keys.add(key);
  }
  return keys;
}

/** null where an element lacks the field, or has something there that is not exact, or of another kind than the others. */
function split(list: FeelList, field: string): Buckets | null {
  const by = new Map<FeelValue, FeelValue[]>();
  let kind: Buckets["kind"] = null;
  for (const element of list) {
    if (!isContext(element) || !Object.hasOwn(element, field)) return null;
    const value = element[field] as FeelValue;
    const own = kindOf(value);
    if (own === undefined || (own !== null && kind !== null && own !== kind)) return null;
    kind ??= own;
    const bucket = by.get(value);
    if (bucket === undefined) by.set(value, [element]);
    else bucket.push(element);
  }
  return { kind, by };
}

/** Whether a text is among the elements; null where the list has to be gone through. */
export function hasText(list: FeelList, text: string, charge: (operations: number) => void): boolean | null {
  if (list.length < SHORTEST) return null;
  const index = indexOf(list);
  if (index === null) return null;
  if (index.values === undefined) {
    charge(list.length);
    const plain = list.every((element) => element === null || ["string", "number", "boolean"].includes(typeof element));
    index.values = plain ? new Set(list) : null;
  }
  charge(1);
  return index.values === null ? null : index.values.has(text);
}
