/** What the screens say: values, times, spans, needs. Pure functions, so exact texts. */
import { describe, expect, it } from "vitest";
import { previewLines } from "#app/doors/effect-lines.ts";
import { standingOf, stepsOf } from "#app/doors/path-words.ts";
import type { Program } from "#engine/core/program.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { Explanation } from "#engine/service/instances/explain-event.ts";
import { wayOf } from "#studio/ui/decision-explanation.tsx";
import { describeNeed, describeValue, words } from "#studio/ui/describe-value.ts";
import { formatDecimal } from "#studio/ui/money.tsx";
import { dateText, dayText, momentText, relativeText, spanText } from "#studio/ui/time.ts";

const NOW = Date.parse("2026-02-02T11:20:00.000Z");
const at = (hours: number): number => NOW + hours * 3_600_000;

it("a way through a gate names who can go it, the reader first and as you", () => {
  const way = (...names: string[]) => ({ acts: [{ title: "Confirm the payment", who: names.map((name) => ({ id: name.toLowerCase(), name })) }] }) as never;
  expect(wayOf(way("Ada", "Ben"), {}, "ben").note).toBe("You and Ada can.");
  expect(wayOf(way("Ada", "Ben"), {}, "eve").note).toBe("Ada and Ben can.");
  expect(wayOf(way("Ben"), {}, "ben").note).toBe("You can.");
  expect(wayOf(way("Ada", "Ben", "Cem", "Deniz", "Eve"), {}, "eve").note).toBe("You, Ada, Ben and 2 more can.");
  expect(wayOf(way(), {}, "ben")).toEqual({ title: "Confirm the payment" });
});

it("beside its way an instance tells only where that region is, and the steps behind it stay behind", () => {
  const machine = { path: ["way.asked", "way.lent", "way.back"], config: { states: {} } } as unknown as MachineDefinition;
  const path = ["way.asked", "way.lent", "way.back"].map((state) => ({ state, title: state, current: false, done: false }));
  const view = { state: { paid: "not_needed", way: "lost" }, path, status: "active" as const, timers: [] };
  const phases = (entered: readonly string[]) =>
    stepsOf(machine, view, new Map(entered.map((state) => [state, "2026-02-02T06:00:00Z"]))).map(({ phase }) => phase);
  expect(standingOf(machine, view)).toBe("Lost");
  expect(phases(["way.lent"])).toEqual(["done", "done", "next"]);
  expect(phases([])).toEqual(["next", "next", "next"]);
  expect(standingOf(machine, { ...view, path: path.map((step, index) => ({ ...step, current: index === 1 })) })).toBe("Lent");
});

it("a preview leaves out the codes of what is only about to begin: others will be drawn", () => {
  const effects = [
    { kind: "document", title: "Offer", name: "OF123", number: 1 },
    { kind: "document", title: "Draft", name: "Draft of D1", number: 1 },
    { kind: "mail", subject: "Offer OF123", recipients: ["a@b.example"] },
  ];
  const line = { machine: "x", event: "begin", outcome: "moved", to: "open", decisions: [] };
  const explained = {
    ...{ outcome: "moved", seq: 1, from: "a", to: "b", effects, decisions: [], timers: { arm: [], cancel: [] } },
    cascade: [
      { ...line, key: "offer:OF123", from: null },
      { ...line, key: "draft:D1", from: "open" },
    ],
  } as unknown as Explanation;
  const program = { type: () => null, machine: () => null, contract: () => null } as unknown as Program;
  const machine = { config: { states: {} } } as unknown as MachineDefinition;
  expect(previewLines({ program, machine, explained, now: 0, zone: "UTC", ownKey: "x:1" }).map(({ text }) => text)).toEqual(
    expect.arrayContaining(["Offer is written.", "Draft “Draft of D1” is written.", "Mail to a@b.example: “Offer …”. It cannot be called back."]),
  );
});

describe("figures", () => {
  it("keep every digit and separate thousands", () => {
    expect(formatDecimal("104820.5", 2)).toBe("104,820.50");
    expect(formatDecimal("12345678901234567890.123456")).toBe("12,345,678,901,234,567,890.123456");
    expect(formatDecimal("-1200")).toBe("−1,200");
    expect(formatDecimal("not a number")).toBe("not a number");
  });
});

describe("times, in the org's zone", () => {
  const zone = "Europe/Istanbul";
  it("name the day", () => {
    expect(dayText(at(0), NOW, zone)).toBe("today");
    expect(dayText(at(-66), NOW, zone)).toBe("Fri 30 Jan");
    expect(dayText(at(-24 * 90), NOW, zone)).toBe("Tue 4 Nov 2025");
    expect(momentText(at(24), NOW, zone)).toBe("tomorrow, 14:20");
  });
  it("are relative within a day and a half", () => {
    expect(relativeText(at(-0.001), NOW, zone)).toBe("just now");
    expect(relativeText(at(-2.5), NOW, zone)).toBe("2 h ago");
    expect(relativeText(at(0.2), NOW, zone)).toBe("in 12 m");
    expect(relativeText(at(50), NOW, zone)).toBe("Wed 4 Feb");
  });
  it("count spans in two units", () => {
    expect(spanText(141 * 60_000)).toBe("2 h 21 m");
    expect(spanText(45_000)).toBe("45 s");
    expect(spanText(5 * 86_400_000 + 4 * 3_600_000)).toBe("5 d 4 h");
  });
  it("leave a date without a time alone", () => {
    expect(dateText("2026-02-09")).toBe("Mon 9 Feb 2026");
  });
});

describe("values", () => {
  it("are said, not printed", () => {
    expect(words("credit-position.openCharges")).toBe("Credit position open charges");
    expect(describeValue(null)).toBe("none");
    expect(describeValue(undefined)).toBe("not known");
    expect(describeValue(true)).toBe("yes");
    expect(describeValue("1200.00")).toBe("1,200.00");
    expect(describeValue(["a", "b", "c", "d", "e"])).toBe("a, b, c, d and 1 more");
    expect(describeValue({ $unknown: "not loaded" })).toBe("not known: not loaded");
  });
  it("a condition says what it asks for", () => {
    expect(describeNeed({ op: "greaterThanInclusive", result: true, expected: "100.00" })).toBe("at least 100.00");
    expect(describeNeed({ op: "notIn", result: true, expected: ["x", "y"] })).toBe("none of x, y");
    expect(describeNeed({ op: "equal", result: true, expected: { fact: "limit_amount" } })).toBe("limit amount");
  });
});
