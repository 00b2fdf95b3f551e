/** The cash order once more with Redis in between: the same effects, delivered by queue workers, each once. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse, recordPayment, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";
import { type TestRedis, testRedis } from "#tests/support/redis.ts";

let redis: TestRedis;
let api: ProductApi;
beforeAll(async () => {
  redis = await testRedis();
  api = await productApi({ REDIS_URL: redis.url });
});

async function signed(deal: string): Promise<void> {
  const owner = api.as("owner.jtr");
  const contracts = await owner.list("/instances?machine=contract&limit=50");
  const { id } = (await owner.get(`/records/deals/${codeOf(deal)}`)).body;
  for (const contract of contracts) {
    const record = (await owner.get(`/records/contracts/${contract.record.id}`)).body;
    if (record.data.deal_id !== id) continue;
    const file = await owner.upload("/files?name=signed.pdf", "application/pdf", "%PDF-1.4 signed");
    await owner.send(contract.id, "contract.signed_received", { file_id: file.body.id, signed_on: "2026-02-02" });
  }
}

async function throughToShipped(order: string, deal: string): Promise<void> {
  const manager = api.as("manager.jtr");
  expect(codesOf(await api.as("owner.jtr").refused(order, "po.release"))).toEqual(["PAYMENT_PENDING"]);
  const entry = await recordPayment(api, order, "4200.00");
  await manager.send(order, "payment.confirm", { ledger_entry_ids: [entry], note: "seen" });
  await confirmByWarehouse(api, order, ["1000"]);
  await signed(deal);
  await manager.send(order, "shipment.approve", { note: "ok" });
  await shipByWarehouse(api, order);
}

const customerMails = async (order: string) =>
  (await api.mails()).filter(({ to, subject }) => to.some((to: string) => to.includes("boreal")) && subject.includes(codeOf(order)));

describe("a cash order behind Redis", () => {
  it("[WMS-31][WMS-34][WMS-63][WMS-72] goes through its gates, tells the warehouse in order and mails its customer once", async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    const order = orders[0] as string;
    await throughToShipped(order, deal);
    await api.drain();
    const emitted = (await api.as("admin.jtr").list("/outbox?limit=200")).filter(({ kind }) => kind === "emit");
    expect(emitted.map(({ key }) => key).reverse()).toEqual([`crm:po:${codeOf(order)}:created:v1`, expect.stringMatching(/^crm:shipment:.*:approved:v1$/u)]);
    expect(await customerMails(order)).toHaveLength(1);
    expect((await api.as("admin.jtr").post("/audit/verify")).body).toMatchObject({ ok: true });
  });

  it("[WMS-63][WMS-72] loses nothing when Redis dies before the mail goes out, and sends it once when it is back", { timeout: 90_000 }, async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    const order = orders[0] as string;
    await redis.kill();
    await throughToShipped(order, deal);
    expect((await api.as("manager.jtr").instance(order)).state.logistics).toBe("shipped");
    await redis.start();
    const until = Date.now() + 60_000;
    while ((await customerMails(order)).length === 0 && Date.now() < until) await new Promise((wake) => setTimeout(wake, 200));
    await api.drain();
    expect(await customerMails(order)).toHaveLength(1);
  });
});
