import { expect, it } from "vitest";
import { bulkTones } from "#app/screens/lists/bulk-tone.ts";

it("one act of a bulk bar is the primary one: what is called so, else the first; none while its form is open", () => {
  const acts = [{ type: "hold" }, { type: "approve", tone: "primary" }, { type: "send", tone: "primary" }, { type: "cancel", tone: "danger" }];
  expect([...bulkTones(acts, false)]).toEqual([
    ["hold", "default"],
    ["approve", "primary"],
    ["send", "default"],
    ["cancel", "danger"],
  ]);
  expect([...bulkTones([{ type: "hold" }, { type: "wait", tone: null }], false).values()]).toEqual(["primary", "default"]);
  expect([...bulkTones([{ type: "cancel", tone: "danger" }], false).values()]).toEqual(["danger"]);
  expect([...bulkTones(acts, true).values()]).toEqual(["default", "default", "default", "danger"]);
});
