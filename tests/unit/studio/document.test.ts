/** The studio's document: small commands with exact inverses, history, selection. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { applyCommand, type Command } from "#studio/document/commands/command.ts";
import { createDocument, layoutOf } from "#studio/document/document.ts";
import { createHistory, execute, isSaved, markSaved, redo, undo } from "#studio/document/history.ts";
import { fromPointer, sameJson, toPointer, valueAt, withValueAt } from "#studio/document/json-path.ts";
import { leading, NOTHING, pick, prune, toggle } from "#studio/document/selection.ts";

const content: JsonObject = {
  kind: "machine",
  title: "M",
  config: { id: "m", states: { a: { on: { go: ["b", { target: "c" }] } }, b: {} } },
  tests: [{ name: "x" }, { name: "y" }],
};
const document = createDocument("machine", "p.m", content);

describe("json path", () => {
  it("reads, sets and removes without touching the rest", () => {
    expect(valueAt(content, ["tests", "1", "name"])).toBe("y");
    expect(valueAt(content, ["constructor"])).toBeUndefined();
    const changed = withValueAt(content, ["config", "states", "b", "entry"], []) as JsonObject;
    expect(valueAt(changed, ["config", "states", "b"])).toEqual({ entry: [] });
    expect(changed["tests"]).toBe(content["tests"]);
    expect(valueAt(withValueAt(content, ["tests", "0"], undefined), ["tests"])).toEqual([{ name: "y" }]);
  });
  it("speaks JSON pointers", () => {
    expect(fromPointer("/a~1b/~0c")).toEqual(["a/b", "~c"]);
    expect(toPointer(["a/b", "~c"])).toBe("/a~1b/~0c");
  });
});

const paths = fc.constantFrom(
  ["title"],
  ["config", "states", "a"],
  ["config", "states", "a", "on", "go", "0"],
  ["config", "states", "new", "meta", "title"],
  ["tests", "0"],
  ["tests", "1", "name"],
  ["title", "deeper"],
  ["brand", "new"],
);
const point = fc.record({ x: fc.integer({ min: 0, max: 999 }), y: fc.integer({ min: 0, max: 999 }) });
const box = fc.record({ x: fc.integer(), y: fc.integer(), w: fc.integer(), h: fc.integer() });
const route = fc.record({ points: fc.array(point, { minLength: 2, maxLength: 5 }), label: point });
const layout = fc.record({ nodes: fc.dictionary(fc.constantFrom("", "a", "b"), box), routes: fc.dictionary(fc.constantFrom("t1", "t2"), route) });
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant("set-value" as const), path: paths, value: fc.oneof(fc.constant(undefined), fc.jsonValue() as fc.Arbitrary<Json>) }),
  fc.record({ type: fc.constant("rename-title" as const), title: fc.string(), state: fc.constantFrom("a", "b") }),
  fc.record({ type: fc.constant("rename-title" as const), title: fc.string() }),
  fc.record({ type: fc.constant("set-layout" as const), layout: fc.option(layout) }),
  fc.record({
    type: fc.constant("move-node" as const),
    nodes: layout.map((one) => one.nodes),
    routes: fc.dictionary(fc.constantFrom("t1", "t2"), fc.option(route)),
  }),
  fc.record({ type: fc.constant("replace-json" as const), content: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject> }),
);

describe("commands", () => {
  it("command then inverse gives the same document", () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 6 }), commands, (before, command) => {
        const start = before.reduce((now, one) => applyCommand(now, one).document, document);
        const { document: changed, inverse } = applyCommand(start, command);
        const back = applyCommand(changed, inverse).document;
        expect(sameJson(back.content, start.content)).toBe(true);
      }),
      { seed: 128383, numRuns: 400 },
    );
  });
  it("undoing everything gives the first document, redoing everything the last", () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 8 }), (list) => {
        const done = list.reduce((now, one) => execute(now, one), createHistory(document));
        let back = done;
        while (back.past.length > 0) back = undo(back);
        expect(sameJson(back.present.content, content)).toBe(true);
        while (back.future.length > 0) back = redo(back);
        expect(sameJson(back.present.content, done.present.content)).toBe(true);
      }),
      { seed: 128383, numRuns: 200 },
    );
  });
  it("typing is undone at once, and a command that changes nothing leaves no step", () => {
    let history = createHistory(document);
    history = execute(history, { type: "replace-json", content: { a: 1 } }, "json");
    history = execute(history, { type: "replace-json", content: { a: 12 } }, "json");
    expect(history.past).toHaveLength(1);
    expect(undo(history).present.content).toBe(content);
    expect(execute(createHistory(document), { type: "set-value", path: ["title"], value: "M" }).past).toHaveLength(0);
  });
  it("knows what is saved", () => {
    const history = execute(createHistory(document), { type: "rename-title", title: "N" });
    expect(isSaved(history)).toBe(false);
    expect(isSaved(markSaved(history, history.present.content))).toBe(true);
  });
  it("reads a layout and leaves out what is malformed", () => {
    const odd = createDocument("machine", "p.m", {
      layout: { nodes: { a: { x: 1, y: 2, w: 3, h: 4 }, b: { x: "1" } }, routes: { t: { points: [{ x: 0, y: 0 }], label: { x: 0, y: 0 } } } },
    });
    expect(layoutOf(odd)).toEqual({ nodes: { a: { x: 1, y: 2, w: 3, h: 4 } }, routes: {} });
    expect(layoutOf(document)).toBeNull();
  });
});

describe("selection", () => {
  it("adds, removes, leads and forgets what is gone", () => {
    const two = toggle(pick({ kind: "state", id: "a" }), { kind: "transition", id: "t" });
    expect(leading(two)).toEqual({ kind: "transition", id: "t" });
    expect(toggle(two, { kind: "transition", id: "t" })).toEqual([{ kind: "state", id: "a" }]);
    expect(prune(two, (one) => one.kind === "state")).toEqual([{ kind: "state", id: "a" }]);
    expect(leading(NOTHING)).toBeNull();
  });
});
