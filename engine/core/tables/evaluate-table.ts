/**
 * Decides a table: one bitmap per column, joined word by word; tests only for the rows that are left.
 */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TableDefinition } from "../../schema/table.ts";
import { fromFeel } from "../feel/convert.ts";
import { type FeelValue, UNKNOWN, Unknown } from "../feel/values.ts";
import type { CompiledDecision, CompiledRule, DecisionContext, Evaluated } from "../rules/decision.ts";
import type { Frame } from "../rules/frame.ts";
import type { Reader } from "../rules/reader.ts";
import { compileTemplate, missingReason, reasonOf } from "../rules/reasons.ts";
import type { Reason } from "../step-types.ts";
import { type Bits, hasBit } from "./column-index.ts";
import { explainRows } from "./explain-table.ts";
import { aggregate, isSingleHit, rank } from "./hit-policy.ts";
import { type CompiledRow, type CompiledTable, defaultOf, type TableParts } from "./table-parts.ts";

const NO_REASONS: readonly Reason[] = Object.freeze([]);
const NONE: readonly string[] = Object.freeze([]);

/** Rows that match, and rows that might. */
interface Matches {
  readonly rows: number[];
  readonly unsure: number[];
}
/** What the hit policy gives: rows and output values; or why there is no answer. */
type Hit =
  | { readonly rows: readonly number[]; readonly output: JsonObject; readonly values: readonly FeelValue[] }
  | { readonly failure: "missing" | "conflict"; readonly rows: readonly number[]; readonly unsure: readonly number[] };

export class TableEvaluator implements CompiledTable {
  readonly kind = "table";
  readonly key: string;
  readonly version: string;
  readonly title: string;
  readonly definition: TableDefinition;
  readonly inputs: TableDefinition["inputs"];
  readonly params: NonNullable<TableDefinition["params"]>;
  readonly rules: readonly CompiledRule[];
  readonly parts: TableParts;
  private readonly reader: Reader;
  private readonly frame: Frame;
  private readonly words: number;
  private readonly indexed: TableParts["columns"];
  private readonly columnBits: Bits[] = [];
  private readonly unsure: Bits;
  /** Per row: its id alone, and its output where it is constant. */
  private readonly firedOf: readonly (readonly string[])[];
  private readonly outputOf: readonly (JsonObject | null)[];
  private readonly isPlain: boolean;
  private readonly defaults: { readonly values: readonly FeelValue[]; readonly output: JsonObject };
  private readonly last: number;

  constructor(definition: TableDefinition, hash: string, reader: Reader, parts: TableParts) {
    this.definition = definition;
    this.key = definition.key;
    this.version = hash;
    this.title = definition.title;
    this.inputs = definition.inputs;
    this.params = definition.params ?? {};
    this.reader = reader;
    this.parts = parts;
    this.frame = reader.createFrame();
    this.words = (parts.rows.length + 31) >> 5;
    this.last = parts.rows.length % 32 === 0 ? -1 : (1 << (parts.rows.length % 32)) - 1;
    this.indexed = parts.columns.filter((column) => column.index.hasStatics);
    this.unsure = new Int32Array(this.words);
    this.firedOf = parts.rows.map((row) => Object.freeze([row.id]));
    this.outputOf = parts.rows.map((row) =>
      row.outputs.every((output) => output.constant !== undefined)
        ? Object.freeze(Object.fromEntries(row.outputs.map((output) => [output.name, output.constant!.json])))
        : null,
    );
    this.isPlain = parts.compute.length === 0 && parts.outcome === undefined && parts.reasons === undefined;
    const defaults = definition.outputs.map(defaultOf);
    this.defaults = {
      values: defaults.map((entry) => entry.value),
      output: Object.freeze(Object.fromEntries(definition.outputs.map((output, i) => [output.name, defaults[i]!.json]))),
    };
    this.rules = parts.rows.map((row, i) => ({ id: row.id, type: "row", code: row.id, params: this.outputOf[i] ?? {}, blocks: false }));
  }

  tracesTo = (name: string): readonly string[] => this.reader.tracesTo(name);

  evaluate(inputs: JsonObject, params: JsonObject, context: DecisionContext): Evaluated {
    const { frame } = this;
    this.reader.read(frame, inputs, params, context);
    const matches = this.match(frame, this.definition.hitPolicy === "FIRST");
    const hit = this.hit(matches, frame);
    const answer = {
      key: this.key,
      kind: "table" as const,
      version: this.version,
      outcome: hit.rows.length === 0 ? "none" : "matched",
      output: "failure" in hit ? {} : hit.output,
      fired: this.ids(hit.rows),
      leaves: "",
      inputs: this.reader.usedInputs(inputs, context),
      params: this.reader.usedParams(params),
      reasons: NO_REASONS,
    };
    if ("failure" in hit) return { ...answer, outcome: "unknown", reasons: [this.failure(hit.failure, hit.rows, hit.unsure, frame)] };
    return this.isPlain ? answer : this.finish(answer, hit.values, frame);
  }
  private ids(rows: readonly number[]): readonly string[] {
    if (rows.length === 0) return NONE;
    return rows.length === 1 ? this.firedOf[rows[0]!]! : rows.map((row) => this.parts.rows[row]!.id);
  }

  /** All rows that match or might; only up to the first of them where `first`. */
  private match(frame: Frame, first: boolean): Matches {
    const { indexed, columnBits, unsure, words } = this;
    let count = 0;
    let isUnsure = false;
    for (let c = 0; c < indexed.length; c++) {
      const { index } = indexed[c]!;
      const bits = index.lookup(frame, unsure);
      if (bits === null) {
        for (let w = 0; w < words; w++) unsure[w]! |= index.undecided[w]!;
        isUnsure = true;
      } else columnBits[count++] = bits;
      if (index.wasSlow) isUnsure = true;
    }
    const matches: Matches = { rows: [], unsure: [] };
    for (let w = 0; w < words; w++) {
      let word = w === words - 1 ? this.last : -1;
      for (let c = 0; c < count && word !== 0; c++) word &= columnBits[c]![w]!;
      while (word !== 0) {
        const lowest = word & -word;
        word ^= lowest;
        const row = (w << 5) + 31 - Math.clz32(lowest);
        const answer = this.testDynamic(row, frame);
        if (answer === false) continue;
        if (answer === true && !(isUnsure && hasBit(unsure, row))) matches.rows.push(row);
        else matches.unsure.push(row);
        if (first) {
          if (isUnsure) unsure.fill(0);
          return matches;
        }
      }
    }
    if (isUnsure) unsure.fill(0);
    return matches;
  }
  private testDynamic(row: number, frame: Frame): boolean | "unknown" {
    const { dynamic } = this.parts.rows[row]!;
    let answer: boolean | "unknown" = true;
    for (let i = 0; i < dynamic.length; i++) {
      const { slot, cell } = dynamic[i]!;
      const result = cell.test.testFrame(frame.val[slot]!, frame.val);
      if (result === false) return false;
      if (result === "unknown") answer = "unknown";
    }
    return answer;
  }

  private hit({ rows, unsure }: Matches, frame: Frame): Hit {
    const policy = this.definition.hitPolicy;
    if (policy === "PRIORITY") return this.byPriority(rows, unsure, frame);
    if (unsure.length > 0) return { failure: "missing", rows: [], unsure };
    if (!isSingleHit(policy)) return this.several(rows, frame);
    if (rows.length === 0) return { rows, ...this.defaults };
    const output = this.rowOutput(rows[0]!, frame);
    if (rows.length > 1) {
      if (policy === "UNIQUE") return { failure: "conflict", rows, unsure };
      if (output !== null && rows.some((row) => JSON.stringify(this.rowOutput(row, frame)?.output) !== JSON.stringify(output.output)))
        return { failure: "conflict", rows, unsure };
    }
    return output === null ? { failure: "missing", rows: [], unsure: rows } : { rows, ...output };
  }
  private byPriority(rows: readonly number[], unsure: readonly number[], frame: Frame): Hit {
    const { outputs } = this.definition;
    const placeOf = (row: number): number => {
      const output = this.rowOutput(row, frame);
      return output === null ? -1 : rank(outputs, output.values);
    };
    let best = -1;
    let place = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      const at = placeOf(row);
      if (at < place) [best, place] = [row, at];
    }
    if (place < 0 || unsure.some((row) => placeOf(row) < place)) return { failure: "missing", rows: [], unsure: place < 0 ? [best] : unsure };
    if (best < 0) return { rows: [], ...this.defaults };
    return { rows: [best], ...this.rowOutput(best, frame)! };
  }
  /** COLLECT, RULE ORDER and OUTPUT ORDER: each output is a list, or what the aggregate makes of it. */
  private several(rows: readonly number[], frame: Frame): Hit {
    const { outputs, hitPolicy } = this.definition;
    let found = rows.map((row) => ({ row, result: this.rowOutput(row, frame) }));
    const open = found.filter((entry) => entry.result === null).map((entry) => entry.row);
    if (open.length > 0) return { failure: "missing", rows: [], unsure: open };
    if (hitPolicy === "OUTPUT ORDER")
      found = found.map((entry) => ({ ...entry, place: rank(outputs, entry.result!.values) })).sort((a, b) => a.place - b.place);
    const kind = this.definition.aggregate;
    const values = outputs.map((output, i): FeelValue => {
      const list = found.map((entry) => entry.result!.values[i]!);
      return kind === undefined ? list : aggregate(kind, list, output.default);
    });
    if (values.some((value) => value instanceof Unknown)) return { failure: "missing", rows: [], unsure: rows };
    const output = Object.fromEntries(
      outputs.map((spec, i) => [
        spec.name,
        kind === undefined
          ? found.map((entry) => entry.result!.output[spec.name] ?? null)
          : (fromFeel(values[i]!, kind === "COUNT" ? undefined : spec) ?? null),
      ]),
    );
    return { rows: found.map((entry) => entry.row), output, values };
  }
  /** The outputs of a row; null where one is unknown. */
  private rowOutput(at: number, frame: Frame): { readonly output: JsonObject; readonly values: readonly FeelValue[] } | null {
    const row: CompiledRow = this.parts.rows[at]!;
    const constant = this.outputOf[at]!;
    if (constant !== null)
      return {
        output: constant,
        values:
          this.isPlain && isSingleHit(this.definition.hitPolicy) && this.definition.hitPolicy !== "PRIORITY"
            ? []
            : row.outputs.map((output) => output.constant!.value),
      };
    const output: Record<string, Json> = {};
    const values: FeelValue[] = [];
    for (let i = 0; i < row.outputs.length; i++) {
      const { name, constant: fixed, expression } = row.outputs[i]!;
      const value = fixed?.value ?? (expression === undefined ? null : expression.evaluateFrame(frame.val));
      const json = fixed?.json ?? fromFeel(value, this.definition.outputs[i]);
      if (value instanceof Unknown || json === undefined) return null;
      values.push(value);
      output[name] = json;
    }
    return { output, values };
  }

  private finish(answer: Evaluated, values: readonly FeelValue[], frame: Frame): Evaluated {
    const { parts } = this;
    parts.outputSlots.forEach((slot, i) => {
      frame.set(slot, values[i] ?? null);
    });
    const output: Record<string, Json> = { ...answer.output };
    for (const { name, slot, expression } of parts.compute) {
      const value = expression.evaluateFrame(frame.val);
      frame.set(slot, value);
      const json = fromFeel(value);
      if (json !== undefined) output[name] = json;
    }
    let { outcome } = answer;
    if (parts.outcome !== undefined) {
      const named = parts.outcome.evaluateFrame(frame.val);
      if (typeof named !== "string") {
        const missing = this.missingAmong(
          parts.outcome.reads.map(([head]) => head!),
          frame,
        );
        return { ...answer, output, outcome: "unknown", reasons: [missingReason(missing, this.definition.messages)] };
      }
      outcome = named;
    }
    return { ...answer, outcome, output, reasons: outcome === "pass" ? NO_REASONS : this.reasons(outcome, output, answer.fired, frame) };
  }
  private reasons(outcome: string, output: JsonObject, fired: readonly string[], frame: Frame): readonly Reason[] {
    const { parts, definition } = this;
    if (parts.reasons !== undefined) {
      const codes = parts.reasons.evaluateFrame(frame.val);
      const list = Array.isArray(codes) ? (codes as readonly FeelValue[]) : [codes];
      return list.filter((code): code is string => typeof code === "string").map((code) => this.reason(code, output, fired, frame));
    }
    if (definition.outcome === undefined || outcome !== "block") return NO_REASONS;
    const named = output["code"] ?? output["reason"];
    const codes = typeof named === "string" ? [named] : Array.isArray(named) ? named.filter((code): code is string => typeof code === "string") : fired;
    return codes.map((code) => this.reason(code, output, fired, frame));
  }
  private reason(code: string, output: JsonObject, fired: readonly string[], frame: Frame): Reason {
    const { messages, rows } = this.definition;
    const row = rows.find((entry) => fired.includes(entry.id));
    const template = compileTemplate(messages !== undefined && Object.hasOwn(messages, code) ? messages[code]! : (row?.note ?? code));
    const lookUp = (name: string): Json | undefined => {
      if (Object.hasOwn(output, name)) return output[name];
      const slot = this.reader.slots.get(name);
      return slot === undefined ? undefined : this.reader.json(frame, slot);
    };
    const asked = row === undefined ? [] : Object.keys(row.when).filter((name) => row.when[name]!.trim() !== "-");
    return reasonOf(code, template, [...new Set([...asked, ...template.names])], lookUp);
  }

  private failure(kind: "missing" | "conflict", rows: readonly number[], unsure: readonly number[], frame: Frame): Reason {
    if (kind === "conflict") {
      const ids = rows.map((row) => this.parts.rows[row]!.id);
      return { code: "HIT_POLICY", message: `Rows ${ids.join(", ")} match together, which ${this.definition.hitPolicy} does not allow`, facts: { rows: ids } };
    }
    const names = new Set<string>();
    for (const row of unsure) {
      for (const column of this.parts.columns) {
        const cell = column.cells[row]!;
        if (cell.form === "any" || cell.test.testFrame(frame.val[column.slot]!, frame.val) !== "unknown") continue;
        names.add(column.name);
        for (const [head] of cell.test.reads) names.add(head!);
      }
      for (const { expression } of this.parts.rows[row]!.outputs) for (const [head] of expression?.reads ?? []) names.add(head!);
    }
    return missingReason(this.missingAmong([...names], frame), this.definition.messages);
  }
  /** Unknown inputs behind names; the name itself where it is unknown for another cause. */
  private missingAmong(names: readonly string[], frame: Frame): JsonObject {
    const missing: Record<string, Json> = {};
    const lookUp = (name: string): FeelValue => frame.val[this.reader.slots.get(name) ?? -1] ?? UNKNOWN;
    for (const name of names) {
      const value = this.reader.slots.has(name) ? lookUp(name) : null;
      const inputs = this.reader.tracesTo(name).filter((input) => lookUp(input) instanceof Unknown);
      for (const input of inputs) missing[input] = (lookUp(input) as Unknown).reason;
      if (inputs.length === 0 && value instanceof Unknown) missing[name] = value.reason;
    }
    return missing;
  }

  expand(compact: Evaluated): ReturnType<CompiledDecision["expand"]> {
    const frame = this.reader.createFrame();
    this.reader.read(frame, compact.inputs, compact.params, this.reader.contextOf(compact.inputs));
    return explainRows(compact, this, frame, (slot) => this.reader.json(frame, slot));
  }
}
