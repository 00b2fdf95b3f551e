import { expect, it } from "vitest";
import { columnWidths, fittingColumns, leastWidth } from "#studio/ui/fitting-columns.ts";

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

it("in a narrow list each column gives of its width down to its least, and nothing moves when scripts run: the widths are CSS", () => {
  const columns = [{ width: 148, least: 116 }, { least: 92 }, { width: 64 }];
  expect(leastWidth(columns, false)).toBe(116 + 92 + 64 + 32);
  expect(columnWidths(columns, false)).toEqual(["clamp(132px, calc(132px + 0.3810 * (100cqw - 304px)), 164px)", undefined, 80]);
  expect(columnWidths(columns, true)).toEqual(["clamp(116px, calc(116px + 0.3810 * (100cqw - 356px)), 148px)", undefined, 80]);
});
