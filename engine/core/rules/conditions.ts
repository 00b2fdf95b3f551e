/**
 * Conditions of json-rules-engine's format: checked against the inputs' types, flattened to leaves and groups, decided without short cuts.
 */
import type { Json } from "../../schema/json.ts";
import type { Condition, ConditionLeaf, RulesetDefinition } from "../../schema/ruleset.ts";
import type { ValueSpec } from "../../schema/values.ts";
import { converter } from "../feel/convert.ts";
import { type FeelValue, isContext, isList, UNKNOWN, Unknown, WRONG_TYPE } from "../feel/values.ts";
import type { Frame } from "./frame.ts";
import type { Leaf, Operand } from "./leaf.ts";
import { familyOf, type Operator, operators } from "./operators.ts";
import { type DefinitionErrors, pointer } from "./problems.ts";
import type { Reader } from "./reader.ts";

export const MAX_NODES = 2000;
export const MAX_DEPTH = 32;

export type Tree =
  | { readonly kind: "leaf"; readonly index: number }
  | { readonly kind: "all" | "any" | "not"; readonly name?: string; readonly children: readonly Tree[] };

/** A path into an input: read from the frame once per decision, whatever number of conditions ask for it. */
export interface PathSlot {
  readonly slot: number;
  readonly from: number;
  readonly steps: readonly (string | number)[];
}

/** Steps of "$.a.b[0]" or "a.b"; null where it is anything more than own entries and positions. */
export function parsePath(path: string): readonly (string | number)[] | null {
  const steps: (string | number)[] = [];
  let rest = path.startsWith("$") ? path.slice(1) : path.startsWith(".") || path.startsWith("[") ? path : `.${path}`;
  while (rest !== "") {
    const step = /^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,6})\])/.exec(rest);
    if (step === null || steps.length >= 16) return null;
    steps.push(step[1] ?? Number(step[2]));
    rest = rest.slice(step[0].length);
  }
  return steps;
}
function walk(value: FeelValue, steps: readonly (string | number)[]): FeelValue {
  let at = value;
  for (const step of steps) {
    if (at instanceof Unknown) return at;
    if (at === null) return UNKNOWN;
    if (typeof step === "number") at = isList(at) ? (at[step] ?? UNKNOWN) : WRONG_TYPE;
    else if (!isContext(at)) return WRONG_TYPE;
    else at = Object.hasOwn(at, step) ? at[step]! : UNKNOWN;
  }
  return at;
}
function specAt(spec: ValueSpec | undefined, steps: readonly (string | number)[]): ValueSpec | undefined {
  let at = spec;
  for (const step of steps) at = typeof step === "number" ? at?.of : at?.fields !== undefined && Object.hasOwn(at.fields, step) ? at.fields[step] : undefined;
  return at;
}

export class ConditionCompiler {
  readonly leaves: Leaf[] = [];
  readonly paths: PathSlot[] = [];
  private readonly reader: Reader;
  private readonly shared: Readonly<Record<string, Condition>>;
  private readonly errors: DefinitionErrors;
  private readonly pathSlots = new Map<string, number>();
  private nodes = 0;

  constructor(reader: Reader, definition: RulesetDefinition, errors: DefinitionErrors) {
    this.reader = reader;
    this.shared = definition.conditions ?? {};
    this.errors = errors;
  }

  compile(condition: Condition, path: string, open: readonly string[] = [], depth = 0): Tree {
    this.nodes++;
    if (this.nodes === MAX_NODES + 1) this.errors.add(path, `A rule set has at most ${MAX_NODES} conditions`);
    if (depth > MAX_DEPTH) return this.refuse(path, `Conditions nest at most ${MAX_DEPTH} deep`);
    if (this.nodes > MAX_NODES || typeof condition !== "object" || condition === null) return this.refuse(path, "This is no condition");
    if ("condition" in condition) return this.reference(condition.condition, path, open, depth);
    const name = "name" in condition && typeof condition.name === "string" ? { name: condition.name } : {};
    if ("all" in condition) return { kind: "all", ...name, children: this.group(condition.all, "all", path, open, depth) };
    if ("any" in condition) return { kind: "any", ...name, children: this.group(condition.any, "any", path, open, depth) };
    if ("not" in condition) return { kind: "not", ...name, children: [this.compile(condition.not, `${path}/not`, open, depth + 1)] };
    return this.leaf(condition, path);
  }
  private refuse(path: string, message: string): Tree {
    this.errors.add(path, message);
    return { kind: "all", children: [] };
  }
  private group(list: readonly Condition[], kind: string, path: string, open: readonly string[], depth: number): readonly Tree[] {
    if (!Array.isArray(list) || list.length === 0) return [this.refuse(`${path}/${kind}`, `An empty "${kind}" would always hold; name at least one condition`)];
    return list.map((child, i) => this.compile(child, `${path}/${kind}/${i}`, open, depth + 1));
  }
  private reference(name: string, path: string, open: readonly string[], depth: number): Tree {
    if (!Object.hasOwn(this.shared, name)) return this.refuse(path, `There is no shared condition "${name}"`);
    if (open.includes(name)) return this.refuse(path, `The shared condition "${name}" contains itself`);
    return this.compile(this.shared[name]!, pointer("conditions", name), [...open, name], depth + 1);
  }

  private leaf(leaf: ConditionLeaf, path: string): Tree {
    const left = this.fact(leaf.fact, leaf.path, path);
    const operator = operators.get(leaf.operator);
    if (operator === undefined) return this.refuse(`${path}/operator`, `There is no operator "${leaf.operator}"`);
    if (left === null) return { kind: "all", children: [] };
    const spec = this.reader.specs[left.slot];
    const family = familyOf(spec?.type);
    if (family !== "any" && !operator.takes.includes(family)) {
      return this.refuse(`${path}/operator`, `"${operator.name}" takes ${operator.takes.join(", ")}; "${left.label}" is a ${spec!.type}`);
    }
    const operand = this.operand(leaf.value, operator, spec, `${path}/value`);
    if (operand === null) return { kind: "all", children: [] };
    this.leaves.push({
      slot: left.slot,
      operator,
      operand,
      fact: left.label,
      head: leaf.fact,
      type: spec?.type,
      ...(leaf.name === undefined ? {} : { name: leaf.name }),
    });
    return { kind: "leaf", index: this.leaves.length - 1 };
  }
  private fact(name: string, path: string | undefined, at: string): { readonly slot: number; readonly label: string } | null {
    const slot = typeof name === "string" ? this.reader.slots.get(name) : undefined;
    if (slot === undefined) {
      this.errors.add(`${at}/fact`, `"${name}" is no input, param or derived value of this rule set`);
      return null;
    }
    this.reader.noteSlot(slot);
    if (path === undefined || path === "" || path === "$") return { slot, label: name };
    const steps = typeof path === "string" ? parsePath(path) : null;
    if (steps === null) {
      this.errors.add(`${at}/path`, `"${path}" is no path; names and positions such as "$.a.b[0]" make one`);
      return null;
    }
    const label = `${name}${steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`;
    const known = this.pathSlots.get(label);
    if (known !== undefined) return { slot: known, label };
    const outer = this.reader.specs[slot];
    if (outer !== undefined && outer.type !== "record" && outer.type !== "list") {
      this.errors.add(`${at}/path`, `"${name}" is a ${outer.type}: there is nothing within it`);
      return null;
    }
    const reserved = this.reader.reserve(label, specAt(outer, steps));
    this.pathSlots.set(label, reserved);
    this.paths.push({ slot: reserved, from: slot, steps });
    return { slot: reserved, label };
  }

  private operand(value: Json, operator: Operator, spec: ValueSpec | undefined, path: string): Operand | null {
    if (value !== null && typeof value === "object" && !Array.isArray(value))
      return this.dynamic(value as { readonly [key: string]: Json }, operator, spec, path);
    const constant = constantOf(value, operator, spec);
    if (constant === undefined) {
      this.errors.add(path, `${JSON.stringify(value) ?? "Nothing"} does not fit "${operator.name}"${spec === undefined ? "" : ` on a ${spec.type}`}`);
      return null;
    }
    return { constant, json: value };
  }
  private dynamic(value: { readonly [key: string]: Json }, operator: Operator, spec: ValueSpec | undefined, path: string): Operand | null {
    const name = value["param"] ?? value["fact"];
    const inner = value["path"];
    if (typeof name !== "string") {
      this.errors.add(path, 'A value is a literal, {"fact": name} or {"param": name}');
      return null;
    }
    const right = this.fact(name, typeof inner === "string" ? inner : undefined, path);
    if (right === null) return null;
    const other = this.reader.specs[right.slot];
    const [a, b] = [familyOf(spec?.type), familyOf(other?.type)];
    const wanted =
      operator.expects === "list" || operator.expects === "pair"
        ? "list"
        : operator.expects === "flag"
          ? "boolean"
          : operator.expects === "text"
            ? "string"
            : operator.expects === "element"
              ? "any"
              : a;
    if (wanted !== "any" && b !== "any" && wanted !== b) {
      this.errors.add(path, `"${operator.name}" on ${a === "any" ? "this" : `a ${a}`} needs a ${wanted}; "${right.label}" is a ${other!.type}`);
      return null;
    }
    return { slot: right.slot };
  }
}

/** The constant as a value of the fact's type; undefined where it does not fit. */
function constantOf(json: Json, operator: Operator, spec: ValueSpec | undefined): FeelValue | undefined {
  const single = (value: Json, of: ValueSpec | undefined): FeelValue | undefined => {
    if (value === undefined) return undefined;
    // A whole number may be compared with a fraction.
    const converted = of === undefined ? value : converter({ ...of, type: of.type === "integer" ? "decimal" : of.type, nullable: true })(value);
    return converted instanceof Unknown ? undefined : converted;
  };
  switch (operator.expects) {
    case "flag":
      return typeof json === "boolean" ? json : undefined;
    case "text":
      return typeof json === "string" ? json : undefined;
    case "same":
      return single(json, spec);
    case "element":
      return single(json, spec?.of);
    case "list":
    case "pair": {
      if (!Array.isArray(json) || (operator.expects === "pair" && json.length !== 2)) return undefined;
      const values = (json as readonly Json[]).map((entry) => single(entry, spec));
      return values.some((entry) => entry === undefined) ? undefined : (values as FeelValue[]);
    }
  }
}

/** Fills the slots of paths, after inputs and derived values are in. */
export function readPaths(frame: Frame, paths: readonly PathSlot[]): void {
  for (const { slot, from, steps } of paths) frame.set(slot, walk(frame.val[from]!, steps));
}
