/**
 * Reads inputs and params into a frame and computes the derived values: what rule sets and tables share.
 */
import type { DecisionBase } from "../../schema/decision.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { InputSpec, ParamSpec, ValueSpec } from "../../schema/values.ts";
import type { Expression } from "../feel/compile.ts";
import { converter, fromFeel, type ToFeel } from "../feel/convert.ts";
import { parseDate, parseDateTime } from "../feel/temporal.ts";
import { type FeelValue, UNKNOWN, Unknown, WRONG_TYPE } from "../feel/values.ts";
import type { DecisionContext } from "./decision.ts";
import { orderDerived } from "./derive-order.ts";
import { Frame, TAG_NUM, TAG_OTHER, TAG_UNKNOWN, TAG_UNSEEN } from "./frame.ts";
import { type DefinitionErrors, pointer } from "./problems.ts";

/** Names that JavaScript objects have of their own; an input of such a name would be found where it was not given. */
const isRefused = (name: string): boolean => name in Object.prototype || name === "prototype";
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** How fast an input can be taken over: as it is when `typeof` fits, or through its conversion. */
const AS_NUMBER = 1;
const AS_STRING = 2;
const AS_BOOLEAN = 3;
const CONVERT = 0;
function shortcut(spec: ValueSpec): number {
  if (spec.type === "decimal") return AS_NUMBER;
  if (spec.type === "string" && spec.enum === undefined) return AS_STRING;
  return spec.type === "boolean" ? AS_BOOLEAN : CONVERT;
}

export class Reader {
  /** Name -> slot, for FEEL over inputs, params and derived values. */
  readonly slots = new Map<string, number>();
  /** Declared type of a slot; undefined for derived values. */
  readonly specs: (ValueSpec | undefined)[] = [];
  readonly names: string[] = [];
  private readonly inputNames: readonly string[];
  private readonly inputSlots: ReadonlyMap<string, number>;
  private readonly inputShortcuts: Uint8Array;
  private readonly inputConverters: readonly ToFeel[];
  private readonly paramNames: readonly string[];
  private readonly paramConverters: readonly ToFeel[];
  private readonly paramDefaults: JsonObject;
  private readonly paramFirst: number;
  private readonly derived: { readonly slot: number; readonly expression: Expression }[] = [];
  /** Given values of the last `read` that are no declared inputs. */
  private strangers = 0;
  private nowSlot = -1;
  private todaySlot = -1;
  private usesNow = false;
  private usesToday = false;
  private size = 0;

  constructor(definition: DecisionBase, errors: DefinitionErrors) {
    const inputs: Readonly<Record<string, InputSpec>> = definition.inputs;
    const params: Readonly<Record<string, ParamSpec>> = definition.params ?? {};
    this.inputNames = Object.keys(inputs);
    this.inputConverters = this.inputNames.map((name) => converter(inputs[name]!));
    this.inputSlots = new Map(this.inputNames.map((name, slot) => [name, slot]));
    this.inputShortcuts = Uint8Array.from(this.inputNames, (name) => shortcut(inputs[name]!));
    for (const name of this.inputNames) this.declare(name, inputs[name], pointer("inputs", name), errors);
    this.paramFirst = this.size;
    this.paramNames = Object.keys(params);
    this.paramConverters = this.paramNames.map((name) => converter(params[name]!));
    this.paramDefaults = Object.fromEntries(this.paramNames.map((name) => [name, params[name]!.default]));
    this.paramNames.forEach((name, i) => {
      this.declare(name, params[name], pointer("params", name), errors);
      const value = this.paramConverters[i]!(params[name]!.default);
      if (value instanceof Unknown) errors.add(pointer("params", name, "default"), `The default does not fit the type ${params[name]!.type}`);
    });
    if (!this.slots.has("now")) this.nowSlot = this.declare("now", { type: "datetime" }, "", errors);
    if (!this.slots.has("today")) this.todaySlot = this.declare("today", { type: "date" }, "", errors);
    for (const [name, text] of orderDerived(definition.derive ?? {})) {
      const path = pointer("derive", name);
      const expression = errors.feel(path, text, { slots: this.slots });
      const slot = this.declare(name, undefined, path, errors);
      if (expression !== undefined) {
        this.noteReads(expression.reads);
        this.derived.push({ slot, expression });
      }
    }
  }

  /** Adds a slot: for derived values, paths and outputs. */
  declare(name: string, spec: ValueSpec | undefined, path: string, errors: DefinitionErrors): number {
    if (!NAME.test(name) || isRefused(name)) errors.add(path, `"${name}" cannot be a name; letters, digits and _ make one`);
    if (this.slots.has(name)) errors.add(path, `"${name}" is already an input, a param or a derived value`);
    const slot = this.reserve(name, spec);
    this.slots.set(name, slot);
    return slot;
  }
  /** A slot without a name of its own in expressions. */
  reserve(label: string, spec: ValueSpec | undefined): number {
    this.specs.push(spec);
    this.names.push(label);
    return this.size++;
  }
  /** Must be called with the reads of every expression: only what is read is put into the frame. */
  noteReads(reads: readonly (readonly string[])[]): void {
    for (const [head] of reads) {
      if (this.slots.get(head!) === this.nowSlot) this.usesNow = true;
      if (this.slots.get(head!) === this.todaySlot) this.usesToday = true;
    }
  }
  noteSlot(slot: number): void {
    if (slot === this.nowSlot) this.usesNow = true;
    if (slot === this.todaySlot) this.usesToday = true;
  }
  createFrame(): Frame {
    const frame = new Frame(this.size);
    for (const [i, name] of this.paramNames.entries()) frame.set(this.paramFirst + i, this.paramConverters[i]!(this.paramDefaults[name]));
    return frame;
  }

  /** Fills the frame. Whoever calls hands the same frame in again; params return to their defaults by themselves. */
  read(frame: Frame, inputs: JsonObject, params: JsonObject, context: DecisionContext): void {
    const { tag, num, val } = frame;
    const names = this.inputNames;
    const shortcuts = this.inputShortcuts;
    const count = names.length;
    for (let slot = 0; slot < count; slot++) tag[slot] = TAG_UNSEEN;
    let seen = 0;
    let at = 0;
    let strangers = 0;
    // Callers mostly give inputs in declared order; then no name needs to be looked up.
    for (const name in inputs) {
      const slot = at < count && names[at] === name ? at : (this.inputSlots.get(name) ?? -1);
      at++;
      const json = inputs[name];
      if (slot < 0 || json === undefined) {
        strangers++;
        continue;
      }
      seen++;
      const how = shortcuts[slot]!;
      if (typeof json === "number" && how === AS_NUMBER) {
        tag[slot] = TAG_NUM;
        num[slot] = json;
        val[slot] = json;
      } else if (typeof json === "string" && how === AS_STRING) {
        tag[slot] = TAG_OTHER;
        val[slot] = json;
      } else if (typeof json === "boolean" && how === AS_BOOLEAN) {
        tag[slot] = TAG_NUM;
        num[slot] = json ? 1 : 0;
        val[slot] = json;
      } else frame.set(slot, this.inputConverters[slot]!(json));
    }
    this.strangers = strangers;
    if (seen < count) this.markMissing(frame);
    this.readRest(frame, params, context);
  }
  /** What comes after the inputs: params, the moment, derived values. */
  readRest(frame: Frame, params: JsonObject, context: DecisionContext): void {
    this.readParams(frame, params);
    if (this.usesNow) frame.set(this.nowSlot, parseDateTime(context.now) ?? WRONG_TYPE);
    if (this.usesToday) frame.set(this.todaySlot, parseDate(context.today) ?? WRONG_TYPE);
    for (const { slot, expression } of this.derived) frame.set(slot, expression.evaluateFrame(frame.val));
  }
  private markMissing({ tag, val }: Frame): void {
    for (let slot = 0; slot < this.inputNames.length; slot++) {
      if (tag[slot] !== TAG_UNSEEN) continue;
      tag[slot] = TAG_UNKNOWN;
      val[slot] = UNKNOWN;
    }
  }
  private readParams(frame: Frame, params: JsonObject): void {
    const names = this.paramNames;
    if (names.length === 0 || (isEmpty(params) && !frame.hasOwnParams)) return;
    frame.hasOwnParams = false;
    for (let i = 0; i < names.length; i++) {
      const given = params[names[i]!];
      if (given !== undefined) frame.hasOwnParams = true;
      frame.set(this.paramFirst + i, this.paramConverters[i]!(given === undefined ? this.paramDefaults[names[i]!] : given));
    }
  }
  /** Whether there are derived values: they may read any input from the frame. */
  get hasDerived(): boolean {
    return this.derived.length > 0;
  }
  /** Input values as given, declared ones only; with `now` and `today` where they were read. `hasStrangers` is the last `read`'s if not given. */
  usedInputs(inputs: JsonObject, context: DecisionContext, hasStrangers: boolean = this.strangers > 0): JsonObject {
    if (!hasStrangers && !this.usesNow && !this.usesToday) return inputs;
    const used: Record<string, Json> = hasStrangers ? this.declaredOf(inputs) : { ...inputs };
    if (this.usesNow) used["now"] = context.now;
    if (this.usesToday) used["today"] = context.today;
    return used;
  }
  private declaredOf(inputs: JsonObject): Record<string, Json> {
    const declared: Record<string, Json> = {};
    for (const name of this.inputNames) {
      const json = inputs[name];
      if (json !== undefined) declared[name] = json;
    }
    return declared;
  }
  usedParams(params: JsonObject): JsonObject {
    if (this.paramNames.length === 0 || isEmpty(params)) return this.paramDefaults;
    let differs = false;
    for (const name of this.paramNames) if (params[name] !== undefined) differs = true;
    if (!differs) return this.paramDefaults;
    return Object.fromEntries(this.paramNames.map((name) => [name, params[name] ?? this.paramDefaults[name]!]));
  }
  /** The context that a compact decision was made in. */
  contextOf(inputs: JsonObject): DecisionContext {
    const { now, today } = inputs;
    return { now: typeof now === "string" ? now : "", today: typeof today === "string" ? today : "" };
  }
  isInput(name: string): boolean {
    return (this.slots.get(name) ?? this.size) < this.inputNames.length;
  }
  /** JSON of a slot's value; undefined where unknown. */
  json(frame: Frame, slot: number): Json | undefined {
    return fromFeel(frame.val[slot]!, this.specs[slot]);
  }
  /** Inputs behind names: themselves, or those that a derived value reads, directly or through others. */
  tracesTo(name: string, seen: ReadonlySet<string> = new Set()): readonly string[] {
    if (this.isInput(name)) return [name];
    const derived = this.derived.find((entry) => this.names[entry.slot] === name);
    if (derived === undefined || seen.has(name)) return [];
    const within = new Set([...seen, name]);
    return [...new Set(derived.expression.reads.flatMap(([head]) => this.tracesTo(head!, within)))];
  }
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

/** Why a value is not known. */
export const because = (value: FeelValue): string => (value instanceof Unknown ? value.reason : "wrong type");
