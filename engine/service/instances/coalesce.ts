/**
 * Events that say only that something is to be looked at again: of several that one level of a cascade brings to one instance the last is
 * taken, which sees what all of them would have seen at the end.
 */
import { canonicalJson } from "../../core/canonical.ts";
import type { CascadeItem } from "../work/cascade-item.ts";

export interface Coalesced {
  /** What is taken, in its order. */
  readonly taken: readonly CascadeItem[];
  /** What a later one with the same payload stands for. */
  readonly repeats: readonly CascadeItem[];
}

/** `coalesces`: whether the machine declares so of the event. */
export function coalesce(items: readonly CascadeItem[], coalesces: (machine: string, event: string) => boolean): Coalesced {
  const seen = new Set<string>();
  const repeats = new Set<CascadeItem>();
  for (const item of items.toReversed()) {
    if (item.kind !== "send" || item.machine === null || !coalesces(item.machine, item.event)) continue;
    const said = canonicalJson([item.machine, item.to, item.event, item.payload]);
    if (seen.has(said)) repeats.add(item);
    seen.add(said);
  }
  return { taken: items.filter((item) => !repeats.has(item)), repeats: [...repeats].reverse() };
}
