/** The other use cases on a real database: explain, bulk, approvals, timers, remote deliveries, records, settings, decisions, views. */
import { beforeAll, describe, expect, it } from "vitest";
import { deliverRemote } from "#engine/service/delivery/deliver-remote.ts";
import { createRecord, deleteRecord, updateRecord } from "#engine/service/editing/records.ts";
import { getSettings, updateSettings } from "#engine/service/editing/settings.ts";
import { bulkEvents } from "#engine/service/instances/bulk-events.ts";
import { completeTask } from "#engine/service/instances/complete-task.ts";
import { explainEvent } from "#engine/service/instances/explain-event.ts";
import { fireTimer } from "#engine/service/instances/fire-timer.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { verifyAudit } from "#engine/service/queries/audit.ts";
import { decide } from "#engine/service/queries/decide.ts";
import { exportRecords } from "#engine/service/queries/export-records.ts";
import { instanceHistory } from "#engine/service/queries/history.ts";
import { listTasks } from "#engine/service/queries/inbox.ts";
import { getInstance, getInstancePage, listInstances } from "#engine/service/queries/instance.ts";
import { machineCounts } from "#engine/service/queries/machine-counts.ts";
import { listMails } from "#engine/service/queries/mails.ts";
import { listOutbox } from "#engine/service/queries/outbox.ts";
import { getRecord, listRecords, listRecordVersions } from "#engine/service/queries/records.ts";
import { search } from "#engine/service/queries/search.ts";
import { getView } from "#engine/service/queries/view.ts";
import { claimOutbox, markDelivered } from "#engine/store/outbox.ts";
import { claimTimers } from "#engine/store/timers.ts";
import { type LendingWorld, lendingWorld, START, type Who } from "#tests/support/lending-world.ts";

const SYSTEM = { orgs: "system", actorId: "system" } as const;
let world: LendingWorld;
let member: string;

beforeAll(async () => {
  world = await lendingWorld();
  member = await addMember("ada@reader.example");
});

async function addMember(email: string, more: Record<string, unknown> = {}): Promise<string> {
  return (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email, ...more } })).body.id;
}
async function open(copies = 1, title = "Book", who: Who = "clerk", of = member): Promise<InstanceView> {
  const event = { type: "loan.open", payload: { member_id: of, title, copies, fee: "2.50" } };
  return (await startInstance(world.engine, world.as(who), { machine: "loan", event })).body;
}
const send = (instance: string, type: string, who: Who = "clerk") => sendEvent(world.engine, world.as(who), { instance, type });

/** Carries out what waits for the engine itself; gives how much it was. */
async function deliverWaiting(): Promise<number> {
  const claim = { now: world.engine.clock.now(), limit: 100, leaseMs: 1000, kinds: ["remote"], owner: "test" };
  const rows = await world.engine.store.work(SYSTEM, (tx) => claimOutbox(tx, claim));
  for (const { id, orgId, key, kind, payload } of rows) {
    expect(await deliverRemote(world.engine, { id, org: orgId, key, kind, body: payload, attempt: 1 })).toMatchObject({ result: "delivered" });
  }
  const at = claim.now;
  await world.engine.store.work(SYSTEM, (tx) =>
    markDelivered(
      tx,
      rows.map(({ orgId, id }) => ({ orgId, id, at })),
    ),
  );
  return rows.length === 0 ? 0 : rows.length + (await deliverWaiting());
}
/** Fires what is due by then; gives the instances that moved. */
async function fireDue(now: string): Promise<readonly string[]> {
  world.setNow(now);
  const due = await world.engine.store.work(SYSTEM, (tx) => claimTimers(tx, { now, limit: 100, leaseMs: 1000 }));
  const fired: string[] = [];
  for (const timer of due) if ((await fireTimer(world.engine, timer)) === "fired") fired.push(timer.instanceId);
  return fired;
}

describe("explain", () => {
  it("tells state, effects, mails and timers, and changes nothing", async () => {
    const loan = await open();
    const told = await explainEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" });
    expect(told).toMatchObject({ outcome: "moved", from: "draft", to: "lent", seq: 2, timers: { arm: [{ dueAt: "2026-02-04T06:00:00.000Z" }] } });
    expect(told.effects.find((effect) => effect["kind"] === "mail")).toMatchObject({ recipients: ["ada@reader.example"], verdict: "send" });
    expect(told.effects.find((effect) => effect["kind"] === "deliver")).toMatchObject({ channel: "mail" });
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).seq).toBe(1);
    expect((await listMails(world.engine, world.as("clerk"), { record: loan.record?.id ?? "" })).items).toEqual([]);
  });
  it("tells what blocks, with the people who may open it", async () => {
    const loan = await open(9);
    const told = await explainEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" });
    expect(told).toMatchObject({ outcome: "blocked", to: "draft", decisions: [{ outcome: "block", reasons: [{ code: "OVER_QUOTA" }] }] });
  });
});

describe("bulk", () => {
  it("answers each item for itself and refuses single-only events", async () => {
    const [good, bad] = [await open(1), await open(9)];
    const lentPickup = (await send((await open()).id, "loan.lend")).body.effects[1]?.["instance"] as { key: string };
    const items = [
      { instance: good.id, type: "loan.lend" },
      { instance: bad.id, type: "loan.lend" },
      { instance: lentPickup.key, type: "pickup.done" },
    ];
    const { results } = await bulkEvents(world.engine, world.as("clerk"), { items });
    expect(results.map((result) => [result.status, result.error?.code ?? null])).toEqual([
      [200, null],
      [0, "gate_blocked"],
      [0, "override_single_only"],
    ]);
  });
});

describe("approvals", () => {
  async function asked(of?: string) {
    const loan = await open(2, "Rare", "chief", of);
    await send(loan.id, "loan.ask", "chief");
    const tasks = await listTasks(world.engine, world.as("second"), {});
    const task = tasks.items.find((item) => item.instance?.id === loan.id);
    expect(task).toMatchObject({ form: "approval", mine: true, outcomes: ["approve", "refuse"] });
    return { loan, id: task?.id ?? "" };
  }
  it("nobody decides on their own request; another one does, and the machine goes on", async () => {
    const { loan, id } = await asked();
    await expect(completeTask(world.engine, world.as("chief"), { id, outcome: "approve" })).rejects.toMatchObject({
      code: "event_not_permitted",
      data: { reasons: [{ code: "OWN_REQUEST" }] },
    });
    await expect(completeTask(world.engine, world.as("clerk"), { id, outcome: "approve" })).rejects.toMatchObject({ code: "event_not_permitted" });
    const done = await completeTask(world.engine, world.as("second"), { id, outcome: "approve", note: "fine" });
    expect(done.body).toMatchObject({ task: { status: "done" }, event: { to: "lent" } });
    await expect(completeTask(world.engine, world.as("second"), { id, outcome: "approve" })).rejects.toMatchObject({ code: "task_closed" });
    expect((await getInstance(world.engine, world.as("second"), { instance: loan.id })).state).toBe("lent");
  });
  it("is void when what it relied on has changed; the change itself reaches the machine", async () => {
    const reader = await addMember("bea@reader.example");
    const { loan, id } = await asked(reader);
    await updateRecord(world.engine, world.as("chief"), { type: "members", id: reader, data: { quota: 5 } });
    await expect(completeTask(world.engine, world.as("second"), { id, outcome: "approve" })).rejects.toMatchObject({
      code: "approval_void",
      data: { changed: [{ name: "quota", was: 3, now: 5 }] },
    });
    const now = await getInstance(world.engine, world.as("second"), { instance: loan.id });
    expect(now).toMatchObject({ state: "asked", record: { data: { rechecks: 1 } } });
  });
});

describe("timers and reports", () => {
  it("fires once, and never after its cancellation", async () => {
    const loan = await open();
    await send(loan.id, "loan.lend");
    const [timer] = (await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).timers;
    const row = { orgId: world.orgs.ONE.id, instanceId: loan.id, name: timer?.name ?? "", dueAt: timer?.dueAt ?? "", seq: 2 };
    world.setNow("2026-02-04T06:00:01.000Z");
    expect(await Promise.all([fireTimer(world.engine, row), fireTimer(world.engine, row)])).toEqual(expect.arrayContaining(["fired", "gone"]));
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).state).toBe("overdue");
    world.setNow(START);
  });
  it("a report about a mail moves its machine once", async () => {
    const loan = await open();
    await send(loan.id, "loan.lend");
    const [mail] = (await listMails(world.engine, world.as("clerk"), { record: loan.record?.id ?? "" })).items;
    expect(mail).toMatchObject({ state: "queued", recipients: ["ada@reader.example"], record: { code: loan.record?.code }, subject: "Ready: Book" });
    const item = {
      id: "1",
      org: world.orgs.ONE.id,
      key: "report-1",
      kind: "remote",
      attempt: 1,
      body: { op: "send", org: "ONE", machine: null, to: mail?.instance ?? "", event: "mail.delivered", payload: {}, from: null },
    };
    expect(await deliverRemote(world.engine, item)).toMatchObject({ result: "delivered" });
    expect(await deliverRemote(world.engine, item)).toMatchObject({ result: "delivered" });
    expect((await listMails(world.engine, world.as("clerk"), { record: loan.record?.code ?? "" })).items).toMatchObject([{ state: "sent", sentAt: START }]);
  });
});

describe("records", () => {
  it("guards by etag, keeps versions, masks and hides", async () => {
    const id = await addMember("cleo@reader.example", { secret: "s3", name: "Cleo" });
    const seen = await getRecord(world.engine, world.as("clerk"), { type: "members", id });
    expect(seen).toMatchObject({ etag: "1", title: "Cleo", data: { secret: "***", quota: 3 } });
    expect((await getRecord(world.engine, world.as("chief"), { type: "members", id })).data["secret"]).toBe("s3");
    await updateRecord(world.engine, world.as("chief"), { type: "members", id, data: { name: "Cleo B" }, ifMatch: '"1"' });
    await expect(updateRecord(world.engine, world.as("chief"), { type: "members", id, data: { name: "x" }, ifMatch: "1" })).rejects.toMatchObject({
      code: "record_changed",
      data: { etag: "2" },
    });
    await expect(addMember("cleo@reader.example")).rejects.toMatchObject({ code: "unique_taken" });
    const versions = await listRecordVersions(world.engine, world.as("chief"), { type: "members", id });
    expect(versions.items.map((version) => [version.version, version.data["name"]])).toEqual([
      [2, "Cleo B"],
      [1, "Cleo"],
    ]);
    await updateRecord(world.engine, world.as("chief"), { type: "members", id, data: { hidden: true } });
    await expect(getRecord(world.engine, world.as("clerk"), { type: "members", id })).rejects.toMatchObject({ code: "record_not_found" });
    const listed = await listRecords(world.engine, world.as("clerk"), { type: "members", filter: { name: "Cleo B" } });
    expect(listed.items).toEqual([]);
    expect((await search(world.engine, world.as("chief"), { q: "Cleo" })).items).toMatchObject([{ type: "members", title: "Cleo B" }]);
    await deleteRecord(world.engine, world.as("chief"), { type: "members", id });
    await expect(getRecord(world.engine, world.as("chief"), { type: "members", id })).rejects.toMatchObject({ code: "record_not_found" });
  });
  it("another org sees nothing, and types without a permission are not written", async () => {
    await expect(getRecord(world.engine, world.as("far"), { type: "members", id: member })).rejects.toMatchObject({ code: "record_not_found" });
    expect((await listRecords(world.engine, world.as("far"), { type: "members" })).items).toEqual([]);
    await expect(createRecord(world.engine, world.as("chief"), { type: "slips", data: {} })).rejects.toMatchObject({ code: "method_not_allowed" });
    const both = await listRecords(world.engine, world.as("both", "all"), { type: "members", filter: { email: "ada@reader.example" } });
    expect(both.items).toMatchObject([{ org: "ONE" }]);
  });
  it("exports CSV that no spreadsheet runs", async () => {
    const csvOf = async (email: string) => {
      let csv = "";
      for await (const part of await exportRecords(world.engine, world.as("chief"), { type: "members", filter: { email } })) csv += part;
      return csv;
    };
    for (const [n, name] of ["=1+1", " =1+1", "\uff1d1+1", "@a", "\tb"].entries()) {
      await addMember(`dan${n}@reader.example`, { name });
      expect(await csvOf(`dan${n}@reader.example`)).toContain(`,dan${n}@reader.example,false,'${name},3,`);
    }
  });
});

describe("settings and decisions", () => {
  it("the org's value wins, is versioned, and is audited", async () => {
    await expect(updateSettings(world.engine, world.as("clerk"), { key: "lending-settings", values: { extra: 1 } })).rejects.toMatchObject({
      code: "permission_denied",
    });
    await expect(updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values: { extra: -1 } })).rejects.toMatchObject({
      code: "payload_invalid",
    });
    const decided = () => decide(world.engine, world.as("clerk"), { key: "quota", facts: { copies: 4, quota: 3 } });
    expect(await decided()).toMatchObject({ outcome: "block", reasons: [{ code: "OVER_QUOTA" }] });
    const changed = await updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values: { extra: 1 } });
    expect(changed.body).toMatchObject({ values: { extra: 1, late_days: 2 }, own: { extra: 1 }, etag: "1" });
    expect(await decided()).toMatchObject({ outcome: "pass" });
    expect((await getSettings(world.engine, world.as("far"), { key: "lending-settings" })).values).toEqual({ extra: 0, late_days: 2 });
    await updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values: { extra: null } });
    expect(await decided()).toMatchObject({ outcome: "block" });
  });
  it("decides about a record, and refuses facts that are no inputs", async () => {
    const loan = await open(9);
    const about = await decide(world.engine, world.as("clerk"), { key: "lending.quota", record: { type: "loans", id: loan.record?.code ?? "" } });
    expect(about).toMatchObject({ outcome: "block", explanation: { inputs: { copies: 9, quota: 3 } } });
    await expect(decide(world.engine, world.as("clerk"), { key: "quota", facts: { nonsense: 1 } })).rejects.toMatchObject({ code: "facts_invalid" });
    expect(await decide(world.engine, world.as("clerk"), { key: "quota", facts: { copies: 1 } })).toMatchObject({ outcome: "unknown" });
  });
});

describe("read models", () => {
  it("a view has tabs with counts, computed and gated cells, totals and bulk events", async () => {
    const page = await getView(world.engine, world.as("clerk"), { view: "desk", filter: { title: "Book" }, sort: "title", limit: 3 });
    expect(page.tabs.map((tab) => tab.id)).toEqual(["all", "lent"]);
    expect(page.tab.rows).toHaveLength(3);
    expect(page.tab.rows[0]).toMatchObject({ org: "ONE", cells: { title: "Book", double: expect.anything(), quota: { outcome: expect.any(String) } } });
    expect(page.tab.totals).toMatchObject([{ title: "Fees", org: "ONE" }]);
    expect(page.tab.events).toMatchObject([{ type: "loan.lend", bulk: true, permitted: true }]);
    await expect(getView(world.engine, world.as("branch"), { view: "desk" })).rejects.toMatchObject({ code: "not_found" });
  });
  it("the page of an instance has timeline, titles and mails; the history has facts and hashes", async () => {
    const loan = await open(1, "Last");
    await send(loan.id, "loan.lend");
    const page = await getInstancePage(world.engine, world.as("clerk"), { instance: loan.key });
    expect(page.timeline.map((line) => line.event)).toEqual(["loan.lend", "loan.open"]);
    expect(page.references["/member_id"]).toMatchObject({ type: "members", title: "Ada" });
    expect(page.mails).toHaveLength(1);
    const history = await instanceHistory(world.engine, world.as("clerk"), { instance: loan.id });
    expect(history.items.map((row) => row.seq)).toEqual([1, 2]);
    expect(history.items[1]?.prevHash).toBe(history.items[0]?.hash);
    expect(history.items[1]?.decisions[0]?.explanation.rules).toHaveLength(1);
  });
  it("masks in the facts of an event what the type masks in its records", async () => {
    const of = await addMember("dora@reader.example", { secret: "s7" });
    const loan = await open(1, "Masked", "clerk", of);
    await send(loan.id, "loan.lend");
    const facts = async (who: Who) => JSON.stringify((await instanceHistory(world.engine, world.as(who), { instance: loan.id })).items.map((row) => row.facts));
    expect(await facts("chief")).toContain('"secret":"s7"');
    const seen = await facts("clerk");
    expect(seen).toContain('"secret":"***"');
    expect(seen).not.toContain("s7");
  });
  it("lists, counts, outbox and the proof of the log", async () => {
    const lent = await listInstances(world.engine, world.as("clerk"), { machine: "loan", state: "lent" });
    expect(lent.items.length).toBeGreaterThan(0);
    const counts = await machineCounts(world.engine, world.as("clerk"), { machine: "loan" });
    expect(counts.items[0]?.path.find((step) => step.state === "lent")?.count).toBe(lent.items.length);
    const outbox = await listOutbox(world.engine, world.as("chief"), { kind: "emit" });
    expect(outbox.items[0]).toMatchObject({ state: "pending", payload: { contract: "lending.branch", envelope: { event: "loan.lent", org_code: "ONE" } } });
    expect(await verifyAudit(world.engine, world.as("chief"))).toMatchObject({ ok: true, faults: [] });
    expect((await listInstances(world.engine, world.as("far"), {})).items).toEqual([]);
  });
});

describe("timers that read a setting", () => {
  it("a timer follows the setting that its delay reads, from when it was armed, and no history changes", async () => {
    const [loan, other] = [await open(), await open()];
    const settings = (values: Record<string, unknown>) => updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values });
    const timersOf = async ({ id }: InstanceView) => (await getInstance(world.engine, world.as("clerk"), { instance: id })).timers.map(({ dueAt }) => dueAt);
    const eventsOf = async ({ id }: InstanceView) =>
      (await instanceHistory(world.engine, world.as("clerk"), { instance: id })).items.map(({ seq, hash }) => [seq, hash]);
    await send(loan.id, "loan.lend");
    world.setNow("2026-02-03T06:00:00.000Z");
    await send(other.id, "loan.lend");
    const recorded = await eventsOf(loan);
    await settings({ extra: 2 });
    await deliverWaiting();
    expect([await timersOf(loan), await timersOf(other)]).toEqual([["2026-02-04T06:00:00.000Z"], ["2026-02-05T06:00:00.000Z"]]);
    await settings({ late_days: 5 });
    await deliverWaiting();
    expect([await timersOf(loan), await timersOf(other)]).toEqual([["2026-02-07T06:00:00.000Z"], ["2026-02-08T06:00:00.000Z"]]);
    expect(await fireDue("2026-02-04T06:00:01.000Z")).toEqual([]);
    await settings({ extra: null, late_days: 1 });
    await deliverWaiting();
    expect([await timersOf(loan), await timersOf(other)]).toEqual([["2026-02-03T06:00:00.000Z"], ["2026-02-04T06:00:00.000Z"]]);
    expect(await eventsOf(loan)).toEqual(recorded);
    expect(await fireDue("2026-02-04T06:00:01.000Z")).toEqual(expect.arrayContaining([loan.id, other.id]));
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).state).toBe("overdue");
    await settings({ late_days: null });
    await deliverWaiting();
    world.setNow(START);
  });
  it("a timer that an act arms while the setting changes is found by the second look", async () => {
    const loan = await open();
    await send(loan.id, "loan.lend");
    await updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values: { late_days: 4 } });
    await deliverWaiting();
    const due = (at: string) => world.database.sql("update timer set due_at = $1 where instance_id = $2", [at, loan.id]);
    await due("2026-02-04T06:00:00.000Z");
    // So many that they come before its page.
    const many =
      "insert into timer (org_id, instance_id, name, due_at, seq) select org_id, instance_id, 'a' || n, due_at, seq from timer, generate_series(1, 450) n";
    await world.database.sql(`${many} where instance_id = $1`, [loan.id]);
    world.setNow("2026-02-02T06:01:00.000Z");
    await deliverWaiting();
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).timers).toContainEqual({
      name: "lent.late",
      dueAt: "2026-02-06T06:00:00.000Z",
    });
    expect(await deliverWaiting()).toBe(0);
    await world.database.sql("delete from timer where instance_id = $1 and name like 'a%'", [loan.id]);
    await updateSettings(world.engine, world.as("chief"), { key: "lending-settings", values: { late_days: null } });
    await deliverWaiting();
    world.setNow(START);
  });
});

describe("an act that means something to very many", () => {
  it("goes on to 450 instances: some with the act, the others after it, each once, in its actor's name", async () => {
    const reader = await addMember("many@reader.example");
    const loan = await open(2, "Rare", "chief", reader);
    await send(loan.id, "loan.ask", "chief");
    const { sql } = world.database;
    const columns = async (table: string) =>
      (await sql<{ name: string }>("select column_name as name from information_schema.columns where table_name = $1", [table])).map(({ name }) => `"${name}"`);
    const twin = "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
    for (const [table, own, swaps] of [
      ["record", loan.record?.id, { id: twin, code: "code || '-' || n" }],
      ["instance", loan.id, { id: twin, record_id: twin, key: "key || '-' || n" }],
    ] as const) {
      const names = await columns(table);
      const values = names.map((name) => (swaps as Record<string, string>)[name.slice(1, -1)] ?? name);
      await sql(`insert into ${table} (${names.join()}) select ${values.join()} from ${table}, generate_series(1, 449) n where id = $1`, [own]);
    }
    await updateRecord(world.engine, world.as("chief"), { type: "members", id: reader, data: { quota: 5 } });
    const reached =
      "select count(*)::int as n, count(*) filter (where data->>'rechecks' = '1')::int as once from record where type = 'loans' and data->>'member_id' = $1";
    expect(await sql(reached, [reader])).toEqual([{ n: 450, once: 200 }]);
    expect(await deliverWaiting()).toBe(3);
    expect(await sql(reached, [reader])).toEqual([{ n: 450, once: 450 }]);
    const actors = await sql(
      `select l.actor->>'id' as id, count(*)::int as n from event_log l join instance i on i.id = l.instance_id join record r on r.id = i.record_id
       where l.type = 'loan.recheck' and r.data->>'member_id' = $1 group by 1`,
      [reader],
    );
    expect(actors).toEqual([{ id: world.ids.chief, n: 450 }]);
  });
});
