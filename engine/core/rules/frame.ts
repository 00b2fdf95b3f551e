/**
 * The values of one decision, by slot: inputs, params, derived values, paths into them, and what outputs add.
 *
 * Next to each FEEL value stands what the fast conditions need: a tag, and the number that orders it (dates by day, instants by millisecond).
 */

import { FeelDate, FeelDateTime, type FeelValue, UNKNOWN, Unknown } from "../feel/values.ts";

export const TAG_UNKNOWN = 0;
export const TAG_NULL = 1;
/** Ordered by `num`: number, boolean, date, instant. */
export const TAG_NUM = 2;
export const TAG_OTHER = 3;
/** Only while inputs are read. */
export const TAG_UNSEEN = 9;

export class Frame {
  readonly tag: Uint8Array;
  readonly num: Float64Array;
  readonly val: FeelValue[];
  /** Whether params other than the defaults are in it. */
  hasOwnParams = false;
  constructor(size: number) {
    this.tag = new Uint8Array(size);
    this.num = new Float64Array(size);
    this.val = new Array<FeelValue>(size).fill(UNKNOWN);
  }
  set(slot: number, value: FeelValue): void {
    this.val[slot] = value;
    if (typeof value === "number") {
      this.tag[slot] = TAG_NUM;
      this.num[slot] = value;
    } else if (value === null) this.tag[slot] = TAG_NULL;
    else if (typeof value === "string") this.tag[slot] = TAG_OTHER;
    else if (typeof value === "boolean") {
      this.tag[slot] = TAG_NUM;
      this.num[slot] = value ? 1 : 0;
    } else if (value instanceof Unknown) this.tag[slot] = TAG_UNKNOWN;
    else {
      const order = orderOf(value);
      this.tag[slot] = order === null ? TAG_OTHER : TAG_NUM;
      this.num[slot] = order ?? 0;
    }
  }
}

/** The number that a condition compares a value of a scalar type by; null where it has none that is exact. */
export function orderOf(value: FeelValue): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof FeelDate) return value.day;
  if (value instanceof FeelDateTime) return value.ms;
  return null;
}
