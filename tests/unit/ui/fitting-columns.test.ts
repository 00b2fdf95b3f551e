import { expect, it } from "vitest";
import { fittingColumns } from "#studio/ui/fitting-columns.ts";

it("columns give way from the last on beside a panel until the others fit, but for the first two", () => {
  const columns = [{ id: "code", width: 150 }, { id: "customer" }, { id: "total", width: 130 }, { id: "owner" }];
  const fitting = (room: number | null, hasPick = false) => fittingColumns(columns, hasPick, room).map(({ id }) => id);
  expect(fitting(null)).toEqual(["code", "customer", "total", "owner"]);
  expect(fitting(600)).toEqual(["code", "customer", "total", "owner"]);
  expect(fitting(600, true)).toEqual(["code", "customer", "total"]);
  expect(fitting(456)).toEqual(["code", "customer", "total"]);
  expect(fitting(455)).toEqual(["code", "customer"]);
  expect(fitting(100)).toEqual(["code", "customer"]);
});
