/** The warehouse's events over HTTP, as a warehouse sends them: malformed, unknown, unsigned, late, twice, at once, shuffled. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { EVENTS, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";
import { signingClient } from "#tests/support/signing-client.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
  await signingClient(api, { id: "wms-jtr", org: "JTR", secret: "jtr-only-secret" });
});

const item = (more: object = {}) => ({ owner_org: "JTR", quality_code: "LINEN-01", on_hand_m: "900.00", reserved_m: "0.00", available_m: "900.00", ...more });
const stock = (id: string, sequence: number, more: object = {}) =>
  api.envelope("stock.changed", { id, subject: { type: "stock", ref: "LINEN-01" }, data: { transaction_batch_id: id, items: [item({ sequence, ...more })] } });
const post = (envelope: object, options?: Parameters<ProductApi["signed"]>[2]) => api.signed(EVENTS, JSON.stringify(envelope), options);
const receipts = (query = "") => api.as("admin.jtr").list(`/contracts/crm-wms/receipts?limit=200${query}`);
const cache = async () => (await api.as("manager.jtr").get("/records/stock-by-quality-cache?limit=200")).text;
const linen = async () =>
  (await api.as("manager.jtr").list("/records/stock-by-quality-cache?limit=200"))
    .map(({ data }) => data)
    .find(({ owner_org, sequence }) => owner_org === "JTR" && sequence !== null);

describe("refusals", () => {
  it("[WMS-82] a key that is not of five segments is refused with 400 before anything is written but its receipt", async () => {
    const before = await cache();
    const keys = [
      "wms:stock:TB1:changed",
      "wms:stock:TB:1:changed:v1",
      "WMS:stock:TB1:changed:v1",
      "wms:stock::changed:v1",
      "wms:stock:TB1:changed:1",
      "wms:stock:TB 1:changed:v1",
    ];
    for (const key of keys) {
      const answer = await post({ ...stock("TB1", 1), idempotency_key: key });
      expect([key, answer.status, answer.body.code]).toEqual([key, 400, "idempotency_key_malformed"]);
    }
    expect(await cache()).toBe(before);
    const written = await receipts("&result=rejected");
    expect(written.map(({ cause }) => cause)).toEqual(keys.map(() => "IDEMPOTENCY_KEY_MALFORMED"));
    for (const account of ["manager.jtr", "owner.jtr"]) expect((await api.as(account).list("/instances?machine=purchase-order")).length).toBe(0);
  });

  it("[WMS-82] a key of another event, another sender or another version does not match; an unknown event is unknown", async () => {
    const before = await cache();
    const refused = async (more: object) => {
      const { status, body } = await post({ ...stock("TB1", 1), ...more });
      return [status, body.code];
    };
    expect(await refused({ idempotency_key: "wms:order:TB1:changed:v1" })).toEqual([400, "idempotency_key_mismatch"]);
    expect(await refused({ idempotency_key: "wms:stock:TB1:consumed:v1" })).toEqual([400, "idempotency_key_mismatch"]);
    expect(await refused({ idempotency_key: "crm:stock:TB1:changed:v1" })).toEqual([400, "idempotency_key_mismatch"]);
    expect(await refused({ idempotency_key: "wms:stock:TB1:changed:v2" })).toEqual([400, "idempotency_key_mismatch"]);
    expect(await refused({ event: "stock.exploded", idempotency_key: "wms:stock:TB1:exploded:v1" })).toEqual([400, "event_unknown"]);
    expect(await refused({ event: "po.created", idempotency_key: "crm:po:TB1:created:v1" })).toEqual([400, "event_unknown"]);
    expect(await refused({ event: "constructor", idempotency_key: "wms:stock:TB1:changed:v1" })).toEqual([400, "event_unknown"]);
    expect(await refused({ data: { transaction_batch_id: "TB1", items: [] } })).toEqual([422, "payload_invalid"]);
    expect(await refused({ data: { transaction_batch_id: "TB1", items: [item({ colour: "red" })] } })).toEqual([422, "payload_invalid"]);
    expect(await cache()).toBe(before);
  });

  it("[WMS-82] a wrong signature, a foreign client and 301 seconds of skew are refused with 401, and leave nothing at all", async () => {
    const before = [await cache(), (await receipts()).length];
    const code = async (options: Parameters<ProductApi["signed"]>[2]) => {
      const { status, body } = await post(stock("TB1", 1), options);
      return [status, body.code];
    };
    expect(await code({ secret: "wrong" })).toEqual([401, "signature_invalid"]);
    expect(await code({ client: "nobody" })).toEqual([401, "key_unknown"]);
    expect(await code({ skew: -301 })).toEqual([401, "timestamp_skew"]);
    expect(await code({ skew: 301 })).toEqual([401, "timestamp_skew"]);
    expect((await post(stock("TB-300", 1), { skew: -300 })).status).toBe(202);
    expect([await cache(), (await receipts()).length]).not.toEqual(before);
    expect((await receipts()).length).toBe((before[1] as number) + 1);
  });

  it("[WMS-01][WMS-82] a client of JTR alone learns nothing of MOD: an event for it is the 404 of an order that nobody has", async () => {
    const jtrOnly = { client: "wms-jtr", secret: "jtr-only-secret" };
    const { codes } = await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "10", unit_price: "5.00", stock_owner_org: "MOD" }] });
    const tracking = (org: string, code: string) =>
      api.envelope("shipment.tracking_changed", {
        org,
        id: `${code}.9`,
        sequence: 9,
        subject: { type: "purchase_order", ref: code },
        data: { carrier: "DHL", tracking_id: "X" },
      });
    const normal = (text: string) => text.replace(/urn:request:[^"]*/u, "urn:request:x");
    const foreign = await post(tracking("MOD", codes[0] as string), jtrOnly);
    const unknown = await post(tracking("JTR", "JTRPOZZZZZZZZ"), jtrOnly);
    const invented = await post(tracking("XXX", codes[0] as string), jtrOnly);
    const crossed = await post(tracking("JTR", codes[0] as string), jtrOnly);
    for (const answer of [foreign, unknown, invented, crossed]) expect([answer.status, normal(answer.text)]).toEqual([404, normal(unknown.text)]);
    expect(foreign.headers["content-type"]).toBe(unknown.headers["content-type"]);
    expect((await api.as("admin.mod").list("/contracts/crm-wms/receipts?limit=200")).filter(({ source }) => source === "wms-jtr")).toEqual([]);
  });
});

describe("exactly once, in order", () => {
  it("[WMS-72][WMS-81] the same event five times at once is accepted once and four times a duplicate; another body under its key is 409", async () => {
    const envelope = stock("TB-FIVE", 50);
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(envelope)));
    expect(answers.map(({ status, body }) => `${status} ${body.result}`).sort()).toEqual([...Array(4).fill("200 duplicate"), "202 accepted"]);
    expect(new Set(answers.map(({ body }) => body.eventId)).size).toBe(1);
    expect(await linen()).toMatchObject({ on_hand_m: "900.00", available_m: "900.00", sequence: 50 });
    const reused = await post(stock("TB-FIVE", 50, { on_hand_m: "1.00" }));
    expect([reused.status, reused.body.code]).toEqual([409, "idempotency_key_reused"]);
    expect(await linen()).toMatchObject({ on_hand_m: "900.00", sequence: 50 });
    const rows = await receipts(`&key=${encodeURIComponent(envelope.idempotency_key)}`);
    expect(rows.map(({ result, cause }) => `${result} ${cause}`).sort()).toEqual([
      "accepted null",
      ...Array(4).fill("duplicate DUPLICATE"),
      "rejected IDEMPOTENCY_KEY_REUSED",
    ]);
  });

  it("[WMS-83] sequence 57, then 55: the older is ignored as stale; of a mixed event only the newer item is applied", async () => {
    expect((await post(stock("TB-57", 57, { available_m: "570.00" }))).status).toBe(202);
    const late = await post(stock("TB-55", 55, { available_m: "550.00" }));
    expect([late.status, late.body.result, late.body.code]).toEqual([200, "stale_ignored", "out_of_order"]);
    expect(await linen()).toMatchObject({ available_m: "570.00", sequence: 57 });
    const mixed = stock("TB-MIX", 56, { available_m: "560.00" });
    mixed.data.items.push({ ...item({ quality_code: "VELVET-02", available_m: "222.00", sequence: 1 }) });
    expect((await post(mixed)).status).toBe(202);
    expect(await linen()).toMatchObject({ available_m: "570.00", sequence: 57 });
    expect((await api.as("manager.jtr").list("/records/stock-by-quality-cache?limit=200")).map(({ data }) => data.available_m)).toContain("222.00");
  });

  it("[WMS-47][WMS-48][WMS-83] po.sent_back without a check is refused naming the line; the same key is accepted after the check", async () => {
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "100" }, { qty_m: "50" }] });
    const order = orders[0] as string;
    const code = codeOf(order);
    const check = (line: number, sequence: number) =>
      post(
        api.envelope("central_stock_check.completed", {
          id: `${code}-${line}.${sequence}`,
          sequence,
          subject: { type: "central_stock_check", ref: `${code}-${line}` },
          data: { po_code: code, line_no: line, checked_at: "2026-02-02T09:00:00+03:00", checked_by: "Ayse", result: "not_found" },
        }),
      );
    const sentBack = api.envelope("po.sent_back", {
      id: `${code}.4`,
      sequence: 4,
      subject: { type: "purchase_order", ref: code },
      data: { reason: "no_on_hand", lines: [{ line_no: 1 }, { line_no: 2 }] },
    });
    expect((await check(1, 1)).status).toBe(202);
    const refused = await post(sentBack);
    expect([refused.status, refused.body.code, refused.body.missing]).toEqual([422, "abra_check_missing", [2]]);
    const before = await api.as("manager.jtr").instance(order);
    expect(before.state.logistics).toEqual({ released_to_wms: "queued" });
    expect((await check(2, 1)).status).toBe(202);
    const accepted = await post(sentBack);
    expect([accepted.status, accepted.body.result], accepted.text).toEqual([202, "accepted"]);
    expect((await api.as("manager.jtr").instance(order)).state.logistics).toBe("shortage_open");
    expect((await api.as("manager.jtr").list(`/instances?machine=shortage-decision&state=open`)).length).toBe(2);
    const rows = await receipts(`&key=${encodeURIComponent(sentBack.idempotency_key)}`);
    expect(rows.map(({ result, cause }) => `${result} ${cause}`).sort()).toEqual(["accepted null", "rejected ABRA_CHECK_MISSING"]);
  });

  it("[WMS-72][WMS-30] shipped before its approval is refused: the order stays as it is, the log tells it and a manager gets a task (D-06)", async () => {
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const order = orders[0] as string;
    const code = codeOf(order);
    await confirmByWarehouse(api, order, ["10"]);
    const manager = api.as("manager.jtr");
    const before = await manager.instance(order);
    const shipped = api.envelope("shipment.shipped", {
      id: code,
      subject: { type: "purchase_order", ref: code },
      data: { carrier: "DHL", tracking_id: "T1", shipped_at: "2026-02-02T09:00:00+03:00" },
    });
    const refused = await post(shipped);
    expect([refused.status, refused.body.code], refused.text).toEqual([409, "gate_closed"]);
    expect(codesOf(refused.body), refused.text.slice(0, 1500)).toEqual(["SHIPMENT_NOT_APPROVED"]);
    const after = await manager.instance(order);
    expect([after.state, after.seq]).toEqual([before.state, before.seq]);
    const tasks = (await manager.list("/tasks?limit=200")).filter(({ kind }) => kind === "shipped_without_approval");
    expect(tasks).toHaveLength(1);
    expect(JSON.stringify(tasks), "the task names its order").toContain(code);
    const audit = await api.as("admin.jtr").list(`/audit?action=contract_event_refused&limit=200`);
    expect(audit.filter((entry) => JSON.stringify(entry).includes(code))).toHaveLength(1);
    // Repeated by the sender: refused again, and still one task for one cause.
    expect((await post(shipped)).status).toBe(409);
    expect((await manager.list("/tasks?limit=200")).filter(({ kind }) => kind === "shipped_without_approval")).toHaveLength(1);
    await manager.send(order, "shipment.approve", { note: "late" });
    expect((await post(shipped)).status, "the key was not consumed").toBe(202);
    expect((await api.mails()).filter(({ html }) => html.includes(code) && html.includes("T1"))).toHaveLength(1);
  });
});

describe("stock of a quality that the org has no price of", () => {
  const told = (id: string, org: string, ...items: object[]) =>
    post(
      api.envelope("stock.changed", {
        org,
        id,
        subject: { type: "stock", ref: "HEMP-09" },
        data: { transaction_batch_id: id, items: items.map((more) => item(more)) },
      }),
    );
  const hemp = (more: object) => ({ quality_code: "HEMP-09", ...more });
  const shown = async (tab: string, account = "pricing.jtr") =>
    (await api.as(account).get(`/reports/pricing?tab=${tab}`)).body.tab.rows
      .filter(({ cells }: { cells: { quality: string } }) => cells.quality === "HEMP-09")
      .map(({ cells }: { cells: { hand: string } }) => cells.hand);
  const codesListed = async (account: string) => (await api.as(account).list("/records/qualities?q=HEMP")).map(({ code }) => code);

  it("[WMS-81][WMS-12][WMS-22] is taken and missed a price; a price that comes later sees it, in whatever currency; another org learns nothing", async () => {
    expect((await api.as("pricing.jtr").post("/records/qualities", { code: "HEMP-09", name: "Hemp" })).status).toBe(201);
    const unknown = await told("TB-H0", "JTR", hemp({}), { quality_code: "NOPE-1" });
    expect([unknown.status, unknown.body.errors.map(({ path }: { path: string }) => path)]).toEqual([422, ["/data/items/1/quality_code"]]);
    expect(await shown("missing")).toEqual([]);
    const first = [hemp({ on_hand_m: "120.00", sequence: 1 }), hemp({ owner_org: "MOD", on_hand_m: "30.00", sequence: 1 })];
    const answers = await Promise.all([told("TB-H1", "JTR", ...first), told("TB-H2", "JTR", hemp({ on_hand_m: "130.00", sequence: 2 }))]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(await shown("missing")).toEqual(["160.00"]);
    expect([await codesListed("owner.jtr"), await codesListed("admin.mod")]).toEqual([[], []]);

    const [quality] = await api.as("pricing.jtr").list("/records/qualities?q=HEMP");
    const [open] = await api.as("pricing.jtr").list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ quality_id: quality.id }))}`);
    await api.as("pricing.jtr").send(`quality-price:${open.id}`, "price.set", { list_price: "2.50", currency: "EUR" });
    expect((await api.as("pricing.jtr").instance(`quality-price:${open.id}`)).record.data).toMatchObject({ currency: "EUR", on_hand_m: "160.00" });
    expect([await shown("missing"), await codesListed("owner.jtr")]).toEqual([[], ["HEMP-09"]]);
    const dollars = { quality_code: "HEMP-09", list_price: "2.80", currency: "USD" };
    const second = await api.as("pricing.jtr").post("/instances", { machine: "quality-price", event: { type: "price.set", payload: dollars } });
    expect([second.status, second.body.record?.data.on_hand_m], second.text).toEqual([201, "160.00"]);

    expect((await told("TB-H3", "MOD", hemp({ owner_org: "MOD", on_hand_m: "30.00" }))).status).toBe(202);
    expect(await codesListed("admin.mod")).toEqual(["HEMP-09"]);
    expect(await shown("missing", "admin.mod")).toEqual(["30.00"]);
  });

  it("[WMS-22][WMS-81] may be priced by who made it before any stock is told: the price sees the stock that comes; nobody else sees the quality before", async () => {
    const pricing = api.as("pricing.jtr");
    expect((await pricing.post("/records/qualities", { code: "FLAX-08", name: "Flax" })).status).toBe(201);
    const sees = async (code = "FLAX-08") =>
      await Promise.all(["pricing.jtr", "owner.jtr", "admin.mod"].map(async (account) => (await api.as(account).get(`/records/qualities/${code}`)).status));
    expect(await sees()).toEqual([200, 404, 404]);
    const header = (await pricing.get("/records/qualities/import/template.csv")).text.split("\r\n")[0] ?? "";
    const row = header.split(",").map((name) => ({ code: "RAMIE-07", name: "Ramie" })[name.replace("\uFEFF", "")] ?? "");
    const file = await pricing.upload("/records/qualities/import?atomic=true", "text/csv", `${header}\r\n${row.join(",")}`);
    expect([file.status, file.body.created], file.text).toEqual([200, 1]);
    expect(await sees("RAMIE-07")).toEqual([200, 404, 404]);
    const payload = { quality_code: "FLAX-08", list_price: "2.00", currency: "USD" };
    const priced = await pricing.post("/instances", { machine: "quality-price", event: { type: "price.set", payload } });
    expect([priced.status, priced.body.record?.data.on_hand_m], priced.text).toEqual([201, "0.00"]);
    expect((await told("TB-F1", "JTR", { quality_code: "FLAX-08", on_hand_m: "20.00" })).status).toBe(202);
    expect((await pricing.instance(priced.body.key)).record.data).toMatchObject({ on_hand_m: "20.00", list_price: "2.0000" });
    expect(await sees()).toEqual([200, 200, 404]);
  });
});

describe("a storm", () => {
  const QUALITIES = ["LINEN-01", "VELVET-02", "SATIN-03"];
  const OWNERS = ["JTR", "MOD"];
  const EVENTS_SENT = 1000;

  /** Numbers from a seed: the same storm on every run. */
  function dice(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  function storm(): object[] {
    const roll = dice(8128);
    const next = new Map<string, number>();
    return Array.from({ length: EVENTS_SENT }, (_, n) => {
      const scopes = new Set(Array.from({ length: 1 + roll(3) }, () => `${OWNERS[roll(2)]}:${QUALITIES[roll(3)]}`));
      const items = [...scopes].map((scope) => {
        const sequence = (next.get(scope) ?? 0) + 1;
        next.set(scope, sequence);
        const [owner_org, quality_code] = scope.split(":") as [string, string];
        const onHand = 1000 + roll(9000);
        return { owner_org, quality_code, on_hand_m: `${onHand}.00`, reserved_m: "0.00", available_m: `${onHand}.00`, sequence };
      });
      const id = `STORM-${n}`;
      return {
        ...api.envelope("stock.changed", { id, subject: { type: "stock", ref: id }, data: { transaction_batch_id: id, items } }),
        occurred_at: "2026-02-02T06:00:00.000Z",
      };
    });
  }

  async function endState(): Promise<object> {
    const rows = async (type: string) =>
      (await api.as("manager.jtr").list(`/records/${type}?limit=200`)).map(({ data }) => JSON.stringify(data, Object.keys(data).sort())).sort();
    return { cache: await rows("stock-by-quality-cache"), prices: await rows("price-list") };
  }

  const reset = async () => expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
  const batch = async (envelopes: readonly object[]) => {
    const answer = await api.signed("/api/v1/contracts/crm-wms/batch", envelopes.map((each) => JSON.stringify(each)).join("\n"), {
      type: "application/x-ndjson",
    });
    return answer.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };

  it("[WMS-72][WMS-81][WMS-83] of 1,000 shuffled and repeated events, in batches and single posts at once, ends as the ordered one does", {
    timeout: 240_000,
  }, async () => {
    await reset();
    const events = storm();
    // In order, the last of every scope decides; all of them are among the last two hundred.
    const ordered = await batch(events.slice(-200));
    expect(new Set(ordered.map(({ status }) => status))).toEqual(new Set([202]));
    const expected = await endState();

    await reset();
    const roll = dice(271_828);
    const sent = [...events, ...Array.from({ length: 400 }, () => events[roll(EVENTS_SENT)] as object)];
    for (let last = sent.length - 1; last > 0; last--) {
      const other = roll(last + 1);
      [sent[last], sent[other]] = [sent[other] as object, sent[last] as object];
    }
    const singles = sent.splice(0, 400);
    const hand = async (mine: readonly object[]) => {
      const results: { status: number; result: string }[] = [];
      for (const envelope of mine) {
        const { status, body } = await post(envelope);
        results.push({ status, result: body.result });
      }
      return results;
    };
    const half = sent.length / 2;
    const lanes = await Promise.all([
      batch(sent.slice(0, half)),
      batch(sent.slice(half)),
      ...[0, 1, 2, 3].map((lane) => hand(singles.filter((_, index) => index % 4 === lane))),
    ]);
    const answers = lanes.flat();
    expect(answers).toHaveLength(1400);
    expect(answers.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
    expect(answers.filter(({ result }) => result === "duplicate").length).toBeGreaterThan(5);
    expect(answers.filter(({ result }) => result === "stale_ignored").length).toBeGreaterThan(100);
    expect(await endState()).toEqual(expected);

    const rows: { result: string; cause: string | null }[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await api.as("admin.jtr").get(`/contracts/crm-wms/receipts?limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      rows.push(...page.body.items);
      cursor = page.body.next;
    }
    expect(rows).toHaveLength(1400);
    const causes: Record<string, string | null> = { accepted: null, duplicate: "DUPLICATE", stale_ignored: "OUT_OF_ORDER" };
    expect(rows.filter(({ result, cause }) => causes[result] !== cause)).toEqual([]);
    expect((await api.as("admin.jtr").post("/audit/verify")).body).toMatchObject({ ok: true });
  });
});

describe("what a gate says", () => {
  it("[WMS-30] names the reasons in the contract's words too: an override by the warehouse lifts no commercial gate", async () => {
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const code = codeOf(orders[0] as string);
    const overridden = (gate: string, sequence: number) =>
      post(
        api.envelope("shipment_gate.overridden", {
          id: `${code}.${sequence}`,
          sequence,
          subject: { type: "purchase_order", ref: code },
          actor: { wms_user: "depo1", role: "WMS Manager" },
          data: { gate, reason_code: "CARRIER_CUTOFF" },
        }),
      );
    const refused = await overridden("credit", 1);
    expect([refused.status, refused.body.code]).toEqual([422, "wms_may_not_override_commercial_gate"]);
    expect(codesOf(refused.body)).toContain("WMS_MAY_NOT_OVERRIDE_COMMERCIAL_GATE");
    expect((await overridden("logistics", 2)).status).toBe(202);
    expect((await api.as("manager.jtr").instance(orders[0] as string)).state.logistics).toBe("shipment_approved");
  });
});
