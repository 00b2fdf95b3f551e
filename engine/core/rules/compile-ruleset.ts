/**
 * Compiles a rule set: json-rules-engine's JSON over typed inputs, folded by a policy. Every condition is decided; none is skipped.
 *
 * Refuses at once what could pass by mistake: empty groups, unknown operators and facts, values and operators that do not fit the type.
 */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { RulesetDefinition } from "../../schema/ruleset.ts";
import type { Expression } from "../feel/compile.ts";
import { fromFeel } from "../feel/convert.ts";
import { add, type Numeric, parseNumeric } from "../feel/decimals.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";
import type { Reason } from "../step-types.ts";
import { type CompiledRuleset, leavesOf } from "./compiled-ruleset.ts";
import { ConditionCompiler, readPaths, type Tree } from "./conditions.ts";
import type { CompiledDecision, CompiledRule, DecisionContext, Evaluated } from "./decision.ts";
import { explainRules } from "./explain.ts";
import type { Frame } from "./frame.ts";
import { InputColumns } from "./input-columns.ts";
import type { SlotIndex } from "./leaf-index.ts";
import { Leaves } from "./leaves.ts";
import { DefinitionErrors, pointer } from "./problems.ts";
import { Reader } from "./reader.ts";
import { compileTemplate, fill, missingReason, reasonOf, type Template } from "./reasons.ts";
import { type Verdict, Verdicts } from "./verdicts.ts";

const NO_REASONS: readonly Reason[] = Object.freeze([]);
const NO_OUTPUT: JsonObject = Object.freeze({});

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
  private readonly columns: InputColumns;
  /** Of facts that are no inputs themselves: params and paths into inputs. */
  private readonly otherIndices: readonly SlotIndex[];
  private readonly verdicts: Verdicts;
  /** Results of conditions and groups: words of leaves.ts. */
  private readonly planes: Int32Array;
  private readonly reader: Reader;
  private readonly compiler: ConditionCompiler;
  private readonly extras: Extras;
  private readonly frame: Frame;
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
    this.isPlain = extras.outputs.length === 0 && extras.outcome === undefined && extras.reasons === undefined;
    const others = new Set([...this.leaves.slotsOfOthers, ...compiler.paths.map((path) => path.from)]);
    const isAllRead = !this.isPlain || reader.hasDerived;
    this.columns = new InputColumns(definition.inputs, this.leaves.indices, (slot) => isAllRead || others.has(slot));
    this.otherIndices = this.leaves.indices.filter((index) => !reader.isInput(reader.names[index.slot]!));
    this.verdicts = new Verdicts(definition, trees, this.leaves);
    this.planes = new Int32Array(this.verdicts.words);
    this.frame = reader.createFrame();
    this.rules = definition.rules.map((rule) => {
      const params = rule.event.params ?? {};
      const { code } = params;
      return { id: rule.name, type: rule.event.type, code: typeof code === "string" ? code : rule.name, params, blocks: rule.event.type === "block" };
    });
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
  }

  tracesTo = (name: string): readonly string[] => this.reader.tracesTo(name);

  evaluate(inputs: JsonObject, params: JsonObject, context: DecisionContext): Evaluated {
    const verdict = this.judge(inputs, params, context);
    const byPolicy = verdict.outcome;
    const used = this.reader.usedInputs(inputs, context, this.columns.hasStrangers);
    const isDone = this.isPlain && (byPolicy === "pass" || byPolicy === "collected");
    if (byPolicy === "unknown") this.fill(this.frame, inputs, params, context);
    const end = isDone ? null : this.finish(verdict, used, this.frame);
    return {
      key: this.key,
      kind: "ruleset",
      version: this.version,
      outcome: end === null ? byPolicy : end.outcome,
      output: end === null ? NO_OUTPUT : end.output,
      fired: verdict.fired,
      leaves: verdict.leaves,
      inputs: used,
      params: this.reader.usedParams(params),
      reasons: end === null ? NO_REASONS : end.reasons,
    };
  }
  /** Decides every condition; the frame then holds what expressions and reasons read, not more. */
  private judge(inputs: JsonObject, params: JsonObject, context: DecisionContext): Verdict {
    const { frame, planes, otherIndices } = this;
    for (let w = 0; w < planes.length; w++) planes[w] = 0;
    this.columns.read(inputs, frame, planes);
    this.reader.readRest(frame, params, context);
    if (this.compiler.paths.length > 0) readPaths(frame, this.compiler.paths);
    for (let i = 0; i < otherIndices.length; i++) otherIndices[i]!.apply(frame, planes);
    this.leaves.decideOthers(frame, planes);
    return this.verdicts.of(planes);
  }
  /** Fills the whole frame. */
  private fill(frame: Frame, inputs: JsonObject, params: JsonObject, context: DecisionContext): void {
    this.reader.read(frame, inputs, params, context);
    if (this.compiler.paths.length > 0) readPaths(frame, this.compiler.paths);
  }

  private finish(verdict: Verdict, inputs: JsonObject, frame: Frame): End {
    const byPolicy = verdict.outcome;
    if (byPolicy === "unknown") return this.unknown(NO_OUTPUT, frame);
    const { extras, definition } = this;
    const isSum = definition.policy.type === "sum";
    if (this.isPlain && !isSum)
      return {
        outcome: byPolicy,
        output: NO_OUTPUT,
        reasons: definition.policy.type === "gate" ? this.blockingReasons(verdict, NO_OUTPUT, inputs, frame) : NO_REASONS,
      };
    const total = isSum ? this.total(verdict) : null;
    if (extras.needsEvents) frame.set(extras.fired, this.events(verdict));
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
    return { outcome, output, reasons: outcome === "pass" ? NO_REASONS : this.reasons(verdict, output, inputs, frame) };
  }
  private total({ rules }: Verdict): FeelValue {
    let total: Numeric | null = 0;
    for (const i of rules) {
      const points = this.points[i]!;
      if (points !== null && total !== null) total = add(total, points);
    }
    return total;
  }
  private events({ rules }: Verdict): FeelValue {
    return rules.map((i) => this.rules[i]!).map(({ id, type, params }) => ({ rule: id, type, params }));
  }

  private reasons(verdict: Verdict, output: JsonObject, inputs: JsonObject, frame: Frame): readonly Reason[] {
    const { extras, definition } = this;
    if (extras.reasons === undefined) return definition.policy.type === "gate" ? this.blockingReasons(verdict, output, inputs, frame) : NO_REASONS;
    const codes = extras.reasons.evaluateFrame(frame.val);
    const list = Array.isArray(codes) ? (codes as readonly FeelValue[]) : [codes];
    return list
      .filter((code): code is string => typeof code === "string")
      .map((code) => {
        const template = this.codeTemplates.get(code) ?? compileTemplate(code);
        return reasonOf(code, template, template.names, (name) => this.valueOf(name, output, inputs, frame));
      });
  }
  private blockingReasons({ rules }: Verdict, output: JsonObject, inputs: JsonObject, frame: Frame): readonly Reason[] {
    const reasons: Reason[] = [];
    for (let r = 0; r < rules.length; r++) {
      const { params, code, blocks } = this.rules[rules[r]!]!;
      if (!blocks) continue;
      const { template, inputNames, otherNames } = this.ruleReasons[rules[r]!]!;
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
    for (const rule of this.verdicts.undecided(this.planes)) {
      if (this.definition.policy.type === "gate" && !this.rules[rule]!.blocks) continue;
      for (const index of leavesOf(this.trees[rule]!)) {
        const answer = this.leaves.answer(index, frame);
        if (!(answer instanceof Unknown)) continue;
        const { head, operand } = this.leaves.leaves[index]!;
        note(head, answer.reason);
        if (!("constant" in operand) && frame.val[operand.slot] instanceof Unknown) note(this.reader.names[operand.slot]!, answer.reason);
      }
    }
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

/** Inputs and derived values that a tree asks for, each once. */
function headsOf(tree: Tree, leaves: Leaves): readonly string[] {
  return [...new Set(leavesOf(tree).map((index) => leaves.leaves[index]!.head))];
}
