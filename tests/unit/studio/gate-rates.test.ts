import { expect, it } from "vitest";
import type { ChartTransition } from "#studio/canvas/chart.ts";
import { rateText } from "#studio/canvas/gate-rates.ts";

const asking = (...asks: string[]) => ({ guard: { gates: asks.map((each) => ({ asks: each })) } }) as unknown as Pick<ChartTransition, "guard">;
const rates = { credit: { open: 5, blocked: 8, overridden: 0 }, paid: { open: 9, blocked: 0, overridden: 1 }, idle: { open: 0, blocked: 0, overridden: 0 } };

it("tells the share of openings of the gate that opens least often; nothing of gates that were not asked", () => {
  expect(rateText(asking("credit"), rates)).toBe("38 %");
  expect(rateText(asking("paid", "credit"), rates)).toBe("38 %");
  expect(rateText(asking("paid"), rates)).toBe("90 %");
  expect(rateText(asking("idle"), rates)).toBeNull();
  expect(rateText(asking("constructor"), rates)).toBeNull();
  expect(rateText(asking(), rates)).toBeNull();
});
