/** Two versions of a machine as one drawing: the newer one with what was removed put back, and marks for every difference. */
import type { PartChange } from "#engine/core/diff/definition-diff.ts";
import { machineParts } from "#engine/core/diff/machine-parts.ts";
import { isJsonObject, type Json, type JsonObject } from "#engine/schema/json.ts";
import { buildChart } from "../canvas/chart.ts";
import type { DiffMark } from "../canvas/to-flow.ts";
import { statePointer } from "../document/commands/rename-title.ts";
import { valueAt, withValueAt } from "../document/json-path.ts";

export interface MergedMachine {
  readonly content: JsonObject;
  /** `state:<path>` and `transition:<id>` -> what happened to it. */
  readonly marks: Readonly<Record<string, DiffMark>>;
}

export function mergeMachines(was: JsonObject, now: JsonObject, parts: readonly PartChange[]): MergedMachine {
  const marks: Record<string, DiffMark> = {};
  for (const part of parts) if (part.part === "state" || part.part === "transition") marks[`${part.part}:${part.id}`] = part.change;
  const { layout: _layout, ...rest } = now;
  let content: JsonObject = rest;
  const before = machineParts(was);
  const removed = parts.filter((part) => part.change === "removed");
  for (const part of removed) {
    if (part.part !== "state" || valueAt(content, statePointer(part.id)) !== undefined) continue;
    content = withValueAt(content, statePointer(part.id), valueAt(was, statePointer(part.id)) ?? {}) as JsonObject;
  }
  for (const part of removed) {
    const transition = part.part === "transition" ? before.transitions.get(part.id) : undefined;
    if (transition !== undefined) content = withTransition(content, part.id, transition);
  }
  return { content, marks };
}

/** Puts a removed transition back as the last candidate of its event: removed ones have the highest indexes. */
function withTransition(content: JsonObject, id: string, transition: Json): JsonObject {
  const [source = "", middle = ""] = id.split("|");
  const colon = middle.indexOf(":");
  const kind = middle.slice(0, colon);
  const event = middle.slice(colon + 1);
  const place = [
    ...statePointer(source),
    ...(kind === "event" ? ["on", event] : kind === "after" ? ["after", event] : kind === "done" ? ["onDone"] : ["always"]),
  ];
  if (valueAt(content, statePointer(source)) === undefined) return content;
  const there = valueAt(content, place);
  const list = there === undefined ? [] : Array.isArray(there) ? there : [there];
  const index = Number(id.split("|")[2] ?? 0);
  return list.length > index ? content : (withValueAt(content, place, [...list, transition]) as JsonObject);
}

/** The merged machine cut down to what differs, the ends of what differs, and what encloses them. `folded` counts the states left out. */
export function focusOnChanges(merged: MergedMachine): { readonly content: JsonObject; readonly folded: number } {
  const chart = buildChart(merged.content);
  const keep = new Set<string>([""]);
  const add = (id: string): void => {
    for (let at: string | null = id; at !== null; at = chart.states.get(at)?.parent ?? null) keep.add(at);
  };
  for (const state of chart.states.values()) if (merged.marks[`state:${state.id}`] !== undefined && state.id !== "") add(state.id);
  for (const transition of chart.transitions) {
    if (merged.marks[`transition:${transition.id}`] === undefined) continue;
    for (const id of [transition.source, ...transition.targets]) add(id);
  }
  if (keep.size === 1) return { content: merged.content, folded: 0 };
  let folded = 0;
  let content = merged.content;
  for (const state of [...chart.states.values()].toReversed()) {
    if (keep.has(state.id)) continue;
    if (state.children.length === 0) folded += 1;
    content = withValueAt(content, statePointer(state.id), undefined) as JsonObject;
  }
  return { content: withoutLooseEnds(content), folded };
}

/** Without transitions that lead to states left out, and with an initial state that is there. */
function withoutLooseEnds(content: JsonObject): JsonObject {
  let result = content;
  const chart = buildChart(content);
  const loose = new Set(chart.broken.map((text) => text.slice(0, text.lastIndexOf(": "))));
  for (const transition of chart.transitions) {
    if (!loose.has(transition.id)) continue;
    const there = valueAt(result, transition.path);
    const { target: _target, ...rest } = isJsonObject(there) ? there : {};
    result = withValueAt(result, transition.path, rest) as JsonObject;
  }
  for (const state of chart.states.values()) {
    const node = valueAt(result, statePointer(state.id));
    if (!isJsonObject(node) || typeof node["initial"] !== "string" || state.initial !== null) continue;
    const { initial: _initial, ...rest } = node;
    result = withValueAt(result, statePointer(state.id), rest) as JsonObject;
  }
  return result;
}
