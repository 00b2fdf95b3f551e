/** What gates refused, as lines of the timeline: who tried what, how often, and why it was shut at the last try. */
import type { Program } from "#engine/core/program.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { Attempt } from "#engine/service/queries/attempts.ts";
import { words } from "#studio/ui/describe-value.ts";
import type { HistoryEntry } from "../screens/guided.ts";
import { titleOfDecision, titlesOf } from "./history.ts";

/** One line for each person and event; several gates that were shut at once stand in it together. */
export function attemptEntries(machine: MachineDefinition, attempts: readonly Attempt[], program: Program): readonly HistoryEntry[] {
  const groups = Map.groupBy(attempts, ({ event, actor, lastAt }) => JSON.stringify([event, actor.id, lastAt]));
  return [...groups.values()].map((group) => {
    const { event, actor, lastAt, release } = group[0] as Attempt;
    const tries = Math.max(...group.map((each) => each.tries));
    return {
      id: `tried:${event}:${actor.id}:${lastAt}`,
      seq: null,
      at: lastAt,
      text: `${machine.events[event]?.title ?? words(event)}: refused${tries > 1 ? `, for the ${ordinal(tries)} time` : ""}`,
      by: actor.name,
      meaning: "blocked",
      release,
      decisions: group.map(({ decision }) => ({
        decision: { ...decision, ...titleOfDecision(program, decision.key) },
        titles: titlesOf(program, decision.key),
      })),
      effects: [],
    };
  });
}

/** Newest first. */
export function inOrderOfTime(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  return entries.toSorted((a, b) => (a.at === b.at ? (b.seq ?? 0) - (a.seq ?? 0) : a.at < b.at ? 1 : -1));
}

function ordinal(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13;
  const ending = teen ? "th" : (({ 1: "st", 2: "nd", 3: "rd" } as Readonly<Record<number, string>>)[count % 10] ?? "th");
  return `${count}${ending}`;
}
