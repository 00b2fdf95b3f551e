import { expect, it } from "vitest";
import { formatCell } from "#app/doors/cells.ts";

it("a badge begins with a capital, whatever its value is", () => {
  const texts = [true, false, "in_production", { logistics: "shipped" }].map((value) => formatCell("badge", value));
  expect(texts).toMatchObject([{ text: "Yes" }, { text: "No" }, { text: "In production" }, { text: "Shipped" }]);
});
