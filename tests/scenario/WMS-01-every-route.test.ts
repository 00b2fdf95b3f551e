/**
 * Every operation of the served document, asked by somebody of MOD alone: the same whatever JTR is, and of JTR's things the
 * same as of things that nobody has, in status, headers and bytes. A new operation fails this test until it is asked here too.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, recordPayment } from "#tests/support/order-acts.ts";
import { type Answer, type Caller, EVENTS, type ProductApi, wonDeal } from "#tests/support/product-api.ts";
import { signingClient } from "#tests/support/signing-client.ts";
import { expectSame, MOD_ACCOUNTS, normal, openWorlds, type Worlds } from "#tests/support/two-worlds.ts";

/** Names that nobody has, of the shape that JTR's have. */
const UNKNOWN = {
  deal: "JTRDL22222222",
  order: "JTRPO22222222",
  proforma: "JTR2026PI22222222",
  dealId: "019c0000-0000-7000-8000-000000000001",
  customer: "019c0000-0000-7000-8000-000000000002",
  document: "019c0000-0000-7000-8000-000000000003",
  file: "019c0000-0000-7000-8000-000000000004",
  import: "019c0000-0000-7000-8000-000000000005",
  task: "019c0000-0000-7000-8000-000000000006",
  replay: "019c0000-0000-7000-8000-000000000007",
  effect: "019c0000-0000-7000-8000-000000000008",
};
type Names = Readonly<Record<keyof typeof UNKNOWN, string>>;

let worlds: Worlds;
let full: ProductApi;
let theirs: Names;
/** JTR's form, used and replaced: nothing of it is to be had. */
let deadLink = "";
let operations: ReadonlyMap<string, string>;
const asked = new Set<string>();

beforeAll(async () => {
  worlds = await openWorlds();
  full = worlds.full;
  const served = (await full.running.server?.inject({ url: "/api/openapi.json" }))?.json();
  operations = new Map(
    Object.entries(served.paths as Record<string, Record<string, { operationId: string }>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`] as const),
    ),
  );
  theirs = await busyJtr();
  // Both clocks stand where MOD begins.
  for (const api of [full, worlds.bare]) await api.setClock("2026-02-02T09:05:00+03:00");
}, 120_000);

const filter = (where: object) => `filter=${encodeURIComponent(JSON.stringify(where))}`;

/** What JTR has of everything that can be asked for. */
async function busyJtr(): Promise<Names> {
  const [owner, costing, admin] = [full.as("owner.jtr"), full.as("costing.jtr"), full.as("admin.jtr")];
  const { deal, dealId, orders } = await wonDeal(full, { customer: "Boreal", lines: [{ qty_m: "70" }] });
  const order = orders[0] as string;
  await recordPayment(full, order, "10.00");
  const poId = (await owner.get(`/records/purchase-orders/${codeOf(order)}`)).body.id;
  const [proforma] = await owner.list(`/records/proformas?${filter({ po_id: poId })}`);
  const [paper] = await owner.list(`/records/proformas/${proforma.id}/documents`);
  const [customer] = await owner.list("/records/customers?q=Boreal");
  const file = await owner.upload("/files?name=note.pdf", "application/pdf", "%PDF-1.4 note");
  const columns = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code";
  const rows = `${columns}\r\n${customer.data.tax_id},2026-02-01,USD,5.00,transfer,BULK-1,,\r\n`;
  const job = await costing.upload("/records/payments-ledger/import?background=true&name=p.csv", "text/csv", rows);
  const replay = await admin.post("/replays", { against: { release: 1 }, machines: ["purchase-order"] });
  const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: customer.id } } });
  await full.post(link.body.url, { lines: [{ quality_code: "LINEN-01", qty_m: "5" }] }, { accept: "application/json" });
  await owner.send(link.body.id, "token.regenerate");
  deadLink = link.body.url;
  const supply = { kind: "import", quality_code: "LINEN-01", qty_m: "77", supply_ref: "JTR-SUPPLY" };
  await full.as("manager.jtr").post("/instances", { machine: "supply-request", event: { type: "supply.create", payload: supply } });
  await full.drain();
  const [task] = await full.as("manager.jtr").list("/tasks?all=true");
  const [effect] = await admin.list("/outbox?limit=1");
  const names = {
    ...{ deal: codeOf(deal), dealId, order: codeOf(order), proforma: proforma.code, customer: customer.id, document: paper.id },
    ...{ file: file.body.id, import: job.body.id, task: task.id, replay: replay.body.id, effect: effect.id },
  };
  for (const [name, value] of Object.entries(names)) expect(value, name).toEqual(expect.any(String));
  return names;
}

/** Asks by a name that JTR has and by one that nobody has; the answers differ in that name alone. */
async function expectUnknown(id: string, ask: (names: Names, caller: Caller) => Promise<Answer>, accounts: readonly string[] = MOD_ACCOUNTS): Promise<void> {
  asked.add(id);
  for (const account of accounts) {
    const [left, right] = [await ask(theirs, full.as(account)), await ask(UNKNOWN, full.as(account))];
    const echoed = Object.entries(theirs).reduce((text, [name, value]) => text.replaceAll(value, UNKNOWN[name as keyof Names]), left.text);
    expect(normal({ ...left, text: echoed }), `${id} as ${account}`).toBe(normal(right));
  }
}

/** Asks the same of both worlds. */
async function expectEqual(id: string, ask: (caller: Caller, api: ProductApi) => Promise<Answer>, accounts: readonly string[] = MOD_ACCOUNTS): Promise<Answer> {
  asked.add(id);
  let last: Answer | undefined;
  await expectSame(worlds, async (api, account) => (last = await ask(api.as(account), api)), id, accounts);
  return last as Answer;
}

const lineOf = (customer_id: string) => ({
  customer_id,
  currency: "USD",
  lines: [{ quality_code: "LINEN-01", qty_m: "5", unit_price: "5.00", currency: "USD" }],
});

describe("whatever JTR is", () => {
  it("[WMS-01] lists, totals, reports and templates are the same", { timeout: 120_000 }, async () => {
    const lists: readonly (readonly [id: string, ...paths: string[]])[] = [
      ["me", "/me"],
      ["listOrgs", "/orgs"],
      ["listInstances", "/instances?limit=200", "/instances?status=active&limit=1"],
      ["getInstance", ...["deal", "order"].map((name) => `own:/instances/{${name}}`)],
      ["getInstanceByCode", "own:/instances/deal/{dealCode}"],
      ["instanceAttempts", "own:/instances/{order}/attempts"],
      ["instanceHistory", "own:/instances/{order}/history"],
      ["listReceipts", "/contracts/crm-wms/receipts?limit=200"],
      ["listTasks", "/tasks?limit=200&all=true", "/tasks?status=done"],
      ["listMails", "/mails?limit=200", "/mails?state=suppressed"],
      ["listTimers", "/timers?limit=200", "/timers?machine=supply-request", "/timers?state=overdue"],
      ["listAudit", "/audit?limit=200", "/audit?actor=owner.jtr@gatehouse.example"],
      ["listSettings", "/settings"],
      ["getSettings", "/settings/credit-payments", "/settings/email-routing"],
      ["listImports", "/imports", "/imports?type=payments-ledger"],
      ["importTemplate", "/imports/templates/payments.csv"],
      ["importTemplateOfType", "/records/payments-ledger/import/template.csv"],
      ["listReplays", "/replays"],
      ["listReports", "/reports"],
      ["listDefinitions", "/definitions?kind=machine&limit=200"],
      ["getDefinition", "/definitions/machine/fulfilment.deal"],
      ["listDrafts", "/drafts"],
      ["getDraft", `/drafts/${UNKNOWN.dealId}`],
      ["getDraftDefinition", `/drafts/${UNKNOWN.dealId}/definitions/machine/fulfilment.deal`],
      ["listReleases", "/releases"],
      ["getRelease", "/releases/1"],
      ["diffReleases", "/releases/1/diff/1"],
      ["listActivations", "/activations"],
    ];
    for (const [id, ...paths] of lists) {
      for (const path of paths) {
        const at = (api: ProductApi): string => {
          const { deal, order } = worlds.at(api);
          return path.replace("own:", "").replace("{deal}", deal).replace("{dealCode}", codeOf(deal)).replace("{order}", order);
        };
        await expectEqual(id, (caller, api) => caller.get(at(api)));
        if (!path.startsWith("own:") && id !== "me")
          await expectEqual(id, (_caller, api) => api.as("manager.mod", { org: "all" }).get(at(api)), ["manager.mod"]);
      }
    }
    const names = (await full.as("manager.mod").get("/reports")).body;
    const reports: readonly { readonly name: string; readonly tabs?: readonly { readonly id: string }[] }[] = names.items ?? names;
    expect(reports.length).toBeGreaterThan(5);
    for (const report of reports) {
      const { body } = await expectEqual("report", (caller) => caller.get(`/reports/${report.name}`));
      await expectEqual("exportReport", (caller) => caller.get(`/reports/${report.name}/export`));
      for (const { id } of body.tabs ?? []) await expectEqual("report", (caller) => caller.get(`/reports/${report.name}?tab=${id}&limit=100`));
    }
    await expectEqual("reportDetail", (caller, api) => caller.get(`/reports/fulfillment/${codeOf(worlds.at(api).order)}`));
    // Effects of one instant have no order between transactions.
    await expectEqual("listOutbox", async (caller) => {
      const answer = await caller.get("/outbox?limit=200");
      const items = [...(answer.body.items ?? [])].sort((a, b) => (`${a.kind} ${a.key}` < `${b.kind} ${b.key}` ? -1 : 1));
      return { ...answer, text: answer.status === 200 ? JSON.stringify({ ...answer.body, items }) : answer.text };
    });
    await expectEqual("verifyAudit", (caller) => caller.post("/audit/verify"));
  });

  it("[WMS-01] what is done has the same answer: a known tax id, a file, an import, a replay, settings, a sign-in", { timeout: 120_000 }, async () => {
    await expectEqual("decide", (caller, api) => caller.post("/decisions/credit-block", { record: { type: "deals", id: codeOf(worlds.at(api).deal) } }));
    await expectEqual("saveFile", (caller) => caller.upload("/files?name=a.txt", "text/plain", "same"));
    await expectEqual("updateSettings", (caller) => caller.patch("/settings/credit-payments", { grace_days: 9 }));
    await expectEqual("sendTestMail", (caller) => caller.post("/settings/email-routing/test-mail", { mail: "shipped" }));
    await expectEqual("createDraft", (caller) => caller.post("/drafts", { name: "Same" }));
    for (const [id, ask] of [
      ["deleteDraft", (caller: Caller) => caller.del(`/drafts/${UNKNOWN.dealId}`)],
      ["checkDraft", (caller: Caller) => caller.post(`/drafts/${UNKNOWN.dealId}/check`)],
      ["putDraftDefinition", (caller: Caller) => caller.put(`/drafts/${UNKNOWN.dealId}/definitions/machine/fulfilment.deal`, {})],
      ["deleteDraftDefinition", (caller: Caller) => caller.del(`/drafts/${UNKNOWN.dealId}/definitions/machine/fulfilment.deal`)],
      ["createRelease", (caller: Caller) => caller.post("/releases", { draft: UNKNOWN.dealId, note: "x" })],
      ["approveRelease", (caller: Caller) => caller.post("/releases/99/approve", {})],
      ["rejectRelease", (caller: Caller) => caller.post("/releases/99/reject", { note: "x" })],
      ["activateRelease", (caller: Caller) => caller.post("/activations", { release: 99 })],
      ["cancelActivation", (caller: Caller) => caller.del(`/activations/${UNKNOWN.dealId}`)],
    ] as const)
      await expectEqual(id, ask);
    const replay = await expectEqual("startReplay", (caller) => caller.post("/replays", { against: { release: 1 }, machines: ["deal"] }), ["admin.mod"]);
    expect(replay.status, replay.text).toBeLessThan(300);
    const ended = async (api: ProductApi) => {
      const [{ id }] = (await api.as("admin.mod").list("/replays")) as [{ id: string }];
      for (let tries = 0; tries < 400; tries++) {
        const answer = await api.as("admin.mod").get(`/replays/${id}`);
        if (!["queued", "running"].includes(answer.body.status)) return answer;
        await new Promise((wake) => setTimeout(wake, 20));
      }
      return expect.fail("The replay does not end");
    };
    await expectEqual("getReplay", (_caller, api) => ended(api), ["admin.mod"]);
    const file = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code\r\n1000000001,2026-02-01,USD,5.00,transfer,K-1,,\r\n";
    await expectEqual("importRecords", (caller) => caller.upload("/records/payments-ledger/import", "text/csv", file));
    await expectEqual("importRecords", (caller) => caller.upload("/records/payments-ledger/import?dryRun=true", "text/csv", file));
    const login = (email: string, password: string, api: ProductApi) => api.post("/api/v1/auth/login", { email, password });
    asked.add("login");
    expect(normal(await login("owner.jtr@gatehouse.example", "wrong", full))).toBe(normal(await login("nobody@gatehouse.example", "wrong", full)));
    for (const [id, ...paths] of [
      ["search", "/search?q=Atlas", "/search?q=Fjord"],
      ["listRecords", "/records/deals?limit=1", "/records/customers?sort=name&limit=2"],
    ] as const)
      for (const path of paths) await expectEqual(id, (caller) => caller.get(path));
  });

  it("[WMS-01][WMS-04] a tax id that JTR's customer has is taken up silently, with the customer's global name", async () => {
    const create = (caller: Caller, tax_id: string) => {
      const payload = { name: "Atlas of MOD", tax_id, country: "TR", payment_mode: "cash", contact_emails: ["a@atlas.example"] };
      return caller.post("/instances", { machine: "customer-review", event: { type: "customer.create", payload } });
    };
    const [known, fresh] = [await create(full.as("manager.mod"), "1000000001"), await create(worlds.bare.as("manager.mod"), "1000000001")];
    expect([known.status, fresh.status], known.text).toEqual([201, 201]);
    const theCustomer = async (api: ProductApi) => (await api.as("owner.mod").list("/records/customers?q=Atlas"))[0];
    const [kept, made] = [await theCustomer(full), await theCustomer(worlds.bare)];
    expect([kept.data.name, made.data.name]).toEqual(["Atlas Tekstil", "Atlas of MOD"]);
    expect([kept.data.tax_id, kept.data.country]).toEqual([made.data.tax_id, made.data.country]);
    const profiles = async (api: ProductApi, id: string) =>
      (await api.as("admin.mod").list(`/records/customer-org-profiles?${filter({ customer_id: id })}`)).map(({ org, data }) => [
        org,
        data.payment_mode,
        data.contact_emails,
      ]);
    for (const [api, { id }] of [
      [full, kept],
      [worlds.bare, made],
    ] as const)
      expect(await profiles(api, id)).toEqual([["MOD", "cash", ["a@atlas.example"]]]);
    // Without a profile nobody would see it: there is no other way to make one.
    const direct = { name: "X", tax_id: "1000000002", country: "TR" };
    await expectEqual("createRecord", (caller) => caller.post("/records/customers", direct));
    await expectEqual("importRecords", (caller) => caller.upload("/records/customers/import", "text/csv", "name,tax_id,country\r\nX,1000000002,TR\r\n"));
    // A second time it is the org's own, in either world.
    for (const api of [full, worlds.bare]) expect((await create(api.as("manager.mod"), "1000000001")).status).toBe(409);
    const atlas = (await full.as("admin.jtr").list("/records/customers?q=Atlas"))[0];
    expect(atlas).toMatchObject({ id: kept.id, data: { name: "Atlas Tekstil" } });
  });
});

describe("of JTR's things", () => {
  it("[WMS-01] records, their papers and files answer as those that nobody has", async () => {
    for (const type of ["deals", "purchase-orders", "nonsense"]) {
      await expectUnknown("getRecord", ({ dealId }, caller) => caller.get(`/records/${type}/${dealId}`));
      await expectUnknown("recordVersions", ({ deal }, caller) => caller.get(`/records/${type}/${deal}/versions`));
      await expectUnknown("updateRecord", ({ dealId }, caller) => caller.patch(`/records/${type}/${dealId}`, { notes: "x" }, { "if-match": '"1"' }));
      await expectUnknown("deleteRecord", ({ dealId }, caller) => caller.del(`/records/${type}/${dealId}`));
      await expectUnknown("listDocuments", ({ dealId }, caller) => caller.get(`/records/${type}/${dealId}/documents`));
    }
    await expectUnknown("getRecord", ({ dealId }, caller) => caller.get(`/records/deals/${dealId}?asOf=2026-02-02T06:30:00Z`));
    await expectUnknown("listDocuments", ({ proforma }, caller) => caller.get(`/records/proformas/${proforma}/documents`));
    await expectUnknown("getDocument", ({ document }, caller) => caller.get(`/documents/${document}`));
    await expectUnknown("getDocumentPdf", ({ document }, caller) => caller.get(`/documents/${document}/pdf`));
    await expectUnknown("getDocumentHtml", ({ document }, caller) => caller.get(`/documents/${document}/html`));
    await expectUnknown("getFile", ({ file }, caller) => caller.get(`/files/${file}`));
    await expectUnknown("listRecords", ({ dealId }, caller) => caller.get(`/records/purchase-orders?${filter({ deal_id: dealId })}`));
    await expectUnknown("listRecords", ({ deal }, caller) => caller.get(`/records/deals?q=${deal}&sort=created_at`));
    await expectUnknown("exportRecords", ({ dealId }, caller) => caller.get(`/records/purchase-orders/export?${filter({ deal_id: dealId })}`));
    const limit = (customer: string) => ({ profile_id: customer, currency: "USD", limit: "5.00", valid_from: "2026-02-02" });
    await expectUnknown("createRecord", ({ customer }, caller) => caller.post("/records/credit-limits", limit(customer)));
    const price = (customer_id: string) => ({ customer_id, quality_id: "LINEN-01", currency: "USD", unit_price: "4.0000", valid_from: "2026-02-02" });
    await expectUnknown("createRecord", ({ customer }, caller) => caller.post("/records/customer-prices", price(customer)));
    const opening = { entry_type: "opening", currency: "USD", amount: "1.00", value_date: "2026-02-02", due_date: "2026-03-01", reference: "x" };
    await expectUnknown("createRecord", ({ customer }, caller) => caller.post("/records/payments-ledger", { ...opening, customer_id: customer }));
    await expectUnknown("search", ({ order }, caller) => caller.get(`/search?q=${order}`));
  });

  it("[WMS-01] instances, their events, timers, tasks and mails answer as those that nobody has", async () => {
    await expectUnknown("getInstance", ({ deal }, caller) => caller.get(`/instances/deal:${deal}`));
    await expectUnknown("getInstance", ({ order }, caller) => caller.get(`/instances/purchase-order:${order}`));
    await expectUnknown("getInstanceByCode", ({ deal }, caller) => caller.get(`/instances/deal/${deal}`));
    await expectUnknown("instanceAttempts", ({ order }, caller) => caller.get(`/instances/purchase-order:${order}/attempts`));
    await expectUnknown("instanceHistory", ({ order }, caller) => caller.get(`/instances/purchase-order:${order}/history`));
    for (const [machine, name, type] of [
      ["deal", "deal", "deal.cancel"],
      ["purchase-order", "order", "shipment.approve"],
      ["proforma", "proforma", "proforma.send"],
    ] as const) {
      await expectUnknown("sendEvent", (names, caller) => caller.post(`/instances/${machine}:${names[name]}/events`, { type, payload: { reason: "x" } }));
      await expectUnknown("explainEvent", (names, caller) => caller.post(`/instances/${machine}:${names[name]}/explain`, { type }));
    }
    const bulk = (order: string) => ({ items: [{ instance: `purchase-order:${order}`, type: "shipment.approve" }] });
    await expectUnknown("bulkEvents", ({ order }, caller) => caller.post("/bulk/events", bulk(order)));
    for (const query of ["record=deals:", "key=deal:"]) await expectUnknown("listInstances", ({ deal }, caller) => caller.get(`/instances?${query}${deal}`));
    const start = (machine: string, type: string, payload: object) => ({ machine, event: { type, payload } });
    await expectUnknown("startInstance", ({ customer }, caller) => caller.post("/instances", start("deal", "deal.create", lineOf(customer))));
    await expectUnknown("startInstance", ({ customer }, caller) =>
      caller.post("/instances", start("order-form-token", "token.issue", { customer_id: customer })),
    );
    await expectUnknown("startInstance", ({ order }, caller) => caller.post("/instances", start("proforma", "proforma.draft", { po_id: order })));
    await expectUnknown("completeTask", ({ task }, caller) => caller.post(`/tasks/${task}/complete`, {}));
    await expectUnknown("listTimers", ({ order }, caller) => caller.get(`/timers?q=${order}`));
    for (const record of ["deals:", ""]) await expectUnknown("listMails", ({ deal }, caller) => caller.get(`/mails?record=${record}${deal}`));
    await expectUnknown("listMails", ({ order }, caller) => caller.get(`/mails?q=${order}`));
  });

  it("[WMS-01] decisions, reports, imports, replays, effects and the audit log answer as those that nobody has", async () => {
    await expectUnknown("decide", ({ dealId }, caller) => caller.post("/decisions/credit-block", { record: { type: "deals", id: dealId } }));
    await expectUnknown("decideBatch", ({ dealId }, caller) => {
      return caller.post("/decisions/credit-block/batch", { items: [{ record: { type: "deals", id: dealId } }] });
    });
    for (const name of ["fulfillment", "deals", "nonsense"])
      await expectUnknown("reportDetail", ({ order }, caller) => caller.get(`/reports/${name}/${order}`));
    await expectUnknown("report", ({ order }, caller) => caller.get(`/reports/fulfillment?q=${order}`));
    await expectUnknown("getImport", (names, caller) => caller.get(`/imports/${names.import}`));
    await expectUnknown("importErrors", (names, caller) => caller.get(`/imports/${names.import}/errors.csv`));
    await expectUnknown("cancelImport", (names, caller) => caller.post(`/imports/${names.import}/cancel`));
    await expectUnknown("rollBackImport", (names, caller) => caller.post(`/imports/${names.import}/rollback`, { reason: "x" }));
    await expectUnknown("getReplay", ({ replay }, caller) => caller.get(`/replays/${replay}`));
    await expectUnknown("cancelReplay", ({ replay }, caller) => caller.del(`/replays/${replay}`));
    await expectUnknown("listReplayDiffs", ({ replay }, caller) => caller.get(`/replays/${replay}/diffs`));
    await expectUnknown("watchReplay", ({ replay }, caller) => caller.get(`/replays/${replay}/events`));
    await expectUnknown("retryOutbox", ({ effect }, caller) => caller.post(`/outbox/${effect}/retry`));
    await expectUnknown("discardOutbox", ({ effect }, caller) => caller.post(`/outbox/${effect}/discard`));
    await expectUnknown("listAudit", ({ dealId }, caller) => caller.get(`/audit?subject=${dealId}`));
    await expectUnknown("listReceipts", ({ order }, caller) => caller.get(`/contracts/crm-wms/receipts?key=wms:shipment:${order}:shipped:v1`));
    const columns = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code";
    const file = (order: string) => `${columns}\r\n1000000007,2026-02-01,USD,5.00,transfer,BULK-1,${order},\r\n`;
    for (const query of ["?dryRun=true", ""])
      await expectUnknown("importRecords", ({ order }, caller) => caller.upload(`/records/payments-ledger/import${query}`, "text/csv", file(order)));
  });

  it("[WMS-01] its dead links and its client's events answer as those that nobody has", async () => {
    const stranger = (method: "GET" | "POST", url: string, payload?: string, type = "application/json") =>
      full.running.server?.inject({
        method,
        url,
        headers: { accept: "application/json", "content-type": type },
        ...(payload === undefined ? {} : { payload }),
      });
    const other = `/order-form/${"A".repeat(43)}`;
    for (const [id, method, path, payload, type] of [
      ["openForm", "GET", "", undefined, undefined],
      ["submitForm", "POST", "", JSON.stringify({ lines: [{ quality_code: "LINEN-01", qty_m: "1" }] }), undefined],
      ["readFormSheet", "POST", "/rows", "quality_code,color,qty_m,note\nLINEN-01,,1,\n", "text/csv"],
      ["saveFormFile", "POST", "/files?name=a.pdf", "%PDF-1.7", "application/pdf"],
    ] as const) {
      asked.add(id);
      const text = async (url: string) => {
        const answer = await stranger(method, `${url}${path}`, payload, type);
        return normal({
          status: answer?.statusCode as number,
          headers: answer?.headers as never,
          text: answer?.body as string,
          body: null,
          bytes: Buffer.alloc(0),
        });
      };
      expect(await text(deadLink), id).toBe(await text(other));
    }
    await signingClient(full, { id: "wms-mod", org: "MOD", secret: "mod-only" });
    const signed = { client: "wms-mod", secret: "mod-only" };
    const about = (order: string, org: string) =>
      full.envelope("shipment.tracking_changed", {
        ...{ org, id: `${order}.5`, sequence: 5, subject: { type: "purchase_order", ref: order } },
        data: { carrier: "X", tracking_id: "Y" },
      });
    for (const org of ["MOD", "JTR"]) {
      const unknown = normal(await full.signed(EVENTS, JSON.stringify(about(UNKNOWN.order, org)), signed));
      expect(normal(await full.signed(EVENTS, JSON.stringify(about(theirs.order, org)), signed))).toBe(unknown);
      const line = (order: string) =>
        full.signed(EVENTS.replace("/events", "/batch"), `${JSON.stringify(about(order, org))}\n`, { ...signed, type: "application/x-ndjson" });
      expect(normal({ ...(await line(theirs.order)), headers: {} }).replaceAll(theirs.order, UNKNOWN.order)).toBe(
        normal({ ...(await line(UNKNOWN.order)), headers: {} }),
      );
    }
    asked.add("receiveContractEvents").add("receiveContractBatch");
  });
});

/** Operations that need no question of theirs. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  logout: "ends the caller's own session",
  watchChanges: "an open stream: tests/integration/api/stream.test.ts hears only the reader's org",
  setClock: "test mode only",
  resetFixture: "test mode only",
  listSinkMails: "test mode only",
};

it("[WMS-01] every operation of the served document is asked above, or says why not", () => {
  const missing = [...operations].filter(([id]) => !asked.has(id) && !Object.hasOwn(EXCEPTIONS, id)).map(([id, route]) => `${id}: ${route}`);
  expect(missing).toEqual([]);
  const gone = [...asked, ...Object.keys(EXCEPTIONS)].filter((id) => !operations.has(id));
  expect(gone, "no such operation").toEqual([]);
});
