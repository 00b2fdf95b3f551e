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
import { ConditionCompiler, readPaths, type Tree } from "./conditions.ts";
import type { CompiledDecision, CompiledRule, DecisionContext, Evaluated } from "./decision.ts";
import { explainRules } from "./explain.ts";
import type { Frame } from "./frame.ts";
import { FALSE, Groups, TRUE, UNKNOWN_BITS } from "./groups.ts";
import { LeafPacker, Leaves } from "./leaves.ts";
import { DefinitionErrors, pointer } from "./problems.ts";
import { Reader } from "./reader.ts";
import { compileTemplate, fill, missingReason, reasonOf, type Template } from "./reasons.ts";

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
    this.needsEvents = [...outputs.map((output) => output.expression), this.outcome, this.reasons].some((expression) =>
      expression?.reads.some(([head]) => head === "fired"),
    );
  }
}

/** What the policy, outputs and `outcome` make of the fired rules. */
interface End {
  readonly outcome: string;
  readonly output: JsonObject;
  readonly reasons: readonly Reason[];
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
  private readonly packer: LeafPacker;
  private readonly reader: Reader;
  private readonly compiler: ConditionCompiler;
  private readonly extras: Extras;
  private readonly frame: Frame;
  private readonly blocks: Uint8Array;
  /** Rule indices, highest priority first, else as declared. */
  private readonly byPriority: readonly number[];
  private readonly points: readonly (Numeric | null)[];
  private readonly isPlain: boolean;
  private readonly codeTemplates: ReadonlyMap<string, Template>;
  /** Per rule: its sentence, and the inputs and derived values that its conditions ask for. */
  private readonly ruleReasons: readonly { readonly template: Template; readonly inputNames: readonly string[]; readonly otherNames: readonly string[] }[];

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
    this.leaves = new Leaves(
      compiler.leaves,
      reader.specs.map((spec) => spec?.type),
    );
    this.groups = new Groups(trees);
    this.packer = new LeafPacker(compiler.leaves.length);
    this.frame = reader.createFrame();
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
    this.codeTemplates = new Map(Object.entries(definition.messages ?? {}).map(([code, text]) => [code, compileTemplate(text)]));
    this.ruleReasons = this.rules.map(({ code, params }, i) => {
      const text = typeof params["message"] === "string" ? params["message"] : (definition.rules[i]!.description ?? code);
      const heads = headsOf(trees[i]!, this.leaves);
      const template = this.codeTemplates.get(code) ?? compileTemplate(text);
      return { template, inputNames: heads.filter((name) => reader.isInput(name)), otherNames: heads.filter((name) => !reader.isInput(name)) };
    });
    this.isPlain = extras.outputs.length === 0 && extras.outcome === undefined && extras.reasons === undefined;
  }

  tracesTo = (name: string): readonly string[] => this.reader.tracesTo(name);

  evaluate(inputs: JsonObject, params: JsonObject, context: DecisionContext): Evaluated {
    const { frame, leaves } = this;
    this.fill(frame, inputs, params, context);
    leaves.decide(frame);
    this.groups.decide(leaves.planes);
    const fired = this.firedRules();
    const byPolicy = this.outcome(fired);
    const used = this.reader.usedInputs(inputs, context);
    const isDone = this.isPlain && (byPolicy === "pass" || byPolicy === "collected");
    const end = isDone ? null : this.finish(byPolicy, fired, used, frame);
    return {
      key: this.key,
      kind: "ruleset",
      version: this.version,
      outcome: end === null ? byPolicy : end.outcome,
      output: end === null ? NO_OUTPUT : end.output,
      fired,
      leaves: this.packer.pack(leaves.planes),
      inputs: used,
      params: this.reader.usedParams(params),
      reasons: end === null ? NO_REASONS : end.reasons,
    };
  }
  private fill(frame: Frame, inputs: JsonObject, params: JsonObject, context: DecisionContext): void {
    this.reader.read(frame, inputs, params, context);
    if (this.compiler.paths.length > 0) readPaths(frame, this.compiler.paths);
  }
  private firedRules(): readonly string[] {
    const { roots } = this.groups;
    const { rules } = this;
    const { results } = this.groups;
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
    return this.groups.results[this.groups.roots[rule]!]!;
  }
  /** The policy's outcome, before `outcome` has its say. */
  private outcome(fired: readonly string[]): string {
    const { roots, results } = this.groups;
    const { blocks } = this;
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

  private finish(byPolicy: string, fired: readonly string[], inputs: JsonObject, frame: Frame): End {
    if (byPolicy === "unknown") return this.unknown(NO_OUTPUT, frame);
    const { extras, definition } = this;
    const isSum = definition.policy.type === "sum";
    if (this.isPlain && !isSum)
      return { outcome: byPolicy, output: NO_OUTPUT, reasons: definition.policy.type === "gate" ? this.blockingReasons(NO_OUTPUT, inputs, frame) : NO_REASONS };
    const total = isSum ? this.total() : null;
    if (extras.needsEvents) frame.set(extras.fired, this.events(fired));
    frame.set(extras.total, total);
    const output: Record<string, Json> = {};
    if (isSum && extras.outputs.length === 0) output["total"] = fromFeel(total) ?? null;
    for (const { name, slot, expression } of extras.outputs) {
      const value = expression.evaluateFrame(frame.val);
      frame.set(slot, value);
      const json = fromFeel(value);
      if (json !== undefined) output[name] = json;
    }
    let outcome = byPolicy;
    if (extras.outcome !== undefined) {
      const named = extras.outcome.evaluateFrame(frame.val);
      if (typeof named !== "string") return this.unknown(output, frame);
      outcome = named;
    }
    return { outcome, output, reasons: outcome === "pass" ? NO_REASONS : this.reasons(output, inputs, frame) };
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

  private reasons(output: JsonObject, inputs: JsonObject, frame: Frame): readonly Reason[] {
    const { extras, definition } = this;
    if (extras.reasons === undefined) return definition.policy.type === "gate" ? this.blockingReasons(output, inputs, frame) : NO_REASONS;
    const codes = extras.reasons.evaluateFrame(frame.val);
    const list = Array.isArray(codes) ? (codes as readonly FeelValue[]) : [codes];
    return list
      .filter((code): code is string => typeof code === "string")
      .map((code) => {
        const template = this.codeTemplates.get(code) ?? compileTemplate(code);
        return reasonOf(code, template, template.names, (name) => this.valueOf(name, output, inputs, frame));
      });
  }
  private blockingReasons(output: JsonObject, inputs: JsonObject, frame: Frame): readonly Reason[] {
    const { roots, results } = this.groups;
    const reasons: Reason[] = [];
    for (let i = 0; i < roots.length; i++) {
      if (this.blocks[i] === 0 || results[roots[i]!] !== TRUE) continue;
      const { template, inputNames, otherNames } = this.ruleReasons[i]!;
      const { params, code } = this.rules[i]!;
      const facts: Record<string, Json> = {};
      for (let n = 0; n < inputNames.length; n++) {
        const json = inputs[inputNames[n]!];
        if (json !== undefined) facts[inputNames[n]!] = json;
      }
      for (let n = 0; n < otherNames.length; n++) {
        const json = this.valueOf(otherNames[n]!, output, inputs, frame);
        if (json !== undefined) facts[otherNames[n]!] = json;
      }
      const isPlain = template.names.length === 0;
      reasons.push({
        code,
        message: isPlain ? template.text : fill(template, (name) => (Object.hasOwn(params, name) ? params[name] : this.valueOf(name, output, inputs, frame))),
        facts,
      });
    }
    return reasons;
  }
  private valueOf(name: string, output: JsonObject, inputs: JsonObject, frame: Frame): Json | undefined {
    if (output !== NO_OUTPUT && Object.hasOwn(output, name)) return output[name];
    if (this.reader.isInput(name)) return inputs[name];
    const slot = this.reader.slots.get(name);
    return slot === undefined ? undefined : this.reader.json(frame, slot);
  }

  private unknown(output: JsonObject, frame: Frame): End {
    return { outcome: "unknown", output, reasons: [missingReason(this.missing(frame), this.definition.messages)] };
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
    if (Object.keys(missing).length === 0)
      for (const [head] of this.extras.outcome?.reads ?? []) if (frame.val[this.reader.slots.get(head!) ?? -1] instanceof Unknown) note(head!, "missing");
    return missing;
  }

  expand(compact: Evaluated): ReturnType<CompiledDecision["expand"]> {
    const frame = this.reader.createFrame();
    this.fill(frame, compact.inputs, compact.params, this.reader.contextOf(compact.inputs));
    return explainRules(compact, this, { frame, json: (slot) => this.reader.json(frame, slot) });
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
