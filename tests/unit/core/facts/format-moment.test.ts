import { expect, it } from "vitest";
import { evaluateAll } from "#engine/core/evaluate.ts";
import { inputOf, program } from "#tests/support/review-example.ts";

it("formats a moment by the clocks of the org", () => {
  const { actor, org, now } = inputOf("x");
  const at = (timeZone: string, text: string) =>
    evaluateAll(program, { record: null, facts: {}, actor, org: { ...org, timeZone }, now }, { at: `format moment(${text})` });
  const summer = 'date and time("2026-07-02T22:30:00Z")';
  expect(at("Europe/Istanbul", summer)).toMatchObject({ values: { at: "2026-07-03 01:30" } });
  expect(at("UTC", summer)).toMatchObject({ values: { at: "2026-07-02 22:30" } });
  expect(at("Europe/Berlin", 'date and time("2026-01-02T22:30:00+03:00")')).toMatchObject({ values: { at: "2026-01-02 20:30" } });
  expect(at("UTC", "null")).toMatchObject({ values: { at: null } });
});

it("an instant's day is that of the org's clocks, whatever zone the instant is written in", () => {
  const { actor, org, now } = inputOf("x");
  const day = (text: string, timeZone: string) => {
    const result = evaluateAll(program, { record: null, facts: {}, actor, org: { ...org, timeZone }, now }, { at: `string(day of(${text}))` });
    return result.kind === "values" ? result.values.at : result;
  };
  const late = 'date and time("2026-02-01T22:30:00Z")';
  expect(day(late, "Europe/Istanbul")).toBe("2026-02-02");
  expect(day('date and time("2026-02-02T01:30:00+03:00")', "Europe/Istanbul")).toBe("2026-02-02");
  expect(day(late, "UTC")).toBe("2026-02-01");
  expect(day(late, "America/New_York")).toBe("2026-02-01");
  expect(day("null", "UTC")).toBeNull();
});
