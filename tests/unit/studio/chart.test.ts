/** Machines as drawings: what is read from the JSON, what folds, what never runs through a card. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "#engine/schema/json.ts";
import { buildChart, delayText } from "#studio/canvas/chart.ts";
import { foldTransitions } from "#studio/canvas/fold.ts";
import { absoluteBox } from "#studio/canvas/layout.ts";
import { placedActions } from "#studio/canvas/named-actions.ts";
import { roundedPath, simplify } from "#studio/canvas/path.ts";
import { placeOf } from "#studio/canvas/place-of-problem.ts";
import { findRoute, legHitsBox } from "#studio/canvas/router.ts";
import { afterMove, completeLayout } from "#studio/canvas/scene.ts";
import { neighbour } from "#studio/canvas/walk.ts";

const gate = { type: "gate", params: { ruleset: "quota", override: { permission: "loan.override" } } };
const definition: JsonObject = {
  title: "Loan",
  path: ["draft", "lent", "returned"],
  delays: { late: 'duration("PT4H")' },
  config: {
    id: "loan",
    initial: "draft",
    states: {
      draft: { on: { lend: { target: "lent", guard: gate }, drop: "gone", note: { actions: [{ type: "note", params: { text: "x" } }] } } },
      lent: {
        initial: "out",
        entry: [{ type: "mail", params: { mail: "ready" } }],
        after: { late: ".overdue" },
        on: { drop: "gone", back: "#done" },
        states: { out: {}, overdue: { on: { drop: "#loan.gone" } } },
      },
      returned: { id: "done", type: "final" },
      gone: { type: "final" },
    },
  },
};

describe("chart", () => {
  const chart = buildChart(definition);
  it("resolves siblings, children, ids and absolute paths", () => {
    const targets = Object.fromEntries(chart.transitions.map((one) => [one.id, one.targets]));
    expect(targets["draft|event:lend|0"]).toEqual(["lent"]);
    expect(targets["lent|after:late|0"]).toEqual(["lent.overdue"]);
    expect(targets["lent|event:back|0"]).toEqual(["returned"]);
    expect(targets["lent.overdue|event:drop|0"]).toEqual(["gone"]);
    expect(chart.broken).toEqual([]);
  });
  it("shows what a named action does where it is named", () => {
    const mail = { type: "mail", params: { mail: "ready" } };
    const named = buildChart({
      actions: { tell: [mail, { type: "start", params: { machine: "m", event: "e" } }] },
      config: { id: "m", initial: "a", states: { a: { entry: ["tell", "nothing"], on: { go: { target: "b", actions: ["tell", mail] } } }, b: {} } },
    });
    expect(named.transitions[0]?.effects).toEqual(["mail", "start", "mail"]);
    expect(named.states.get("a")?.chips.map(({ text }) => text)).toEqual(["Mail", "Starts"]);
    expect(placedActions({ actions: { tell: [mail, mail] } }, ["tell", mail, "toString"])).toEqual([
      { name: "tell", actions: [mail, mail] },
      { name: null, actions: [mail] },
      { name: "toString", actions: [] },
    ]);
  });
  it("names what leads nowhere and goes on", () => {
    const broken = buildChart({ config: { id: "m", initial: "a", states: { a: { on: { go: "nowhere" } } } } });
    expect(broken.broken).toEqual(["a|event:go|0: nowhere"]);
    expect(broken.transitions[0]?.targets).toEqual([]);
  });
  it("reads gates, overrides, entry effects and delays", () => {
    const lend = chart.transitions.find((one) => one.event === "lend");
    expect(lend?.guard).toMatchObject({ isOverridable: true, gates: [{ asks: "quota", kind: "ruleset", overridePermission: "loan.override" }] });
    expect(chart.states.get("lent")?.chips).toEqual([
      { kind: "mail", text: "Mail" },
      { kind: "timer", text: "4 h" },
    ]);
    expect(delayText("late_fee", "settings.x.days")).toBe("late fee");
  });
  it("orders states along the main path, ends last, whatever the order of keys", () => {
    const config = definition["config"] as JsonObject;
    const shuffled = { ...definition, config: { ...config, states: Object.fromEntries(Object.entries(config["states"] as JsonObject).toReversed()) } };
    expect(buildChart(shuffled).states.get("")?.children).toEqual(chart.states.get("")?.children);
    expect(chart.states.get("")?.children.slice(0, 2)).toEqual(["draft", "lent"]);
  });
  it("folds what stays and what many states share", () => {
    const { drawn, folded } = foldTransitions(chart, ["draft", "lent", "returned"]);
    expect(drawn.filter((one) => one.event === "drop")).toHaveLength(1);
    expect(folded.get("draft")?.map((one) => one.event)).toContain("note");
  });
  it("finds the place that a problem is about", () => {
    expect(placeOf(chart, "/config/states/lent/states/overdue/on/drop")).toEqual({ kind: "transition", id: "lent.overdue|event:drop|0" });
    expect(placeOf(chart, "/config/states/lent/entry/0")).toEqual({ kind: "state", id: "lent" });
    expect(placeOf(chart, "/events/lend")).toBeNull();
  });
});

describe("routes", () => {
  const pill = { w: 80, h: 20 };
  it("keep clear of cards", () => {
    const from = { x: 0, y: 0, w: 144, h: 56 };
    const to = { x: 600, y: 0, w: 144, h: 56 };
    const wall = { x: 300, y: -100, w: 100, h: 300 };
    const { points } = findRoute({ from, to, obstacles: [from, to, wall], taken: [], pill });
    expect(points.length).toBeGreaterThan(2);
    for (let index = 1; index < points.length; index += 1) {
      const [a, b] = [points[index - 1]!, points[index]!];
      expect(a.x === b.x || a.y === b.y).toBe(true);
      expect(legHitsBox(a, b, wall)).toBe(false);
    }
  });
  it("loop at the top right, and drop needless points", () => {
    const box = { x: 0, y: 100, w: 144, h: 56 };
    const { points } = findRoute({ from: box, to: box, obstacles: [box], taken: [], pill });
    expect(points[0]?.y).toBe(100);
    expect(points.at(-1)?.x).toBe(144);
    expect(
      simplify([
        { x: 0, y: 0 },
        { x: 5, y: 0 },
        { x: 9, y: 0 },
      ]),
    ).toEqual([
      { x: 0, y: 0 },
      { x: 9, y: 0 },
    ]);
    expect(
      roundedPath([
        { x: 0, y: 0 },
        { x: 20, y: 0 },
        { x: 20, y: 20 },
      ]),
    ).toBe("M0 0L12 0Q20 0 20 8L20 20");
  });
});

describe("layout", () => {
  const chart = buildChart(definition);
  const folding = foldTransitions(chart, []);
  const nodes = {
    "": { x: 0, y: 0, w: 900, h: 600 },
    draft: { x: 40, y: 80, w: 144, h: 56 },
    lent: { x: 280, y: 80, w: 400, h: 200 },
    "lent.out": { x: 40, y: 60, w: 144, h: 56 },
    "lent.overdue": { x: 220, y: 60, w: 144, h: 56 },
    returned: { x: 720, y: 80, w: 144, h: 56 },
    gone: { x: 40, y: 400, w: 144, h: 56 },
  };
  it("gets a route for every drawn transition", () => {
    const layout = completeLayout(chart, { nodes, routes: {} }, folding);
    for (const transition of folding.drawn) expect(layout.routes[transition.id]?.points.length).toBeGreaterThan(1);
    expect(absoluteBox(chart, layout.nodes, "lent.out")).toEqual({ x: 320, y: 140, w: 144, h: 56 });
  });
  it("grows containers and forgets routes that no longer fit after a move", () => {
    const layout = completeLayout(chart, { nodes, routes: {} }, folding);
    const change = afterMove(chart, layout, "lent.overdue", { x: 500, y: 60 });
    expect(change.nodes["lent"]?.w).toBe(668);
    expect(Object.values(change.routes)).toContain(null);
  });
  it("walks with the arrow keys along transitions", () => {
    const layout = completeLayout(chart, { nodes, routes: {} }, folding);
    expect(neighbour(chart, layout, "draft", "right")).toBe("lent");
    expect(neighbour(chart, layout, "draft", "down")).toBe("gone");
    expect(neighbour(chart, layout, "draft", "left")).toBeNull();
  });
});
