/**
 * Compiles a rule set: json-rules-engine's JSON over typed inputs, folded by a policy. Every condition is decided; none is skipped.
 *
 * Refuses at once what could pass by mistake: empty groups, unknown operators and facts, values and operators that do not fit the type.
 */
import type { Json, JsonObject, RulesetDefinition } from "../../schema/types.ts";
import type { Expression } from "../feel/compile.ts";
import { fromFeel } from "../feel/convert.ts";
import { add, type Numeric, parseNumeric } from "../feel/decimals.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";
import type { Reason } from "../step-types.ts";
import { ConditionCompiler, Groups, readPaths, type Tree } from "./conditions.ts";
import type { CompiledDecision, CompiledRule, DecisionContext, Evaluated } from "./decision.ts";
import { explainRules } from "./explain.ts";
import type { Frame } from "./frame.ts";
import { FALSE, Leaves, packLeaves, TRUE, UNKNOWN_BITS } from "./leaves.ts";
import { DefinitionErrors, pointer } from "./problems.ts";
import { Reader } from "./reader.ts";
import { fillMessage, missingReason, namesIn } from "./reasons.ts";

const NO_REASONS: readonly Reason[] = Object.freeze([]);
const NO_OUTPUT: JsonObject = Object.freeze({});
const NONE_FIRED: readonly string[] = Object.freeze([]);

export interface CompiledRuleset extends CompiledDecision {
  readonly kind: "ruleset";
  readonly trees: readonly Tree[];
  readonly leaves: Leaves;
  readonly definition: RulesetDefinition;
}

/** Throws EngineError `definition_invalid` with `errors`: [{path, message, from?, to?}]. */
export function compileRuleset(definition: RulesetDefinition, hash: string): CompiledRuleset {
  const errors = new DefinitionErrors();
  const reader = new Reader(definition, errors);
  const compiler = new ConditionCompiler(reader, definition, errors);
  const ids = new Set<string>();
  const trees = definition.rules.map((rule, i) => {
    if (ids.has(rule.name)) errors.add(pointer("rules", i, "name"), `Two rules are named "${rule.name}"`);
    ids.add(rule.name);
    return compiler.compile(rule.conditions, pointer("rules", i, "conditions"));
  });
  const extras = new Extras(definition, reader, errors);
  errors.refuse(definition.key);
  return new RulesetEvaluator(definition, hash, reader, compiler, trees, extras);
}

/** Slots and expressions of `outputs`, `outcome` and `reasons`. */
class Extras {
  readonly fired: number;
  readonly total: number;
  readonly outputs: readonly { readonly name: string; readonly slot: number; readonly expression: Expression }[];
  readonly outcome: Expression | undefined;
  readonly reasons: Expression | undefined;
  readonly needsEvents: boolean;

  constructor(definition: RulesetDefinition, reader: Reader, errors: DefinitionErrors) {
    this.fired = reader.reserve("fired", undefined);
    this.total = reader.reserve("total", undefined);
    const slots = new Map([...reader.slots, ["fired", this.fired], ["total", this.total]]);
    const outputs: { name: string; slot: number; expression: Expression }[] = [];
    const compile = (path: string, text: string | undefined): Expression | undefined => {
      const expression = text === undefined ? undefined : errors.feel(path, text, { slots: new Map(slots) });
      if (expression !== undefined) reader.noteReads(expression.reads);
      return expression;
    };
    for (const [name, text] of Object.entries(definition.outputs ?? {})) {
      const expression = compile(pointer("outputs", name), text);
      const slot = reader.reserve(name, undefined);
      slots.set(name, slot);
      if (expression !== undefined) outputs.push({ name, slot, expression });
    }
    this.outputs = outputs;
    this.outcome = compile("/outcome", definition.outcome);
    this.reasons = compile("/reasons", definition.reasons);
    this.needsEvents = [...outputs.map((output) => output.expression), this.outcome, this.reasons].some((expression) => expression?.reads.some(([head]) => head === "fired"));
  }
}

class RulesetEvaluator implements CompiledRuleset {
  readonly kind = "ruleset";
  readonly key: string;
  readonly version: string;
  readonly title: string;
  readonly definition: RulesetDefinition;
  readonly inputs: RulesetDefinition["inputs"];
  readonly params: NonNullable<RulesetDefinition["params"]>;
  readonly rules: readonly CompiledRule[];
  readonly trees: readonly Tree[];
  readonly leaves: Leaves;
  private readonly groups: Groups;
  private readonly reader: Reader;
  private readonly compiler: ConditionCompiler;
  private readonly extras: Extras;
  private readonly frame: Frame;
  private readonly results: Uint8Array;
  private readonly blocks: Uint8Array;
  /** Rule indices, highest priority first, else as declared. */
  private readonly byPriority: readonly number[];
  private readonly points: readonly (Numeric | null)[];
  private readonly isPlain: boolean;

  constructor(definition: RulesetDefinition, hash: string, reader: Reader, compiler: ConditionCompiler, trees: readonly Tree[], extras: Extras) {
    this.definition = definition;
    this.key = definition.key;
    this.version = hash;
    this.title = definition.title;
    this.inputs = definition.inputs;
    this.params = definition.params ?? {};
    this.reader = reader;
    this.compiler = compiler;
    this.extras = extras;
    this.trees = trees;
    this.leaves = new Leaves(compiler.leaves);
    this.groups = new Groups(trees, compiler.leaves.length);
    this.frame = reader.createFrame();
    this.results = new Uint8Array(this.groups.size);
    this.rules = definition.rules.map((rule) => {
      const params = rule.event.params ?? {};
      const { code } = params;
      return { id: rule.name, type: rule.event.type, code: typeof code === "string" ? code : rule.name, params, blocks: rule.event.type === "block" };
    });
    this.blocks = Uint8Array.from(this.rules, (rule) => (rule.blocks ? 1 : 0));
    const priority = (i: number): number => definition.rules[i]!.priority ?? 1;
    this.byPriority = definition.rules.map((_, i) => i).sort((a, b) => priority(b) - priority(a) || a - b);
    this.points = this.rules.map(({ params }) => {
      const { points } = params;
      return typeof points === "number" ? points : typeof points === "string" ? parseNumeric(points) : null;
    });
    this.isPlain = extras.outputs.length === 0 && extras.outcome === undefined && extras.reasons === undefined;
  }

  tracesTo = (name: string): readonly string[] => this.reader.tracesTo(name);

  evaluate(inputs: JsonObject, params: JsonObject, context: DecisionContext): Evaluated {
    const { frame, results, leaves } = this;
    this.fill(frame, inputs, params, context);
    leaves.decide(frame, results);
    this.groups.decide(results);
    const fired = this.firedRules();
    const outcome = this.outcome(fired);
    const used = this.reader.usedInputs(inputs, context);
    const answer = {
      key: this.key,
      kind: "ruleset" as const,
      version: this.version,
      outcome,
      output: NO_OUTPUT,
      fired,
      leaves: packLeaves(results, leaves.leaves.length),
      inputs: used,
      params: this.reader.usedParams(params),
      reasons: NO_REASONS,
    };
    return this.isPlain && (outcome === "pass" || outcome === "collected") ? answer : this.finish(answer, frame);
  }
  private fill(frame: Frame, inputs: JsonObject, params: JsonObject, context: DecisionContext): void {
    this.reader.read(frame, inputs, params, context);
    if (this.compiler.paths.length > 0) readPaths(frame, this.compiler.paths);
  }
  private firedRules(): readonly string[] {
    const { roots } = this.groups;
    const { results, rules } = this;
    let fired: string[] | null = null;
    for (let i = 0; i < roots.length; i++) {
      if (results[roots[i]!] === TRUE) {
        if (fired === null) fired = [rules[i]!.id];
        else fired.push(rules[i]!.id);
      }
    }
    return fired ?? NONE_FIRED;
  }
  private resultOf(rule: number): number {
    return this.results[this.groups.roots[rule]!]!;
  }
  /** The policy's outcome, before `outcome` has its say. */
  private outcome(fired: readonly string[]): string {
    const { roots } = this.groups;
    const { results, blocks } = this;
    const policy = this.definition.policy.type;
    if (policy === "first") {
      for (const i of this.byPriority) {
        const result = this.resultOf(i);
        if (result !== FALSE) return result === TRUE ? this.rules[i]!.type : "unknown";
      }
      return "none";
    }
    if (policy === "gate") {
      let outcome = "pass";
      for (let i = 0; i < roots.length; i++) {
        if (blocks[i] === 0) continue;
        const result = results[roots[i]!];
        if (result === TRUE) return "block";
        if (result === UNKNOWN_BITS) outcome = "unknown";
      }
      return outcome;
    }
    if (fired.length < roots.length) for (let i = 0; i < roots.length; i++) if (results[roots[i]!] === UNKNOWN_BITS) return "unknown";
    return policy === "sum" ? "scored" : "collected";
  }

  private finish(answer: Evaluated, frame: Frame): Evaluated {
    if (answer.outcome === "unknown") return this.unknown(answer, frame);
    const { extras, definition } = this;
    const isSum = definition.policy.type === "sum";
    const total = isSum ? this.total() : null;
    if (extras.needsEvents) frame.set(extras.fired, this.events(answer.fired));
    frame.set(extras.total, total);
    const output: Record<string, Json> = {};
    if (isSum && extras.outputs.length === 0) output["total"] = fromFeel(total) ?? null;
    for (const { name, slot, expression } of extras.outputs) {
      const value = expression.evaluateFrame(frame.val);
      frame.set(slot, value);
      const json = fromFeel(value);
      if (json !== undefined) output[name] = json;
    }
    let { outcome } = answer;
    if (extras.outcome !== undefined) {
      const named = extras.outcome.evaluateFrame(frame.val);
      if (typeof named !== "string") return this.unknown({ ...answer, output }, frame);
      outcome = named;
    }
    return { ...answer, outcome, output, reasons: outcome === "pass" ? NO_REASONS : this.reasons(answer, output, frame) };
  }
  private total(): FeelValue {
    let total: Numeric | null = 0;
    this.rules.forEach((_, i) => {
      const points = this.points[i]!;
      if (this.resultOf(i) === TRUE && points !== null && total !== null) total = add(total, points);
    });
    return total;
  }
  private events(fired: readonly string[]): FeelValue {
    const names = new Set(fired);
    return this.rules.filter((rule) => names.has(rule.id)).map(({ id, type, params }) => ({ rule: id, type, params }));
  }

  private reasons(answer: Evaluated, output: JsonObject, frame: Frame): readonly Reason[] {
    const { extras, definition } = this;
    if (extras.reasons !== undefined) {
      const codes = extras.reasons.evaluateFrame(frame.val);
      const list = Array.isArray(codes) ? (codes as readonly FeelValue[]) : [codes];
      return list.filter((code): code is string => typeof code === "string").map((code) => this.reason(code, null, output, frame));
    }
    if (definition.policy.type !== "gate") return NO_REASONS;
    const names = new Set(answer.fired);
    const reasons: Reason[] = [];
    this.rules.forEach((rule, i) => {
      if (rule.blocks && names.has(rule.id)) reasons.push(this.reason(rule.code, i, output, frame));
    });
    return reasons;
  }
  /** `rule`: the index of the rule that gives this reason; its conditions' inputs are the facts. Without it: the names in the message. */
  private reason(code: string, rule: number | null, output: JsonObject, frame: Frame): Reason {
    const { messages } = this.definition;
    const params: JsonObject = rule === null ? {} : this.rules[rule]!.params;
    const given = messages !== undefined && Object.hasOwn(messages, code) ? messages[code] : undefined;
    const fallback = rule === null ? undefined : this.definition.rules[rule]!.description;
    const template = given ?? (typeof params["message"] === "string" ? params["message"] : (fallback ?? code));
    const valueOf = (name: string): Json | undefined => {
      if (Object.hasOwn(output, name)) return output[name];
      if (Object.hasOwn(params, name)) return params[name];
      const slot = this.reader.slots.get(name);
      return slot === undefined ? undefined : this.reader.json(frame, slot);
    };
    const facts: Record<string, Json> = {};
    for (const name of rule === null ? namesIn(template) : headsOf(this.trees[rule]!, this.leaves)) {
      const value = valueOf(name);
      if (value !== undefined) facts[name] = value;
    }
    return { code, message: fillMessage(template, valueOf), facts };
  }

  private unknown(answer: Evaluated, frame: Frame): Evaluated {
    return { ...answer, outcome: "unknown", reasons: [missingReason(this.missing(frame), this.definition.messages)] };
  }
  /** Inputs that keep the undecided rules (all of them, where only `outcome` is open) from being decided. */
  private missing(frame: Frame): JsonObject {
    const missing: Record<string, Json> = {};
    const note = (name: string, reason: string): void => {
      const inputs = this.reader.tracesTo(name).filter((input) => frame.val[this.reader.slots.get(input)!] instanceof Unknown);
      for (const input of inputs) missing[input] = (frame.val[this.reader.slots.get(input)!] as Unknown).reason;
      if (inputs.length === 0) missing[name] = reason;
    };
    this.rules.forEach((rule, i) => {
      if (this.resultOf(i) !== UNKNOWN_BITS || (this.definition.policy.type === "gate" && !rule.blocks)) return;
      for (const index of leavesOf(this.trees[i]!)) {
        const answer = this.leaves.answer(index, frame);
        if (!(answer instanceof Unknown)) continue;
        const { head, operand } = this.leaves.leaves[index]!;
        note(head, answer.reason);
        if (!("constant" in operand) && frame.val[operand.slot] instanceof Unknown) note(this.reader.names[operand.slot]!, answer.reason);
      }
    });
    if (Object.keys(missing).length === 0) for (const [head] of this.extras.outcome?.reads ?? []) if (frame.val[this.reader.slots.get(head!) ?? -1] instanceof Unknown) note(head!, "missing");
    return missing;
  }

  expand(compact: Evaluated): ReturnType<CompiledDecision["expand"]> {
    const frame = this.reader.createFrame();
    this.fill(frame, compact.inputs, compact.params, this.reader.contextOf(compact.inputs));
    return explainRules(compact, this, { frame, json: (slot) => this.reader.json(frame, slot), groups: this.groups });
  }
}

/** Indices of a tree's leaves. */
export function leavesOf(tree: Tree): readonly number[] {
  return tree.kind === "leaf" ? [tree.index] : tree.children.flatMap(leavesOf);
}
/** Inputs and derived values that a tree asks for, each once. */
function headsOf(tree: Tree, leaves: Leaves): readonly string[] {
  return [...new Set(leavesOf(tree).map((index) => leaves.leaves[index]!.head))];
}
