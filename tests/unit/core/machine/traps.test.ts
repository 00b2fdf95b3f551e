/** XState's traps (architecture.md, "XState, and what it must be kept from"), each closed. */
import { describe, expect, it } from "vitest";
import { compileMachine } from "#engine/core/machine/compile.ts";
import { configurationAt, isStateOf } from "#engine/core/machine/configuration.ts";
import { xstateRefusal } from "#engine/core/machine/xstate-check.ts";
import { createProgram } from "#engine/core/program.ts";
import { step } from "#engine/core/step.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import { documents, inputOf, moved, review, type Sent, stored } from "#tests/support/review-example.ts";

function definitionOf(config: object, more: object = {}): MachineDefinition {
  return {
    kind: "machine",
    key: "demo.m",
    title: "M",
    record: "documents",
    start: { begin: { title: "Begin" } },
    events: {},
    config: { id: "m", ...config },
    ...more,
  } as never;
}
const compile = (config: object, more: object = {}) => compileMachine(definitionOf(config, more), "v");
const refused = (config: object, more: object = {}) => expect(() => compile(config, more));
const run = (config: object, more: object = {}) => {
  const definition = definitionOf(config, more);
  const program = createProgram([stored(documents), stored(definition)]);
  return (event: string, sent: Sent = {}) => step(program, program.machine("m")!, inputOf(event, sent));
};

describe("names are resolved when a machine is compiled", () => {
  it("refuses guards and actions that are not of the vocabulary, also names of the prototype", () => {
    for (const type of ["constructor", "toString", "hasOwnProperty", "__proto__", "check"]) {
      refused({ initial: "a", states: { a: { on: { x: { guard: { type, params: { expr: "true" } } } } } } }).toThrow("no guard");
      refused({ initial: "a", states: { a: { entry: [{ type, params: {} }] } } }).toThrow("no action");
    }
    refused({ initial: "a", states: { a: { entry: ["log"] } } }).toThrow("no action");
  });
  it("takes a name for the actions that the machine names by it, in their order, and refuses every other name", () => {
    const note = (text: string) => ({ type: "note", params: { text } });
    const named = { actions: { twice: [note("a"), note("b")] } };
    const notes = (config: object) => {
      const { chart } = compile(config, named);
      return [...chart.nodes.flatMap(({ entry, exit }) => [...entry, ...exit]), ...chart.transitions.flatMap(({ actions }) => actions)].map(
        ({ pointer }) => pointer,
      );
    };
    const first = { initial: "a", states: { a: { entry: ["twice", note("c")], exit: "twice", on: { x: { actions: [note("d"), "twice"] } } } } };
    const twice = ["/actions/twice/0", "/actions/twice/1"];
    expect(notes(first)).toEqual([...twice, "/config/states/a/entry/1", ...twice, "/config/states/a/on/x/actions/0", ...twice]);
    for (const name of ["thrice", "toString", "__proto__", ""]) {
      refused({ initial: "a", states: { a: { entry: [name] } } }, named).toThrow("it names twice");
    }
    refused({ initial: "a", states: { a: {} } }, { actions: { twice: ["once"] } }).toThrow("not for other names");
    refused({ initial: "a", states: { a: {} } }, { actions: { twice: { type: "note" } } }).toThrow("a list of actions");
    expect(() => compile({ initial: "a", states: { a: {} } }, { actions: { odd: [note("{1 +}")] } })).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ path: expect.stringContaining("/actions/odd/0") }) }),
    );
    expect(xstateRefusal(first as never)).toBeNull();
  });
  it("refuses unknown members: no invoke, no inline implementation", () => {
    refused({ initial: "a", states: { a: { invoke: { src: "x" } } } }).toThrow('"invoke"');
    refused({ initial: "a", states: { a: { on: { x: { cond: "y" } } } } }).toThrow('"cond"');
    refused({ initial: "a", states: { a: { entry: [{ type: "note", params: { text: "x", exec: "y" } }] } } }).toThrow('"exec"');
  });
  it("refuses targets, initial states, ids and delays that do not fit", () => {
    refused({ initial: "a", states: { a: { on: { x: "b" } } } }).toThrow('target "b"');
    refused({ initial: "a", states: { a: { on: { x: "#b" } } } }).toThrow('target "#b"');
    refused({ initial: "z", states: { a: {} } }).toThrow('"z" does not exist');
    refused({ states: { a: {} } }).toThrow("initial state is missing");
    refused({ initial: "a", states: { a: { id: "q" }, b: { id: "q" } } }).toThrow("used twice");
    refused({ initial: "a", states: { a: { after: { later: "b" } }, b: {} } }).toThrow('delay "later"');
    refused({ initial: "a", states: { a: { on: { x: { target: ["b", "c"] } } }, b: {}, c: {} } }).toThrow("different regions");
    refused({ initial: "a", states: { a: { on: { x: ["b"] } }, b: {} } }).toThrow("In a list");
  });
  it("refuses a history that does not belong to the state it remembers", () => {
    refused({ initial: "a", states: { a: {}, b: { initial: "x", states: { x: {}, h: { type: "history", target: "#m.a" } } } } }).toThrow(
      'not a state inside "b"',
    );
    refused({ initial: "h", states: { h: { type: "history" }, a: {} } }).toThrow("needs a target");
  });
  it("refuses state names and depths that nothing can hold", () => {
    refused({ initial: "a", states: JSON.parse('{"a":{},"__proto__":{}}') }).toThrow("cannot be a state name");
    refused({ initial: "a.b", states: { "a.b": {} } }).toThrow("cannot be a state name");
    let deep: object = {};
    for (let i = 0; i < 40; i++) deep = { initial: "s", states: { s: deep } };
    refused(deep).toThrow("32 levels");
  });
  it("refuses event names of the engine itself", () => {
    for (const event of ["xstate.init", "done.state.m", "error.x", "after.m"]) {
      refused({ initial: "a", states: { a: { on: { [event]: "a" } } } }).toThrow("event name of the engine");
      refused({ initial: "a", states: { a: {} } }, { events: { [event]: { title: "x" } } }).toThrow("event name of the engine");
    }
  });
});

describe("a step is bounded", () => {
  it("ends circles of `always` and of raised events", () => {
    const always = run({ initial: "a", states: { a: { always: { target: "b" } }, b: { always: { target: "a" } } } });
    expect(always("begin")).toMatchObject({ kind: "failed", code: "limit_exceeded" });
    const raising = run({
      initial: "a",
      states: { a: { entry: [{ type: "send", params: { to: "self", event: "again" } }], on: { again: { target: "a", reenter: true } } } },
    });
    expect(raising("begin")).toMatchObject({ kind: "failed", code: "limit_exceeded" });
  });
  it("bounds effects and elements", () => {
    const many = run({ initial: "a", states: { a: { entry: [{ type: "note", params: { each: "for i in 1..10001 return i", text: "x" } }] } } });
    expect(many("begin")).toMatchObject({ kind: "failed", code: "limit_exceeded" });
  });
  it("refuses to pass over what is to be done for each of more rows than a fact holds, however they are picked; elsewhere they are unknown", () => {
    const rows = 'find all("documents", {title: "x"})';
    const answer = (each: string, value: object) => {
      const begin = run({ initial: "a", states: { a: { entry: [{ type: "note", params: { each, text: "x" } }] } } });
      const asked = begin("begin");
      if (asked.kind !== "needs") throw new Error(asked.kind);
      return begin("begin", { facts: Object.fromEntries(asked.requests.map(({ key }) => [key, value as never])) });
    };
    const tooMany = { $unknown: "more than 10000 rows", $most: 10_000 };
    for (const each of [rows, `${rows}[title != null]`, `for r in ${rows} return r.id`, `flatten(for r in ${rows} return [r])`, `${rows}.id`]) {
      const refused = answer(each, tooMany);
      expect(refused, each).toMatchObject({ kind: "failed", code: "limit_exceeded", limit: "rows" });
      expect(refused.kind === "failed" && refused.message).toBe(
        '"begin" needs every row of "records of documents", which has more than 10000 rows: nothing was done. Have fewer of them, or narrow what it asks for.',
      );
    }
    expect(answer(rows, { $unknown: "not recorded" }), "what is unknown for another reason is nobody").toMatchObject({ kind: "moved" });
    expect(answer(`if count(${rows}) > 3 then [1] else []`, tooMany)).toMatchObject({ kind: "failed", limit: "rows" });
  });
});

describe("too many rows", () => {
  const rows = 'find all("documents", {title: "x"})';
  const set = (params: object) => {
    const begin = run({ initial: "a", states: { a: { entry: [{ type: "set", params }] } } });
    const asked = begin("begin");
    if (asked.kind !== "needs") throw new Error(asked.kind);
    return (value: object) => begin("begin", { facts: Object.fromEntries(asked.requests.map(({ key }) => [key, value as never])) });
  };
  it("are not written as null, to the record or the context: the step is refused", () => {
    for (const params of [{ context: { held: rows } }, { record: { title: `string join(${rows}.title, ", ")` } }, { context: { held: `count(${rows})` } }]) {
      const refused = set(params)({ $unknown: "more than 10000 rows", $most: 10_000 });
      expect(refused, JSON.stringify(params)).toMatchObject({ kind: "failed", code: "limit_exceeded", limit: "rows" });
      expect(refused.kind === "failed" && refused.message).toContain('"records of documents", which has more than 10000 rows: nothing was done.');
    }
    const moved = set({ context: { held: rows } })({ $unknown: "not recorded" });
    expect(moved, "what is unknown for another reason is null").toMatchObject({ kind: "moved", snapshot: { context: { held: null } } });
  });
});

describe("events from outside", () => {
  const config = {
    type: "parallel",
    states: {
      a: { initial: "x", states: { x: { after: { 1000: "y" } }, y: { type: "final" } }, onDone: { actions: [{ type: "note", params: { text: "done" } }] } },
      b: { initial: "p", states: { p: { on: { "*": "q" } }, q: {} } },
    },
  };
  it("cannot drive timers or completions", () => {
    const send = run(config);
    const { snapshot } = moved(send("begin"));
    expect(snapshot.value).toEqual({ a: "x", b: "q" });
    for (const type of ["xstate.after.1000.m.a.x", "xstate.done.state.m.a", "done.state.m.a", "error.platform.x", "after.a.x.1000"])
      expect(send(type, { snapshot }).kind).toBe("not_available");
    expect(moved(send("after.a.x.1000", { snapshot, via: "timer" })).effects).toMatchObject([{ kind: "note", text: "done" }]);
  });
  it("cannot reach names of the prototype", () => {
    const send = run({ initial: "a", states: { a: {} } });
    const { snapshot } = moved(send("begin"));
    for (const type of ["constructor", "toString", "__proto__"]) expect(send(type, { snapshot }).kind).toBe("not_available");
    expect(send("constructor").kind).toBe("not_available");
  });
  it("change nothing once the machine is done", () => {
    const send = run({ initial: "a", states: { a: { on: { end: "z" } }, z: { type: "final" } } });
    const first = moved(send("begin"));
    const last = moved(send("end", { snapshot: first.snapshot }));
    expect(last.snapshot.status).toBe("done");
    expect(send("end", { snapshot: last.snapshot })).toEqual({ kind: "not_available", available: [], state: "z" });
  });
});

describe("snapshots", () => {
  it("are taken by the machine at hand, and refused by one that lacks their states", () => {
    const machine = compile({ initial: "a", states: { a: {}, b: {} } });
    expect(configurationAt(machine.chart, "b").states).toEqual(["b"]);
    expect(isStateOf(machine.chart, "c")).toBe(false);
    const send = run({ initial: "a", states: { a: {} } });
    expect(send("x", { snapshot: { value: "gone", status: "active", context: {}, history: {}, counters: {} } })).toMatchObject({
      kind: "failed",
      code: "internal",
    });
  });
  it("survive JSON with their history, and are never changed", () => {
    const config = {
      initial: "open",
      states: {
        open: { initial: "one", states: { one: { on: { next: "two" } }, two: {}, h: { type: "history", history: "deep" } }, on: { hold: "held" } },
        held: { on: { go: "open.h" } },
      },
    };
    const send = run(config);
    const at = (event: string, from: unknown) => moved(send(event, { snapshot: JSON.parse(JSON.stringify(from)) }));
    const frozen = at("hold", at("next", moved(send("begin")).snapshot).snapshot).snapshot;
    Object.freeze(frozen);
    Object.freeze(frozen.history);
    expect(frozen.history).toEqual({ "m.open.h": ["m.open.two"] });
    expect(moved(send("go", { snapshot: frozen })).to).toEqual({ open: "two" });
  });
});

describe("XState itself", () => {
  it("accepts what we accept", () => {
    expect(xstateRefusal(review.config)).toBeNull();
    expect(xstateRefusal({ id: "m", initial: "a", states: { a: { on: { x: "nowhere" } } } })).toContain("nowhere");
  });
});
