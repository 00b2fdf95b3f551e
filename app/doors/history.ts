/** Event rows as lines of a timeline. */
import type { Program } from "#engine/core/program.ts";
import type { StateValue } from "#engine/core/step-types.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { HistoryRow } from "#engine/service/queries/history.ts";
import type { TimelineLine } from "#engine/service/queries/instance.ts";
import { words } from "#studio/ui/describe-value.ts";
import type { HistoryEntry } from "../screens/guided.ts";
import { effectLines } from "./effect-lines.ts";
import { leavesOf, stateTitle } from "./state-words.ts";

/** Newest first, as the rows come; the page's own lines tell which were let through by an override. */
export function historyEntries(
  machine: MachineDefinition,
  rows: readonly HistoryRow[],
  program: Program,
  lines: readonly TimelineLine[],
): readonly HistoryEntry[] {
  const bySeq = new Map(lines.map((line) => [line.seq, line]));
  return rows.map((row) => {
    const line = bySeq.get(row.seq);
    const overridden = line?.overridden ?? row.override !== null;
    return {
      id: String(row.seq),
      seq: row.seq,
      at: row.at,
      text: `${titleOfEvent(machine, String(row.event["type"]))}${moved(machine, row)}${noteOf(row)}`,
      by: row.actor.kind === "system" ? null : row.actor.name,
      meaning: overridden ? "overridden" : row.actor.kind === "system" ? null : "open",
      release: row.release,
      decisions: lastOfEach(row.decisions).map((decision) => ({
        decision: { ...decision, ...titleOfDecision(program, decision.key) },
        titles: titlesOf(program, decision.key),
      })),
      effects: effectLines(program, row.effects, row.decisions),
    };
  });
}

/** What stood at the end of the step: a gate that was asked again on the way is told once, by its last answer. */
function lastOfEach(decisions: HistoryRow["decisions"]): HistoryRow["decisions"] {
  return decisions.filter((decision, index) => !decisions.slice(index + 1).some(({ key }) => key === decision.key));
}

export function titleOfDecision(program: Program, key: string): { readonly title?: string } {
  const title = program.decision(key)?.title;
  return title === undefined ? {} : { title };
}

function titleOfEvent(machine: MachineDefinition, type: string): string {
  const given = machine.events[type]?.title ?? machine.start[type]?.title;
  if (given !== undefined) return given;
  return type.startsWith("after.") ? `By the clock: ${words(type.slice(type.lastIndexOf(".") + 1))}` : words(type);
}

function noteOf(row: HistoryRow): string {
  const payload = row.event["payload"];
  const note = typeof payload === "object" && payload !== null && !Array.isArray(payload) ? (payload as JsonObject)["note"] : undefined;
  return typeof note === "string" && note !== "" ? `: ${note}` : "";
}

function moved(machine: MachineDefinition, row: HistoryRow): string {
  const before = row.from === null ? [] : leavesOf(row.from as StateValue);
  const entered = leavesOf(row.to as StateValue).filter((path) => !before.includes(path));
  const main = new Set((machine.path ?? []).map(regionOf));
  const besides = (path: string): boolean => machine.config.type === "parallel" && !main.has(regionOf(path));
  const named = [
    ...entered.filter((path) => !besides(path)).map((path) => stateTitle(machine, path)),
    ...entered.filter(besides).map((path) => `${stateTitle(machine, regionOf(path))}: ${stateTitle(machine, path)}`),
  ];
  return named.length === 0 ? "" : ` → ${named.join(", ")}`;
}

const regionOf = (path: string): string => path.split(".")[0] ?? path;

export function titlesOf(program: Program, key: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(program.decision(key)?.inputs ?? {}).flatMap(([name, spec]) => (spec.title === undefined ? [] : [[name, spec.title]])),
  );
}
