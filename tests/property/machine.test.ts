/**
 * Our chart runner against XState's own pure `initialTransition` and `transition`: the same states, history, timers and actions in
 * the same order, for random charts and events. XState is given each snapshot with its nodes in document order, because the order
 * that it keeps itself depends on how the state was reached; a stored state value does not know that.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type AnyMachineSnapshot, type AnyStateMachine, assign, createMachine, initialTransition, raise, transition } from "xstate";
import { type Chart, isReservedEvent } from "#engine/core/machine/chart.ts";
import { compileChart } from "#engine/core/machine/compile-chart.ts";
import { configurationAt, configurationOf } from "#engine/core/machine/configuration.ts";
import { type ChartHost, type ChartState, sendToChart, startChart } from "#engine/core/machine/run-chart.ts";
import type { StatechartConfig } from "#engine/schema/statechart.ts";
import { EVENTS, randomChart, randomFrom } from "#tests/support/random-chart.ts";

type Guard = { params: { id: number } };
type Action = { type: string; params: { n?: number; event?: string } };

/** Few, because most endless charts show at once. */
/** `PROPERTY_RUNS=30000` for the long run. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 1_500);
const MICROSTEPS = 80;

/** Truth of guard `id` at this step and count: any deterministic mixture will do. */
function truth(seed: number, id: number, step: number, count: number): boolean {
  let x = Math.imul(seed ^ (id * 2_654_435_761), 0x9e3779b1) ^ Math.imul(step * 31 + count, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
  return ((x ^ (x >>> 13)) & 7) > 3;
}

class Ours {
  readonly chart: Chart<Guard, Action>;
  readonly seed: number;
  state!: ChartState;
  count = 0;
  log: string[] = [];
  constructor(config: StatechartConfig, seed: number) {
    this.chart = compileChart<Guard, Action>(config, { guard: (guard) => guard as Guard, actions: (actions) => (actions ?? []) as readonly Action[] });
    this.seed = seed;
  }
  host(step: number): ChartHost<Guard, Action> {
    const raised: string[] = [];
    return {
      doomed: false,
      maxMicrosteps: MICROSTEPS,
      guard: (candidate) => (truth(this.seed, candidate.guard!.params.id, step, this.count) ? "open" : "closed"),
      act: (action) => {
        if (action.type === "act") this.log.push(`act ${action.params.n}`);
        else if (action.type === "raiseIt") raised.push(action.params.event!);
        else this.count++;
        return action.type === "count";
      },
      arm: (delay) => this.log.push(`arm ${delay.event}`),
      cancel: (delay) => this.log.push(`cancel ${delay.event}`),
      raised: () => {
        const type = raised.shift();
        return type === undefined ? undefined : { type };
      },
    };
  }
  start(): boolean {
    this.log = [];
    try {
      this.state = startChart(this.chart, this.host(0));
      return true;
    } catch (error) {
      expect((error as { code?: string }).code).toBe("limit_exceeded");
      return false;
    }
  }
  send(event: string, step: number): "moved" | "not_enabled" | "limit" {
    this.log = [];
    try {
      const outcome = sendToChart(this.chart, this.state, event, this.host(step));
      if (outcome.kind === "moved") this.state = outcome.state;
      return outcome.kind as "moved" | "not_enabled";
    } catch (error) {
      expect((error as { code?: string }).code).toBe("limit_exceeded");
      return "limit";
    }
  }
  historyIds(): Record<string, string[]> {
    const out: Record<string, string[]> = {};
    for (const [node, remembered] of this.state.history) out[this.chart.nodes[node]!.id] = remembered.map((each) => this.chart.nodes[each]!.id).sort();
    return out;
  }
}

interface XNode {
  order: number;
  id: string;
}
type Inner = { _nodes: XNode[]; historyValue: Record<string, XNode[]> };

/** The config with keys in document order: what the hash of a definition stands for. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys((value as Record<string, unknown>)[key])]),
  );
}

class Theirs {
  readonly machine: AnyStateMachine;
  step = 0;
  snapshot!: AnyMachineSnapshot;
  log: string[] = [];
  constructor(config: StatechartConfig, seed: number) {
    const sorted = sortKeys(config) as object;
    this.machine = createMachine({ ...sorted, context: { count: 0 }, options: { maxIterations: MICROSTEPS } } as never).provide({
      guards: { when: (({ context }: { context: { count: number } }, params: { id: number }) => truth(seed, params.id, this.step, context.count)) as never },
      actions: {
        count: assign({ count: (({ context }: { context: { count: number } }) => context.count + 1) as never }) as never,
        raiseIt: raise(((_: unknown, params: { event: string }) => ({ type: params.event })) as never) as never,
      },
      delays: { wait: 5000 },
    });
  }
  private take(result: readonly [unknown, readonly { type: string; params?: unknown }[]]): void {
    const [snapshot, actions] = result;
    this.snapshot = snapshot as AnyMachineSnapshot;
    (this.snapshot as unknown as Inner)._nodes.sort((a, b) => a.order - b.order);
    // XState takes the order of regions from the order of keys in the value, which follows the nodes.
    (this.snapshot as { value: unknown }).value = sortKeys(this.snapshot.value);
    this.log = [];
    for (const { type, params } of actions) {
      const given = params as { n?: number; id?: string; delay?: number; sendId?: string } | undefined;
      if (type === "act") this.log.push(`act ${given!.n}`);
      else if (type === "xstate.raise" && given?.delay !== undefined) this.log.push(`arm ${given.id}`);
      else if (type === "xstate.cancel") this.log.push(`cancel ${given!.sendId ?? given!.id}`);
    }
  }
  start(): boolean {
    this.take(initialTransition(this.machine) as never);
    return this.snapshot.status !== "error";
  }
  /** False where no transition is enabled. */
  enabled(event: string): boolean {
    return (this.machine as unknown as { getTransitionData(s: unknown, e: unknown): unknown[] }).getTransitionData(this.snapshot, { type: event }).length > 0;
  }
  send(event: string): boolean {
    try {
      this.take(transition(this.machine, this.snapshot, { type: event } as never) as never);
      return true;
    } catch (error) {
      expect((error as Error).message).toContain("Infinite loop");
      return false;
    }
  }
  historyIds(): Record<string, string[]> {
    const out: Record<string, string[]> = {};
    for (const [id, nodes] of Object.entries((this.snapshot as unknown as Inner).historyValue)) out[id] = nodes.map((node) => node.id).sort();
    return out;
  }
}

function compareRun(seed: number): { steps: number; moved: number } {
  const random = randomFrom(seed);
  const config = randomChart(random);
  const ours = new Ours(config, seed);
  const theirs = new Theirs(config, seed);
  const started = ours.start();
  expect(theirs.start()).toBe(started);
  if (!started) return { steps: 1, moved: 0 };
  let moved = 0;
  let steps = 1;
  const same = () => {
    expect(ours.log).toEqual(theirs.log);
    const configuration = configurationOf(ours.chart, ours.state.active);
    expect(configuration.value).toEqual(theirs.snapshot.value);
    expect(configurationAt(ours.chart, JSON.parse(JSON.stringify(configuration.value)))).toBe(configuration);
    expect(ours.count).toBe((theirs.snapshot.context as { count: number }).count);
    expect(ours.state.done).toBe(theirs.snapshot.status === "done");
    expect(ours.historyIds()).toEqual(theirs.historyIds());
  };
  same();
  const timers = [...ours.chart.timers.values()];
  for (let step = 1; step <= 8 && !ours.state.done; step++) {
    theirs.step = step;
    const event = timers.length > 0 && random() < 0.25 ? timers[Math.floor(random() * timers.length)]! : EVENTS[Math.floor(random() * EVENTS.length)]!;
    const enabled = theirs.enabled(event);
    const result = ours.send(event, step);
    steps++;
    expect(result !== "not_enabled").toBe(enabled);
    if (!enabled) continue;
    expect(theirs.send(event)).toBe(result === "moved");
    if (result !== "moved") break;
    moved++;
    same();
  }
  return { steps, moved };
}

it("takes the same steps as XState, action by action", () => {
  let moved = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      moved += compareRun(seed).moved;
    }),
    { seed: 5_333, numRuns: RUNS },
  );
  expect(moved).toBeGreaterThan(RUNS * 3);
}, 180_000);

it("always ends in a possible set of states, also where XState does not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const random = randomFrom(seed);
      const ours = new Ours(randomChart(random, { historyFromInside: true }), seed);
      if (!ours.start()) return;
      for (let step = 1; step <= 12 && !ours.state.done; step++) {
        if (ours.send(EVENTS[Math.floor(random() * EVENTS.length)]!, step) === "limit") return;
        const active = new Set(ours.state.active);
        const impossible = ours.chart.nodes.filter((node) => {
          const children = node.children.filter((child) => ours.chart.nodes[child]!.type !== "history");
          const expected = !active.has(node.index) ? 0 : node.type === "compound" ? 1 : children.length;
          return children.filter((child) => active.has(child)).length !== expected;
        });
        if (impossible.length > 0) expect(impossible.map((node) => node.path)).toEqual([]);
      }
    }),
    { seed: 5_334, numRuns: RUNS },
  );
}, 180_000);

it("keeps XState's own events to itself", () => {
  for (const event of ["xstate.after.1000.m", "xstate.done.state.m", "done.state.m", "error.platform", "after.x", "xstate"])
    expect(isReservedEvent(event)).toBe(true);
  for (const event of ["done_it", "afterwards", "xstatement.x", "review.done"]) expect(isReservedEvent(event)).toBe(false);
});
