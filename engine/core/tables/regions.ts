/**
 * A column as a list of regions in which every cell gives one answer: stretches of a line, named texts and all others, true and false,
 * null. What analyse.ts reckons with instead of values. A set of regions is a bigint, region i being bit i.
 */
import type { ValueSpec } from "../../schema/values.ts";
import { formatDate, formatInstant } from "../feel/temporal.ts";
import { FeelDate, FeelDateTime, type FeelValue } from "../feel/values.ts";
import type { Cell, Indexed } from "./cells.ts";
import { between, valueAt } from "./column-index.ts";
import type { Column } from "./table-parts.ts";

type Region =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "other" }
  | { readonly kind: "null" }
  | { readonly kind: "flag"; readonly value: boolean }
  /** Bound `at`, or what lies between it and the next. */
  | { readonly kind: "point" | "stretch"; readonly low: number; readonly high: number };

const OTHER_WORD = "\u0000";

export class Regions {
  readonly name: string;
  readonly all: bigint;
  private readonly regions: readonly Region[];
  private readonly family: Indexed | null;
  /** Where each bound and word is. */
  private readonly places: ReadonlyMap<number | string, number>;
  /** Regions that no cell need name to tell them from the others: true, false, null. */
  private readonly apart: readonly number[];

  constructor(column: Column, spec: ValueSpec | undefined) {
    this.name = column.name;
    const statics = column.cells.filter((cell) => cell.form === "static");
    const families = new Set(statics.flatMap((cell) => (cell.family === null ? [] : [cell.family])));
    this.family = families.size === 1 ? [...families][0]! : null;
    this.regions = [...this.valueRegions(statics, spec), ...(spec === undefined || spec.nullable === true ? [{ kind: "null" } as const] : [])];
    this.all = (1n << BigInt(this.regions.length)) - 1n;
    this.places = new Map(
      this.regions.flatMap((region, i): [number | string, number][] =>
        region.kind === "word" ? [[region.text, i]] : region.kind === "point" ? [[region.low, i]] : [],
      ),
    );
    this.apart = this.regions.flatMap((region, i) => (region.kind === "flag" || region.kind === "null" ? [i] : []));
  }
  /** What one operation on a set of this column costs: its length in words, and a little. */
  get cost(): number {
    return 2 + (this.regions.length >> 6);
  }
  private valueRegions(cells: readonly Cell[], spec: ValueSpec | undefined): readonly Region[] {
    if (spec?.type === "boolean" || this.family === "boolean") return [false, true].map((value) => ({ kind: "flag", value }));
    if (spec?.enum !== undefined) return spec.enum.map((text) => ({ kind: "word", text }));
    if (this.family === "string")
      return [...new Set(cells.flatMap((cell) => cell.words))].map((text): Region => ({ kind: "word", text })).concat({ kind: "other" });
    if (this.family === null) return [{ kind: "other" }];
    const bounds = [...new Set(cells.flatMap((cell) => cell.bounds))].sort((a, b) => a - b);
    const isWhole = this.family === "date" || spec?.type === "integer";
    const edges = [Number.NEGATIVE_INFINITY, ...bounds, Number.POSITIVE_INFINITY];
    return edges.slice(0, -1).flatMap((low, i): Region[] => {
      const high = edges[i + 1]!;
      const isEmpty = isWhole && Math.floor(low) + 1 >= high;
      return [...(i === 0 ? [] : [{ kind: "point", low, high: low } as const]), ...(isEmpty ? [] : [{ kind: "stretch", low, high } as const])];
    });
  }
  /** Regions in which the cell holds; null where only evaluation tells. */
  of(cell: Cell): bigint | null {
    if (cell.form === "any") return this.all;
    if (cell.form === "dynamic" || (cell.family !== null && cell.family !== this.family)) return null;
    // From one region that the cell knows to the next it gives one answer: a column of thousands of bounds is not gone through for each cell.
    const known = [...this.apart, ...[...cell.bounds, ...cell.words].map((literal) => this.places.get(literal)!)].sort((a, b) => a - b);
    const starts = [...new Set([0, ...known.flatMap((at) => [at, at + 1])])].filter((at) => at < this.regions.length);
    return starts.reduce((set, from, i) => {
      const to = starts[i + 1] ?? this.regions.length;
      const isIn = cell.test.testFrame(this.sample(this.regions[from]!), []) === true;
      return isIn ? set | (((1n << BigInt(to - from)) - 1n) << BigInt(from)) : set;
    }, 0n);
  }
  private sample(region: Region): FeelValue {
    switch (region.kind) {
      case "word":
        return region.text;
      case "other":
        return OTHER_WORD;
      case "null":
        return null;
      case "flag":
        return region.value;
      case "point":
        return valueAt(this.family!, region.low);
      case "stretch":
        return valueAt(this.family!, between(region.low, region.high));
    }
  }

  /** Words for a set, such as `< 5`, `[5..10)`, `"a", "b"`, `null`; "-" for all of them. */
  describe(set: bigint): string {
    if (set === this.all) return "-";
    const parts: string[] = [];
    let run: { low: number; lowIn: boolean; high: number; highIn: boolean } | null = null;
    const close = (): void => {
      if (run !== null) parts.push(this.range(run));
      run = null;
    };
    const named: string[] = [];
    this.regions.forEach((region, i) => {
      if ((set & (1n << BigInt(i))) === 0n) close();
      else if (region.kind === "point" || region.kind === "stretch") {
        const isPoint = region.kind === "point";
        const open: { low: number; lowIn: boolean; high: number; highIn: boolean } = run ?? {
          low: region.low,
          lowIn: isPoint,
          high: region.high,
          highIn: isPoint,
        };
        run = { ...open, high: region.high, highIn: isPoint };
      } else {
        close();
        if (region.kind === "word") named.push(JSON.stringify(region.text));
        else if (region.kind === "flag") named.push(String(region.value));
        else named.push(region.kind === "null" ? "null" : this.otherWords());
      }
    });
    close();
    return [...parts, ...named].join(", ");
  }
  private otherWords(): string {
    const words = this.regions.flatMap((region) => (region.kind === "word" ? [JSON.stringify(region.text)] : []));
    return words.length === 0 ? "not(null)" : `any other text than ${words.join(", ")}`;
  }
  private range({ low, lowIn, high, highIn }: { low: number; lowIn: boolean; high: number; highIn: boolean }): string {
    if (low === high) return this.show(low);
    if (low === Number.NEGATIVE_INFINITY) return `${highIn ? "<=" : "<"} ${this.show(high)}`;
    if (high === Number.POSITIVE_INFINITY) return `${lowIn ? ">=" : ">"} ${this.show(low)}`;
    return `${lowIn ? "[" : "("}${this.show(low)}..${this.show(high)}${highIn ? "]" : ")"}`;
  }
  private show(place: number): string {
    if (this.family === "date") return formatDate(new FeelDate(place));
    return this.family === "datetime" ? formatInstant(new FeelDateTime(place, null)) : String(place);
  }
}
