import { describe, expect, it } from "vitest";
import { lintProgram } from "#engine/core/lint/lint.ts";
import type { Problem } from "#engine/core/problem.ts";
import { createProgram } from "#engine/core/program.ts";
import { definitions, published, readiness, review, stored } from "#tests/support/review-example.ts";

type Draft = Record<string, unknown>;
/** The object at a path; the example has it. */
const inside = (value: unknown, ...path: readonly string[]): Draft => path.reduce((each, name) => (each as Draft)[name] as Draft, value as Draft);
const TEXT = ["config", "states", "text", "states"];
const GATE = [...TEXT, "approved", "on", "document.publish", "guard"];

/** Lints the example with these definitions in place of its own. */
function lint(...changed: unknown[]): Problem[] {
  return lintProgram(createProgram([...definitions, ...changed.map(stored)]));
}
const codes = (problems: readonly Problem[]) => problems.filter((each) => each.severity !== "info").map((each) => `${each.code} ${each.path}`);
/** The example machine with a change in its config. */
function machine(change: (draft: unknown) => void): unknown {
  const draft = structuredClone(review) as unknown;
  change(draft);
  return draft;
}
const baseline = new Set(codes(lint()));
const fresh = (...changed: unknown[]) => codes(lint(...changed)).filter((each) => !baseline.has(each));
const at = "/config/states/text/states";

describe("lint", () => {
  it("gives the same list whatever the order of the definitions", () => {
    expect(lintProgram(createProgram([...definitions].reverse()))).toEqual(lint());
  });
  it("finds states that nothing leads to and states that nothing leads out of", () => {
    const changed = lint(machine((draft) => Object.assign(inside(draft, ...TEXT), { lost: {} }))).map((each) => `${each.code} ${each.path}`);
    expect(changed).toContain(`unreachable_state ${at}/lost`);
    expect(changed).toContain(`dead_end_state ${at}/lost`);
  });
  it("finds references that lead nowhere", () => {
    const gate = machine((draft) => Object.assign(inside(draft, ...GATE, "params"), { ruleset: "readyness" }));
    expect(fresh(gate)).toContain(`unknown_reference ${at}/approved/on/document.publish/guard/params`);
    expect(fresh({ ...published, policyTable: "nowhere", machine: "gone" })).toEqual(["unknown_reference /machine", "unknown_reference /policyTable"]);
    expect(fresh({ ...readiness, params: { most_pages: { type: "integer", default: 1, setting: "demo.limits/least_pages" } } })).toEqual([
      "unknown_reference /params/most_pages/setting",
    ]);
    expect(fresh({ ...review, record: "papers" })).toContain("unknown_reference /record");
    const type = { kind: "type", key: "demo.notes", title: "Note", scope: "org", permissions: {}, schema: { type: "object", properties: { text: {} } } };
    expect(fresh({ ...type, summary: ["text"], show: ["text", "txt"] })).toEqual(["unknown_reference /show/1"]);
  });
  it("finds permissions that no access definition lists", () => {
    const access = { kind: "access", key: "demo.access", title: "Access", permissions: { "document.approve": "", "settings.edit": "" }, roles: {}, levels: {} };
    expect(fresh(access).every((each) => each.startsWith("unknown_permission"))).toBe(true);
    expect(fresh(access)).toContain(`unknown_permission ${at}/approved/on/document.publish/guard/params/override/permission`);
  });
  it("finds names in FEEL that mean nothing where they stand", () => {
    const withWhen = (expr: string) => machine((draft) => Object.assign(inside(draft, ...TEXT, "draft", "on", "review.request", "guard", "params"), { expr }));
    for (const expr of [
      "record.titel != null",
      "fact.comments > 0",
      "decision.ready.outcome",
      "settings.limit.x = 1",
      "settings.limits.least = 1",
      "recrod.title",
      'fact("comments", {}) > 1',
      'get("papers", "x") = null',
    ]) {
      expect(fresh(withWhen(expr)), expr).toEqual([`unknown_name ${at}/draft/on/review.request/guard`]);
    }
    expect(fresh(withWhen('record.pages > settings.limits.most_pages and fact.open_comments = 0 and decision.readiness.outcome = "pass"'))).toEqual([]);
    expect(fresh(withWhen("record. >"))).toEqual([expect.stringContaining("does_not_compile /config")]);
  });
  it("finds facts and decisions that need themselves, at once or by way of others", () => {
    const fact = (key: string, expr: string) => ({ kind: "fact", key: `demo.${key}`, title: key, value: { type: "integer" }, expr });
    expect(fresh(fact("own", "fact.own + 1"))).toEqual(["definition_cycle /expr"]);
    expect(fresh(fact("one", 'fact("two") + 1'), fact("two", "fact.three"), fact("three", "fact.one"))).toEqual(Array(3).fill("definition_cycle /expr"));
    const inputs = { ...readiness.inputs, pages: { type: "integer", from: "fact.asked" } };
    const asked = lint({ ...readiness, inputs }, fact("asked", "count(decision.readiness.reasons)")).filter(({ code }) => code === "definition_cycle");
    expect(asked.map(({ message }) => message)).toEqual([
      'It needs itself: "demo.asked" needs "demo.readiness" needs "demo.asked"',
      'It needs itself: "demo.readiness" needs "demo.asked" needs "demo.readiness"',
    ]);
    expect(fresh(fact("chain", "fact.link"), fact("link", "fact.open_comments"))).toEqual([]);
    expect(fresh(fact("countdown", 'if args.n > 0 then fact("countdown", {n: args.n - 1}) else 0'))).toEqual([]);
  });
  it("finds transitions that are never taken and circles of `always`", () => {
    const shadowed = machine((draft) => Object.assign(inside(draft, ...TEXT, "review", "on"), { "review.reject": [{ target: "draft" }, { target: "late" }] }));
    expect(fresh(shadowed)).toEqual([`transition_never_taken ${at}/review/on/review.reject/1`]);
    const circle = machine((draft) => {
      Object.assign(inside(draft, ...TEXT, "draft"), { always: { target: "late" } });
      Object.assign(inside(draft, ...TEXT, "late"), { always: { target: "draft" } });
    });
    expect(fresh(circle)).toEqual([`always_cycle ${at}/draft/always`]);
  });
  it("finds events that are declared for nothing, or not declared", () => {
    expect(baseline).toContain("event_unused /events/comment.close");
    const undeclared = machine((draft) => Object.assign(inside(draft, ...TEXT, "draft", "on"), { "draft.drop": "published" }));
    expect(fresh(undeclared)).toEqual(["event_undeclared /events"]);
  });
  it("finds gates without an override, unsupplied inputs and unknown outputs", () => {
    const { override: _, ...bare } = inside(review, ...GATE, "params");
    const gate = (params: object) => machine((draft) => Object.assign(inside(draft, ...GATE), { params: { ...bare, ...params } }));
    expect(lint(gate({})).some((each) => each.code === "gate_without_override")).toBe(true);
    expect(fresh(gate({ expect: { colour: "red" }, bind: { size: "1" } }))).toContain(
      `unknown_input ${at}/approved/on/document.publish/guard/params/bind/size`,
    );
    expect(fresh({ ...readiness, inputs: { ...readiness.inputs, pages: { type: "integer" } } })).toContain(
      `missing_input ${at}/approved/on/document.publish/guard/params`,
    );
  });
  it("finds named actions that nothing names, and says what is wrong in one once, at its place", () => {
    const note = (text: string) => ({ type: "note", params: { text } });
    const using = (actions: object) =>
      machine((draft) => {
        Object.assign(draft as Draft, { actions });
        for (const state of ["draft", "approved"]) Object.assign(inside(draft, ...TEXT, state), { exit: ["told"] });
      });
    expect(fresh(using({ told: [note("x")] }))).toEqual([]);
    expect(fresh(using({ told: [note("x")], never: [note("x")] }))).toEqual(["action_unused /actions/never"]);
    expect(fresh(using({ told: [note("{recrod.title}")] }))).toEqual(["unknown_name /actions/told/0"]);
    expect(fresh(using({}))).toEqual([expect.stringContaining("does_not_compile /config")]);
  });
  it("finds delays that nothing waits for, and refuses those that are not defined", () => {
    expect(fresh({ ...review, delays: { ...review.delays, never: '"PT1H"' } })).toEqual(["delay_unused /delays/never"]);
    expect(fresh({ ...review, delays: {} })).toEqual([expect.stringContaining("does_not_compile /config")]);
  });
  it("finds template variables that nobody fills", () => {
    expect(fresh({ ...published, templates: { ...published.templates, text: "{{title}} {{autor}}" } })).toEqual(["template_variable_unfilled /templates/text"]);
    expect(fresh({ ...published, templates: { ...published.templates, text: "{{{title}}}" } })).toEqual([
      expect.stringContaining("does_not_compile /templates/text"),
    ]);
  });
  it("finds FEEL that does not parse in texts that are compiled late", () => {
    expect(fresh({ ...readiness, inputs: { ...readiness.inputs, pages: { type: "integer", from: "record.pages +" } } })).toContain(
      "feel_syntax /inputs/pages/from",
    );
  });
  it("refuses machines and definitions that are too large, at once", () => {
    const states = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`s${i}`, {}]));
    const start = performance.now();
    expect(fresh({ ...review, config: { id: "review", initial: "s0", states } })[0]).toContain("does_not_compile /config");
    expect(fresh({ ...review, description: "x".repeat(600_000) })[0]).toContain("definition_too_large");
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
