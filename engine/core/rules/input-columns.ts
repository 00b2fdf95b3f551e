/**
 * From given inputs to results of conditions in one pass: each value is looked up in the index of its fact as it is read, and goes into
 * the frame only where something reads it from there.
 */
import type { JsonObject } from "../../schema/json.ts";
import type { InputSpec } from "../../schema/values.ts";
import { converter, type ToFeel } from "../feel/convert.ts";
import { UNKNOWN } from "../feel/values.ts";
import type { Frame } from "./frame.ts";
import { ROW_UNKNOWN, SlotIndex } from "./leaf-index.ts";

/** The declared types whose JSON is taken as it is. */
const NUMBER = 1;
const WHOLE = 2;
const TEXT = 3;
const FLAG = 4;
const CONVERTED = 0;
function kindOf(spec: InputSpec): number {
  if (spec.type === "decimal") return NUMBER;
  if (spec.type === "integer") return WHOLE;
  if (spec.type === "boolean") return FLAG;
  return spec.type === "string" && spec.enum === undefined ? TEXT : CONVERTED;
}

interface Column {
  readonly name: string;
  readonly slot: number;
  readonly kind: number;
  readonly convert: ToFeel;
  /** Whether expressions, paths or conditions between two facts read it from the frame. */
  readonly isRead: boolean;
  readonly index: SlotIndex;
}

export class InputColumns {
  /** Whether the last inputs held anything but declared ones. */
  hasStrangers = false;
  /** In the order in which inputs came last, for callers mostly keep to one: then no name needs to be looked up. */
  private readonly columns: Column[];

  constructor(inputs: Readonly<Record<string, InputSpec>>, indices: readonly SlotIndex[], isRead: (slot: number) => boolean) {
    this.columns = Object.entries(inputs).map(([name, spec], slot) => ({
      name,
      slot,
      kind: kindOf(spec),
      convert: converter(spec),
      isRead: isRead(slot),
      index: indices.find((index) => index.slot === slot) ?? new SlotIndex(slot, [], []),
    }));
  }

  /** Joins results into `planes`, which must be 0. */
  read(inputs: JsonObject, frame: Frame, planes: Int32Array): void {
    const { columns } = this;
    let at = 0;
    let hasStrangers = false;
    for (const name in inputs) {
      const json = inputs[name];
      if (json === undefined || at === columns.length || (columns[at]!.name !== name && !this.bring(name, at))) {
        hasStrangers = true;
        continue;
      }
      const column = columns[at]!;
      const { kind, index } = column;
      at++;
      let row: number;
      if (typeof json === "number" && (kind === NUMBER || (kind === WHOLE && Number.isInteger(json)))) row = index.rowOfNumber(json);
      else if (typeof json === "string" && kind === TEXT) row = index.rowOfText(json);
      else if (typeof json === "boolean" && kind === FLAG) row = index.rowOfNumber(json ? 1 : 0);
      else {
        frame.set(column.slot, column.convert(json));
        index.apply(frame, planes);
        continue;
      }
      index.join(row, planes);
      if (column.isRead) frame.set(column.slot, json);
    }
    for (; at < columns.length; at++) {
      const { slot, index } = columns[at]!;
      frame.set(slot, UNKNOWN);
      index.join(ROW_UNKNOWN, planes);
    }
    this.hasStrangers = hasStrangers;
  }
  /** Brings the column of that name forward to the place; false where none behind it has the name. */
  private bring(name: string, to: number): boolean {
    const { columns } = this;
    for (let i = to + 1; i < columns.length; i++) {
      if (columns[i]!.name !== name) continue;
      const found = columns[i]!;
      columns[i] = columns[to]!;
      columns[to] = found;
      return true;
    }
    return false;
  }
}
