/** What staff is told of goods on their way: when they come near, once for each date, in words that fit the date. */
import { expect, it } from "vitest";
import { productApi } from "#tests/support/product-api.ts";

it("[WMS-70] an arrival is told once when it comes near, for each date that it is given; one that is past is not said to come", async () => {
  const api = await productApi();
  const manager = api.as("manager.jtr");
  const created = await manager.post("/instances", {
    machine: "supply-request",
    event: { type: "supply.create", payload: { kind: "import", quality_code: "LINEN-01", qty_m: "500" } },
  });
  expect(created.status, created.text.slice(0, 500)).toBe(201);
  await manager.send(created.body.key, "supply.ordered", { supplier: "Mill", eta: "2026-03-20" });
  const ref = created.body.record.code;
  let sequence = 0;
  /** The mails that a new date brings. */
  const moved = async (eta: string) => {
    const before = await told();
    sequence += 1;
    const sent = await api.wms("supply.eta_changed", { id: `${ref}.${sequence}`, subject: { type: "supply_request", ref }, sequence, data: { eta } });
    expect(sent.status, sent.text).toBe(202);
    return (await told()).slice(before.length);
  };
  const told = async () => (await api.mails()).filter(({ text }) => text.includes(ref)).filter(({ subject }) => /arrives|due/u.test(subject));
  expect(await moved("2026-02-10"), "eight days").toEqual([]);
  for (const [eta, subject, days] of [
    ["2026-02-09", "LINEN-01 arrives in 7 days", "Days left: 7"],
    ["2026-02-03", "LINEN-01 arrives in 1 day", "Days left: 1"],
    ["2026-02-02", "LINEN-01 arrives today", "Days left: 0"],
    ["2026-01-30", "LINEN-01 was due 3 days ago", null],
  ] as const) {
    const [mail, ...more] = await moved(eta);
    expect(more).toEqual([]);
    expect(mail?.subject).toBe(subject);
    for (const part of [mail.text, mail.html]) expect(part).toContain(subject);
    expect(/Days left: .*/u.exec(mail.text)?.[0] ?? null).toBe(days);
    expect(mail.html.includes("Days left")).toBe(days !== null);
    expect(await moved(eta), "the same date again").toEqual([]);
  }
});
