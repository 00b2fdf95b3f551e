/** The warehouse tells again what it told before, under another key: nothing happens twice, and nobody is accused. */
import { beforeAll, expect, it } from "vitest";
import { codeOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

it("[WMS-72][WMS-63] shipped once more under another key, after it was approved and shipped, is out of place: no task says that nobody approved it", async () => {
  const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "7" }] });
  const order = orders[0] as string;
  const code = codeOf(order);
  await confirmByWarehouse(api, order, ["7"]);
  const manager = api.as("manager.jtr");
  await manager.send(order, "shipment.approve");
  const about = { subject: { type: "purchase_order", ref: code }, data: { carrier: "Aras", tracking_id: "T7", shipped_at: "2026-02-02T09:00:00+03:00" } };
  expect((await api.wms("shipment.shipped", { id: code, ...about })).status).toBe(202);
  const again = () => api.wms("shipment.shipped", { id: `${code}.9`, sequence: 9, ...about });
  const shipped = await again();
  expect([shipped.status, shipped.body.code], shipped.text.slice(0, 1000)).toEqual([409, "event_not_allowed"]);
  const delivered = { subject: about.subject, data: { delivered_at: "2026-02-02T09:00:00+03:00" } };
  expect((await api.wms("shipment.delivered", { id: code, ...delivered })).status).toBe(202);
  expect((await again()).body.code).toBe("event_not_allowed");
  const tasks = (await manager.list("/tasks?limit=200")).filter(({ kind }) => kind === "shipped_without_approval");
  expect(JSON.stringify(tasks)).not.toContain(code);
  expect((await api.mails()).filter(({ subject }) => subject.includes(code)).map(({ subject }) => subject)).toHaveLength(3);
  const told = await api.as("admin.jtr").list(`/contracts/crm-wms/receipts?key=${encodeURIComponent(`wms:shipment:${code}.9:shipped:v1`)}`);
  expect(told.map(({ result, cause, sequence }) => [result, cause, sequence])).toEqual([
    ["rejected", "EVENT_NOT_ALLOWED", 9],
    ["rejected", "EVENT_NOT_ALLOWED", 9],
  ]);
});
