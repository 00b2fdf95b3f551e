/**
 * The real process under keyed sends from 8 clients, killed twice in the middle and started again (reliability
 * P1, P6, P7): what was acknowledged is in the log once, the log has no holes and verifies, what it caused is delivered.
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MailSink, startMailSink } from "#engine/effects/mail-sink.ts";
import { type RealProcess, realProcess } from "#tests/support/real-process.ts";

/** `CHAOS_SENDS=2000` for the long run. */
const SENDS = Number(process.env["CHAOS_SENDS"] ?? 400);
const CLIENTS = 8;
/** Supply requests that several clients write to at once. */
const SHARED = 4;
const KILLS = [0.25, 0.6].map((part) => Math.round(SENDS * part));

let sink: MailSink;
let gatehouse: RealProcess;

beforeAll(async () => {
  sink = await startMailSink(() => new Date().toISOString());
  gatehouse = await realProcess({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` });
  await gatehouse.start();
}, 120_000);
afterAll(() => sink.close());

interface Ack {
  readonly key: string;
  readonly status: number;
  readonly instance: string;
  readonly seq: number;
}

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
let interrupted = 0;

/** Until it is answered: a call that breaks off is repeated, the same in every byte. */
async function insist(account: string, path: string, body: object, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: any }> {
  for (;;) {
    try {
      const answer = await fetch(`${gatehouse.origin}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(account === "" ? {} : { authorization: `Bearer ${gatehouse.keys[account]}` }), ...headers },
        body: JSON.stringify(body),
      });
      const answered = { status: answer.status, body: await answer.json() };
      if (answer.status < 500) return answered;
    } catch {
      // it is down, or went down under the call
    }
    interrupted += 1;
    await pause(100);
  }
}

const acks: Ack[] = [];

async function keyed(account: string, path: string, body: object, key: string): Promise<any> {
  const answer = await insist(account, path, body, { "idempotency-key": key });
  expect([200, 201], `${key}: ${JSON.stringify(answer.body).slice(0, 600)}`).toContain(answer.status);
  acks.push({ key, status: answer.status, instance: answer.body.instance?.id ?? answer.body.id, seq: answer.body.seq });
  return answer.body;
}

/** Supply requests from their creation (with a mail) to their arrival, one after the other, and now and then one that another client writes to. */
async function client(number: number, sends: number, shared: string): Promise<void> {
  const eta = (day: number) => `2027-03-${String(1 + (day % 28)).padStart(2, "0")}`;
  const acts: ((id: string) => [string, object])[] = [
    () => ["supply.ordered", { supplier: "Weaver", eta: eta(1) }],
    ...[2, 3, 4].map((day) => (): [string, object] => ["supply.eta_changed", { eta: eta(day) }]),
    () => ["supply.milestone", { to: "in_transit" }],
    ...[5, 6].map((day) => (): [string, object] => ["supply.eta_changed", { eta: eta(day) }]),
  ];
  let current = "";
  for (let sent = 0; sent < sends; sent++) {
    const key = `client-${number}-${sent}`;
    const turn = sent % (acts.length + 2);
    if (turn === 0) {
      const event = { type: "supply.create", payload: { kind: "import", quality_code: "LINEN-01", qty_m: "10.00", supply_ref: key } };
      current = (await keyed("manager.jtr", "/api/v1/instances", { machine: "supply-request", event }, key)).id;
    } else if (turn === 1) {
      await keyed("manager.jtr", `/api/v1/instances/${shared}/events`, { type: "supply.eta_changed", payload: { eta: eta(number) } }, key);
    } else {
      const [type, payload] = (acts[turn - 2] as (id: string) => [string, object])(current);
      await keyed("manager.jtr", `/api/v1/instances/${current}/events`, { type, payload }, key);
    }
  }
}

/** An order of a credit customer up to its approved shipment. */
async function approvedOrder(customer: string, number: number): Promise<string> {
  const act = async (account: string, path: string, body: object, key: string) => {
    const answer = await insist(account, path, body, { "idempotency-key": `arrange-${number}-${key}` });
    expect(answer.status, JSON.stringify(answer.body).slice(0, 800)).toBeLessThan(300);
    return answer.body;
  };
  const lines = [{ quality_code: "LINEN-01", qty_m: "1", unit_price: "4.20", currency: "USD" }];
  const deal = await act(
    "owner.jtr",
    "/api/v1/instances",
    { machine: "deal", event: { type: "deal.create", payload: { customer_id: customer, currency: "USD", lines } } },
    "deal",
  );
  for (const type of ["deal.submit", "deal.win"]) await act("owner.jtr", `/api/v1/instances/${deal.id}/events`, { type }, type);
  const [order] = await list(`/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.record.id }))}`);
  const confirmed = { lines: [{ line_no: 1, lots: [{ lot: "L", roll: `R-${number}`, meters: "1" }] }] };
  expect((await warehouse("warehouse.confirmed", order.code, `${order.code}.1`, confirmed, 1)).status).toBe(202);
  await act("manager.jtr", `/api/v1/instances/purchase-order:${order.code}/events`, { type: "shipment.approve", payload: {} }, "approve");
  return order.code;
}

async function get(path: string, account = "admin.jtr"): Promise<any> {
  const answer = await fetch(`${gatehouse.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${gatehouse.keys[account]}` } });
  expect(answer.status, path).toBe(200);
  return await answer.json();
}
const list = async (path: string, account = "manager.jtr"): Promise<any[]> => (await get(path, account)).items;

async function warehouse(event: string, code: string, id: string, data: object, sequence?: number): Promise<{ status: number; body: any }> {
  const [entity, action] = event.split(".");
  const envelope = {
    event,
    idempotency_key: `wms:${entity}:${id}:${action}:v1`,
    org_code: "JTR",
    occurred_at: "2026-02-02T06:00:00Z",
    schema_version: "v1",
    subject: { type: "purchase_order", ref: code },
    ...(sequence === undefined ? {} : { sequence }),
    data,
  };
  const text = JSON.stringify(envelope);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = `v1=${createHmac("sha256", "fixture-secret").update(`${timestamp}.${text}`).digest("hex")}`;
  const headers = { "x-gatehouse-key": "wms", "x-gatehouse-timestamp": timestamp, "x-gatehouse-signature": signature };
  return await insist("", "/api/v1/contracts/crm-wms/events", envelope, headers);
}

/** Kills it when so many are acknowledged, leaves it down for a moment, starts it again. */
async function killer(): Promise<void> {
  for (const [round, count] of KILLS.entries()) {
    while (acks.length < count) await pause(5);
    await gatehouse.kill();
    await pause(100 * (round + 1));
    await gatehouse.start();
  }
}

/** Two minutes pass for those who died while they were delivering. */
const outwaitLeases = () => gatehouse.database.sql("update outbox set lease_until = now() - interval '1 second' where status = 'sending'");

async function drained(): Promise<void> {
  await outwaitLeases();
  for (let tries = 0; tries < 600; tries++) {
    const [row] = await gatehouse.database.sql<{ waiting: number }>("select count(*)::int as waiting from outbox where status in ('pending', 'sending')");
    if (row?.waiting === 0) return;
    await pause(100);
  }
  expect(
    await gatehouse.database.sql("select kind, status, attempts, last_error, next_attempt from outbox where status in ('pending', 'sending') limit 5"),
  ).toEqual([]);
}

describe("a process that is killed in the middle", () => {
  it("[WMS-63][WMS-72] loses nothing that it acknowledged, does nothing twice, and goes on where it was", { timeout: 300_000 }, async () => {
    const customer = (await list("/records/customers?q=Fjord"))[0].id;
    for (const { id } of await list("/instances?machine=quality-price&limit=50")) {
      await insist("manager.jtr", `/api/v1/instances/${id}/events`, { type: "price.reconfirm", payload: {} }, { "idempotency-key": `reconfirm-${id}` });
    }
    const orders: string[] = [];
    for (let number = 0; number < 6; number++) orders.push(await approvedOrder(customer, number));
    const shared: string[] = [];
    for (let number = 0; number < SHARED; number++) {
      const event = { type: "supply.create", payload: { kind: "import", quality_code: "LINEN-01", qty_m: "1", supply_ref: `shared-${number}` } };
      shared.push((await keyed("manager.jtr", "/api/v1/instances", { machine: "supply-request", event }, `shared-${number}`)).id);
      await keyed(
        "manager.jtr",
        `/api/v1/instances/${shared[number]}/events`,
        { type: "supply.ordered", payload: { supplier: "Weaver" } },
        `shared-${number}-ordered`,
      );
    }
    const arranged = acks.length;

    const shipping = async () => {
      for (const [index, code] of orders.entries()) {
        while (acks.length < SENDS * (0.18 + index * 0.1)) await pause(5);
        const shipped = { carrier: "DHL", tracking_id: `T-${code}`, shipped_at: "2026-02-02T06:00:00Z" };
        const answer = await warehouse("shipment.shipped", code, code, shipped);
        expect([200, 202], JSON.stringify(answer.body)).toContain(answer.status);
      }
    };
    await Promise.all([
      killer(),
      shipping(),
      ...Array.from({ length: CLIENTS }, (_, number) => client(number, SENDS / CLIENTS, shared[number % SHARED] as string)),
    ]);
    expect(acks).toHaveLength(SENDS + arranged);
    expect(interrupted, "clients met the crashes").toBeGreaterThan(CLIENTS);

    // Every acknowledged event is in the log exactly once, where it was said to be.
    const rows = await gatehouse.database.sql<{ key: string; instance: string; seq: string }>(
      "select event->>'idempotencyKey' as key, instance_id as instance, seq from event_log where event->>'idempotencyKey' like any (array['client-%', 'shared%'])",
    );
    expect(rows).toHaveLength(acks.length);
    const logged = new Map(rows.map((row) => [row.key, row]));
    expect(logged.size).toBe(acks.length);
    const astray = acks.filter(({ key, instance, seq, status }) => {
      const row = logged.get(key);
      return row === undefined || row.instance !== instance || (status === 200 && Number(row.seq) !== seq);
    });
    expect(astray).toEqual([]);

    // No instance has a hole, none has more events than its own count.
    const holes = await gatehouse.database.sql(
      `select i.id, i.key, i.seq, count(e.*)::int as events, max(e.seq)::int as last from instance i join event_log e on e.org_id = i.org_id and e.instance_id = i.id
       group by i.id, i.key, i.seq having count(e.*) <> i.seq or max(e.seq) <> i.seq or count(distinct e.seq) <> count(*)`,
    );
    expect(holes).toEqual([]);
    const verified = await insist("admin.jtr", "/api/v1/audit/verify", {}, {});
    expect(verified.body).toMatchObject({ ok: true });

    // What it caused goes out; customers' mails at most once, the others at least once under one Message-ID.
    await drained();
    await drained();
    const parked = await gatehouse.database.sql(
      "select kind, status, last_error from outbox where status not in ('delivered', 'possibly_sent') and kind = 'mail'",
    );
    expect(parked).toEqual([]);
    const received = sink.list();
    const count = (of: (mail: (typeof received)[number]) => boolean) => received.filter(of).length;
    const unsure = (await list("/mails?limit=200&type=shipped", "admin.jtr")).filter(({ state }) => state === "possibly_sent").length;
    for (const code of orders)
      expect(
        count(({ to, subject, html }) => to.some((address) => address.includes("fjord")) && `${subject}${html}`.includes(code)),
        code,
      ).toBeLessThanOrEqual(1);
    expect(count(({ to }) => to.some((address) => address.includes("fjord"))) + unsure).toBeGreaterThanOrEqual(orders.length);
    const created = acks.filter(({ status, key }) => status === 201 && key.startsWith("client-")).length;
    const ids = new Map<string, Set<string>>();
    for (const { messageId, subject } of received) ids.set(subject, (ids.get(subject) ?? new Set()).add(messageId));
    expect([...ids].filter(([subject, messages]) => /client-/u.test(subject) && messages.size !== 1)).toEqual([]);
    expect([...ids.keys()].filter((subject) => /client-/u.test(subject)).length, [...ids.keys()].slice(0, 5).join(" | ")).toBe(created);
  });
});
