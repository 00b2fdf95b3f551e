import { describe, expect, it } from "vitest";
import { evaluateAll } from "#engine/core/evaluate.ts";
import { dayIn, startOfDay } from "#engine/core/facts/zone.ts";
import { FeelDate } from "#engine/core/feel/values.ts";
import { createProgram } from "#engine/core/program.ts";
import type { FactBag, FactRequest, RecordState } from "#engine/core/step-types.ts";
import { ada, definitions, NOW, org, stored } from "#tests/support/review-example.ts";

const fact = (key: string, more: object) => stored({ kind: "fact", key: `demo.${key}`, title: key, value: { type: "list" }, ...more });
const program = createProgram([
  ...definitions,
  fact("copies-of", { args: { document: { type: "string" } }, query: { from: "copies", where: { of: { $arg: "document" } } } }),
  fact("fees", {
    value: { type: "decimal", scale: 2 },
    args: { document: { type: "string" } },
    subjects: { documents: { document: "record.id" } },
    lock: '"fees:" + args.document',
    expr: 'coalesce(sum(fact("copies-of", {document: args.document}).fee), 0) + settings.limits.most_pages',
  }),
  fact("circle", { expr: 'fact("circle", {})' }),
  fact("secret", { expr: "record.title" }),
]);
const record: RecordState = {
  id: "d1",
  type: "documents",
  org: "org-1",
  code: "ACMD1",
  version: 1,
  data: { title: "Plan", fee: "10.10", due: "2026-03-01", odd: 1 },
};

function ask(expressions: Record<string, string>, facts: FactBag = {}) {
  return evaluateAll(program, { record, facts, actor: ada, org, now: NOW }, expressions);
}
function value(expression: string, facts: FactBag = {}): unknown {
  const answer = ask({ x: expression }, facts);
  return answer.kind === "values" ? answer.values["x"] : answer.requests.map((request) => request.key);
}
const requests = (expression: string): readonly FactRequest[] => {
  const answer = ask({ x: expression });
  return answer.kind === "needs" ? answer.requests : [];
};

describe("records and settings", () => {
  it("have their schema's types; declared fields that are absent are null, unknown names are unknown", () => {
    expect(value("record.fee + 0.01")).toBe(10.11);
    expect(value('record.due + duration("P1D")')).toBe("2026-03-02");
    expect(value("record.author = null")).toBe(true);
    expect(value("record.colour")).toBeUndefined();
    expect(value("record.code + record.type")).toBe("ACMD1documents");
    expect(value("org.time_zone + actor.name")).toBe("Europe/BerlinAda");
    expect(value("settings.limits.most_pages", { "settings:demo.limits": {} })).toBe(100);
    expect(value("settings.limits.most_pages", { "settings:demo.limits": { $unknown: "down" } })).toBeUndefined();
  });
  it("of others are asked for by canonical keys", () => {
    expect(value('get("documents", "x").fee * 2')).toEqual(["get:documents:x"]);
    expect(value('get("documents", "x").fee * 2', { "get:documents:x": { id: "x", fee: "2.50" } })).toBe(5);
    expect(value('get("documents", null)')).toBeNull();
    expect(value('find all("copies", {of: record.id, number: 1})')).toEqual(['findAll:copies?{"number":1,"of":"d1"}']);
    expect(value('find("copies", {of: record.colour})')).toBeUndefined();
    expect(value('people({role: "editor"})')).toEqual(['people:{"role":"editor"}']);
    expect(value('instance of record("review", record.id).state')).toEqual(["instance:demo.review:d1"]);
  });
});

describe("catalogue facts", () => {
  const rows = { 'fact:demo.copies-of?{"document":"d1"}': [{ fee: "1.10" }, { fee: "2.20" }], "settings:demo.limits": {} };
  it("are computed from rows, other facts and settings, exactly", () => {
    expect(value("fact.fees", rows)).toBe(103.3);
    expect(value('fact("fees", {document: "d1"}) = fact.fees', rows)).toBe(true);
  });
  it("ask for all that they need in one pass, under their lock", () => {
    expect(requests("fact.fees").map(({ key, locks }) => [key, locks])).toEqual([
      ['fact:demo.copies-of?{"document":"d1"}', ["fees:d1"]],
      ["settings:demo.limits", ["fees:d1"]],
    ]);
  });
  it("are unknown where they read themselves, or the instance, or have no subject", () => {
    expect(value('fact("circle", {})')).toBeUndefined();
    expect(value('fact("secret", {})')).toBeUndefined();
    expect(value("fact.copies_of")).toBeUndefined();
  });
});

describe("days of a zone", () => {
  it("follow summer time", () => {
    const day = (text: string, zone: string) => dayIn(zone, Date.parse(text)).day;
    const date = (text: string) => Date.parse(text) / 86_400_000;
    expect(day("2026-02-01T23:30:00Z", "Europe/Berlin")).toBe(date("2026-02-02"));
    expect(day("2026-02-01T23:30:00Z", "UTC")).toBe(date("2026-02-01"));
    expect(day("2026-02-01T02:00:00Z", "America/New_York")).toBe(date("2026-01-31"));
    expect(day("2026-02-01T02:00:00Z", "No/Where")).toBe(date("2026-02-01"));
    const start = (text: string) => new Date(startOfDay("Europe/Berlin", new FeelDate(date(text))).ms).toISOString();
    expect(start("2026-03-29")).toBe("2026-03-28T23:00:00.000Z");
    expect(start("2026-03-30")).toBe("2026-03-29T22:00:00.000Z");
    expect(start("2026-10-26")).toBe("2026-10-25T23:00:00.000Z");
  });
});
