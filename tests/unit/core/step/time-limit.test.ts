/** A step ends when its time is up, wherever it is: in a loop of one expression, over many expressions, or over microsteps. */
import { describe, expect, it } from "vitest";
import { createCompileCache } from "#engine/core/compile-cache.ts";
import { createProgram, type Program } from "#engine/core/program.ts";
import { step } from "#engine/core/step.ts";
import type { StepResult } from "#engine/core/step-types.ts";
import { within } from "#engine/core/time-limit.ts";
import { createTimeLimit } from "#engine/service/work/time-limit.ts";
import { definitions, inputOf, moved, review, stored } from "#tests/support/review-example.ts";

const HEAVY = "sum(for a in 1..150, b in 1..100 return a * b)";
const machineOf = (start: object, more: object = {}) => ({
  ...review,
  start: { "document.create": { ...review.start["document.create"], ...start } },
  ...more,
});
const programWith = (machine: object): Program => createProgram([...definitions.filter(({ key }) => key !== review.key), stored(machine)]);

/** Each expression is within its own bounds; all of them together would take minutes. */
const listed = programWith(
  machineOf(
    {},
    { config: { id: "review", initial: "a", states: { a: { entry: [{ type: "note", params: { text: "x", each: "for i in 1..900 return i" } }] } } } },
  ),
);
const acting = programWith(
  machineOf(
    {},
    {
      config: {
        ...{ id: "review", initial: "a" },
        states: { a: { entry: Array.from({ length: 900 }, (_, i) => ({ type: "set", params: { context: { [`n${i}`]: HEAVY } } })) } },
      },
    },
  ),
);
const walking = programWith(
  machineOf(
    {},
    {
      config: {
        ...{ id: "review", initial: "a", context: { n: 0 } },
        states: {
          a: {
            always: {
              target: "a",
              reenter: true,
              guard: { type: "when", params: { expr: `context.n < 900 and ${HEAVY} > 0` } },
              actions: [{ type: "set", params: { context: { n: "context.n + 1" } } }],
            },
          },
        },
      },
    },
  ),
);
const creating = programWith(machineOf({ create: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`n${i}`, HEAVY])) }));

/** One expression over a long list: few operations by count, each of them long. */
const longList = programWith(machineOf({ payload: { type: "object" }, create: { pages: "sum(for x in 1..20000 return count(payload.lines.a))" } }));
const LINES = Array.from({ length: 50_000 }, (_, a) => ({ a }));

function timed(program: Program, limitMs: number): { result: StepResult; cpuMs: number } {
  const machine = program.machine("review")!;
  const before = process.threadCpuUsage();
  const result = step(program, machine, inputOf("document.create", { payload: { title: "Plan", lines: LINES } }), { limit: createTimeLimit(limitMs) });
  const { user, system } = process.threadCpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000 };
}

describe("the time limit of a step", () => {
  it.each([
    ["many actions", acting],
    ["many microsteps", walking],
    ["one expression over a long list", longList],
    ["many fields of a new record", creating],
  ])("cuts %s that would run for seconds, with its code", (_, program) => {
    const { result, cpuMs } = timed(program, 250);
    expect(result).toEqual({ kind: "failed", code: "limit_exceeded", limit: "time", message: "The step took more than 250 ms" });
    expect(cpuMs).toBeGreaterThan(25);
    expect(cpuMs).toBeLessThan(450);
  });

  it("leaves alone what ends in time, and what has none", () => {
    expect(moved(timed(listed, 250).result).effects).toHaveLength(900);
    const short = programWith(machineOf({ create: { pages: HEAVY } }));
    const input = inputOf("document.create", { payload: { title: "Plan" } });
    expect(moved(step(short, short.machine("review")!, input, { limit: createTimeLimit(250) }))).toEqual(moved(step(short, short.machine("review")!, input)));
  });

  it("holds for its own step only: the next one has its own time", () => {
    expect(timed(acting, 30).result.kind).toBe("failed");
    expect(timed(listed, 250).result.kind).toBe("moved");
  });

  it("does not count the compiling of definitions", () => {
    const heard: string[] = [];
    const limit = { ...createTimeLimit(250), pause: () => void heard.push("pause"), resume: () => void heard.push("resume") };
    const cache = createCompileCache(4);
    within(limit, () => cache.get("ruleset", "h", () => heard.push("compile")));
    within(limit, () => cache.get("ruleset", "h", () => heard.push("compile")));
    expect(heard).toEqual(["pause", "compile", "resume"]);
  });
});

describe("a limit over several passes", () => {
  it("adds them up and leaves out what happens in between", () => {
    let now = 0;
    const limit = createTimeLimit(100, "It", { wallMs: () => now, processorMs: () => now });
    expect(limit.isSpent()).toBe(false);
    now = 40;
    limit.pause();
    now = 1_000;
    limit.resume();
    now = 1_059;
    expect(limit.isSpent()).toBe(false);
    now = 1_060;
    expect(limit.isSpent()).toBe(true);
  });
  it("goes by the processor's time while a busy machine lets the step wait, up to eight times the limit", () => {
    let wall = 0;
    let processor = 0;
    const limit = createTimeLimit(100, "It", { wallMs: () => wall, processorMs: () => processor });
    expect(limit.isSpent()).toBe(false);
    wall = 790;
    processor = 20;
    expect(limit.isSpent()).toBe(false);
    wall = 800;
    expect(limit.isSpent()).toBe(true);
    wall = 150;
    processor = 100;
    expect(limit.isSpent()).toBe(true);
  });
});
