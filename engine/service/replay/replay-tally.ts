/** Counts of a replay: how each gate decided then and now, how many instances of each machine went elsewhere. Pure. */

import { sameJson } from "../../core/canonical.ts";
import type { Divergence, ReplayResult } from "../../core/replay.ts";
import type { DecisionDifference } from "../../core/replay-compare.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import type { Json } from "../../schema/json.ts";

const MEANINGS = ["open", "blocked", "overridden"] as const;
export type GateMeaning = (typeof MEANINGS)[number];
export type GateCounts = Readonly<Record<GateMeaning, number>>;
export interface GateTally {
  readonly key: string;
  /** Times it was asked. */
  readonly total: number;
  /** Times that it decided otherwise. */
  readonly changed: number;
  /** Was shut, would be open; was open, would be shut. */
  readonly opens: number;
  readonly shuts: number;
  readonly was: GateCounts;
  readonly now: GateCounts;
}
export interface MachineTally {
  readonly key: string;
  readonly same: number;
  readonly changed: number;
  readonly unknown: number;
}
export interface Tally {
  readonly same: number;
  readonly changed: number;
  readonly unknown: number;
  readonly events: number;
  readonly byGate: readonly GateTally[];
  readonly byMachine: readonly MachineTally[];
}

interface GateEntry {
  total: number;
  changed: number;
  opens: number;
  shuts: number;
  was: Record<GateMeaning, number>;
  now: Record<GateMeaning, number>;
}

export interface TallyBook {
  /** Counts one replayed instance. `decisions` are all that its rows recorded. */
  addInstance(machine: string, decisions: readonly CompactDecision[], result: Pick<ReplayResult, "verdict" | "rows" | "differences">): void;
  /** Counts an attempt that was blocked, and what its gates would say. */
  addAttempt(machine: string, decisions: readonly { readonly key: string; readonly was: GateMeaning; readonly now: GateMeaning }[]): void;
  /** Counts what another book has counted. */
  add(tally: Tally): void;
  close(): Tally;
}

export function createTally(): TallyBook {
  const gates = new Map<string, GateEntry>();
  const machines = new Map<string, { same: number; changed: number; unknown: number }>();
  let events = 0;
  const gateOf = (key: string): GateEntry => {
    let gate = gates.get(key);
    if (gate === undefined) {
      gate = { total: 0, changed: 0, opens: 0, shuts: 0, was: { open: 0, blocked: 0, overridden: 0 }, now: { open: 0, blocked: 0, overridden: 0 } };
      gates.set(key, gate);
    }
    return gate;
  };
  const machineOf = (key: string) => {
    let machine = machines.get(key);
    if (machine === undefined) {
      machine = { same: 0, changed: 0, unknown: 0 };
      machines.set(key, machine);
    }
    return machine;
  };
  const turn = (gate: GateEntry, was: GateMeaning, now: GateMeaning): void => {
    if (was === now) return;
    gate.changed += 1;
    if (was === "blocked") gate.opens += 1;
    if (now === "blocked") gate.shuts += 1;
  };
  return {
    addInstance(machine, decisions, result) {
      events += result.rows;
      const kind = result.verdict === "unknown" ? "unknown" : result.verdict === "identical" ? "same" : "changed";
      machineOf(machine)[kind] += 1;
      for (const decision of decisions) {
        if (!isGate(decision)) continue;
        const gate = gateOf(decision.key);
        const was = meaningOf(decision);
        gate.total += 1;
        gate.was[was] += 1;
        gate.now[was] += 1;
      }
      for (const difference of result.differences.flatMap((one) => one.decisions)) {
        if (!difference.at.startsWith("guard") || difference.recorded === null || difference.replayed === null) continue;
        const gate = gateOf(difference.key);
        const [was, now] = [sideMeaning(difference, "recorded", decisions), sideMeaning(difference, "replayed", decisions)];
        gate.now[was] = Math.max(0, gate.now[was] - 1);
        gate.now[now] += 1;
        turn(gate, was, now);
      }
    },
    addAttempt(machine, decisions) {
      for (const { key, was, now } of decisions) {
        const gate = gateOf(key);
        gate.total += 1;
        gate.was[was] += 1;
        gate.now[now] += 1;
        turn(gate, was, now);
      }
      const opens = decisions.every((one) => one.now !== "blocked");
      machineOf(machine)[opens ? "changed" : "same"] += 1;
    },
    add(tally) {
      events += tally.events;
      for (const { key, same, changed, unknown } of tally.byMachine) {
        const machine = machineOf(key);
        machine.same += same;
        machine.changed += changed;
        machine.unknown += unknown;
      }
      for (const { key, total, changed, opens, shuts, was, now } of tally.byGate) {
        const gate = gateOf(key);
        gate.total += total;
        gate.changed += changed;
        gate.opens += opens;
        gate.shuts += shuts;
        for (const meaning of MEANINGS) {
          gate.was[meaning] += was[meaning];
          gate.now[meaning] += now[meaning];
        }
      }
    },
    close() {
      const sum = (kind: "same" | "changed" | "unknown"): number => [...machines.values()].reduce((total, one) => total + one[kind], 0);
      return {
        same: sum("same"),
        changed: sum("changed"),
        unknown: sum("unknown"),
        events,
        byGate: [...gates]
          .map(([key, gate]) => ({ key, ...gate, was: { ...gate.was }, now: { ...gate.now } }))
          .sort((a, b) => b.changed - a.changed || b.total - a.total || (a.key < b.key ? -1 : 1)),
        byMachine: [...machines].map(([key, one]) => ({ key, ...one })).sort((a, b) => b.changed - a.changed || (a.key < b.key ? -1 : 1)),
      };
    },
  };
}

/** Decisions of guards are gates; nested ones and those of mails are not. */
const isGate = (decision: Pick<CompactDecision, "at">): boolean => decision.at.startsWith("guard");

/** Whether the gate stood open: by the outputs that it expects, else by its outcome. */
export function meaningOf(decision: Pick<CompactDecision, "outcome" | "output" | "expect" | "overridden">): GateMeaning {
  if (decision.overridden !== undefined) return "overridden";
  return opens(decision.outcome, decision.output, decision.expect) ? "open" : "blocked";
}

function opens(outcome: string, output: CompactDecision["output"], expect: CompactDecision["expect"]): boolean {
  if (expect === undefined) return outcome === "pass";
  return Object.entries(expect).every(([name, value]) => sameJson(value, output[name] as Json));
}

function sideMeaning(difference: DecisionDifference, side: "recorded" | "replayed", decisions: readonly CompactDecision[]): GateMeaning {
  const one = difference[side];
  if (one === null) return "blocked";
  const recorded = decisions.find((each) => each.key === difference.key && each.at === difference.at);
  if (side === "recorded" && recorded !== undefined) return meaningOf(recorded);
  return opens(one.outcome, one.output, recorded?.expect) ? "open" : "blocked";
}

/** What made an instance go elsewhere: the first gate that decided otherwise, else what differs. */
export function causeOf(first: Divergence | null): string {
  if (first === null) return "none";
  const gate = first.decisions.find((one) => one.recorded?.outcome !== one.replayed?.outcome) ?? first.decisions[0];
  if (gate !== undefined) return gate.key;
  if (first.result === "unknown") return "unknown";
  if (first.stateDiffers) return "state";
  return first.effects !== null ? "effects" : first.timersDiffer ? "timers" : "record";
}
