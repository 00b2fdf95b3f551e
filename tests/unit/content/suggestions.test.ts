import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));

it("WMS-35: what is suggested has one wording, on the screen and in the mail", () => {
  const { titles } = read("machines/fulfilment/fulfillment.view.json").detail.suggestion;
  const { messages } = read("rules/fulfilment/suggested-next-action.table.json");
  const sentences = Object.entries(titles).map(([outcome, title]) => [outcome, `${title}.`]);
  expect(messages).toEqual(Object.fromEntries(sentences));
  const { suggested_action } = read("templates/email-routing/shipment-approval-needed.mail.json").vars;
  for (const [, outcome = "", words] of suggested_action.matchAll(/([A-Z_]+): "([^"]+)"/g)) expect([outcome, words]).toEqual([outcome, titles[outcome]]);
  expect(suggested_action).toContain(`APPROVE_SHIPMENT: "${titles.APPROVE_SHIPMENT}"`);
  const { events } = read("machines/fulfilment/purchase-order.machine.json");
  const acts = ["payment.confirm", "po.release", "ship_date.set", "shipment.approve"].map((type) => events[type].title);
  expect(Object.values(titles)).toEqual(expect.arrayContaining(acts));
});
