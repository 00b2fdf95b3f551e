/** Sending events end to end: start, gate, override, cascade, mail, outbox, idempotency, audit. */
import { beforeAll, describe, expect, it } from "vitest";
import { createRecord } from "#engine/service/editing/records.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { listAudit } from "#engine/service/queries/audit.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";

let world: LendingWorld;
let member: string;

beforeAll(async () => {
  world = await lendingWorld();
  const created = await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example", secret: "x1" } });
  member = created.body.id;
});

async function open(copies: number, title = "Book"): Promise<InstanceView> {
  const answer = await startInstance(world.engine, world.as("clerk"), {
    machine: "loan",
    event: { type: "loan.open", payload: { member_id: member, title, copies, fee: 1.5 } },
  });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe("start", () => {
  it("creates the record, its code and the instance", async () => {
    const loan = await open(2);
    expect(loan.key).toMatch(/^loan:ONELN[2-9A-HJKMNP-TV-Z]{8}$/);
    expect(loan).toMatchObject({ state: "draft", seq: 1, status: "active", record: { data: { copies: 2, fee: "1.50", rechecks: 0 } } });
    expect(loan.events.map((event) => [event.type, event.allowed])).toEqual([
      ["loan.ask", true],
      ["loan.lend", true],
    ]);
    expect(loan.checklist).toMatchObject([
      { id: "quota", ok: true },
      { id: "fee", ok: true },
    ]);
    expect(loan.screen).toMatchObject({ primary: "loan.lend" });
  });
  it("refuses a payload that does not fit, naming the path", async () => {
    const input = { machine: "loan", event: { type: "loan.open", payload: { member_id: member, title: "x", copies: 0 } } };
    await expect(startInstance(world.engine, world.as("clerk"), input)).rejects.toMatchObject({
      code: "payload_invalid",
      data: { errors: [{ path: "/copies" }] },
    });
    const unknown = { machine: "loan", event: { type: "loan.open", payload: { member_id: "nobody", title: "x", copies: 1 } } };
    await expect(startInstance(world.engine, world.as("clerk"), unknown)).rejects.toMatchObject({
      code: "payload_invalid",
      data: { errors: [{ path: "/member_id" }] },
    });
  });
});

describe("send", () => {
  it("moves, writes its effects and cascades in one transaction", async () => {
    const loan = await open(2);
    const wakes = world.wakes();
    const { body } = await sendEvent(world.engine, world.as("clerk"), { instance: loan.key, type: "loan.lend" });
    expect(body).toMatchObject({
      seq: 2,
      from: "draft",
      to: "lent",
      decisions: [
        { outcome: "pass", key: "lending.quota" },
        { key: "lending.mail-policy", output: { verdict: "send" } },
      ],
    });
    expect(body.effects.map((effect) => [effect["kind"], effect["outcome"] ?? null])).toEqual([
      ["record", null],
      ["start", "moved"],
      ["mail", "moved"],
      ["emit", null],
    ]);
    expect(world.wakes()).toBe(wakes + 1);
    const outbox = await world.database.sql<{ kind: string }>("select kind from outbox order by id");
    expect(outbox.map((row) => row.kind).sort()).toEqual(["emit", "mail"]);
    const slips = await world.database.sql("select data from record where type = 'slips'");
    expect(slips).toHaveLength(1);
  });
  it("tells what blocks, and how it opens; leaves nothing but an audit row", async () => {
    const loan = await open(9);
    expect(loan.events.find((event) => event.type === "loan.lend")).toMatchObject({
      allowed: false,
      permitted: true,
      gates: [{ reasons: [{ code: "OVER_QUOTA" }], override: { permitted: false } }],
    });
    const failed = sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" });
    await expect(failed).rejects.toMatchObject({
      code: "gate_blocked",
      data: { reasons: [{ code: "OVER_QUOTA", message: "9 copies are more than the quota of 3." }] },
    });
    const audit = await listAudit(world.engine, world.as("chief"), { subject: loan.id });
    expect(audit.items).toMatchObject([{ action: "event_blocked", actor: world.ids.clerk, detail: { reasons: ["OVER_QUOTA"] } }]);
  });
  it("an override needs its permission, and is recorded", async () => {
    const loan = await open(9);
    const override = { gate: "quota", reason: "CHIEF_SAYS" };
    await expect(sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend", override })).rejects.toMatchObject({
      code: "event_not_permitted",
    });
    const { body } = await sendEvent(world.engine, world.as("chief"), { instance: loan.id, type: "loan.lend", override });
    expect(body.to).toBe("lent");
    expect(body.decisions[0]).toMatchObject({ outcome: "block", overridden: { by: world.ids.chief, reason: "CHIEF_SAYS" } });
  });
  it("answers the same key with the first answer, another body with a refusal", async () => {
    const loan = await open(1);
    const idempotency = { key: "k-1", fingerprint: "f1" };
    const first = await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend", idempotency });
    const again = await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend", idempotency });
    expect(again.replayed).toBe(true);
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    const other = sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend", idempotency: { key: "k-1", fingerprint: "f2" } });
    await expect(other).rejects.toMatchObject({ code: "idempotency_key_reused" });
  });
  it("concurrent sends of one event move the instance once", async () => {
    const loan = await open(1);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" })),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });
  it("refuses what is not available, not permitted, foreign, or out of date", async () => {
    const loan = await open(1);
    await expect(sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.granted" })).rejects.toMatchObject({
      code: "event_not_permitted",
    });
    await expect(sendEvent(world.engine, world.as("second"), { instance: loan.id, type: "loan.granted" })).rejects.toMatchObject({
      code: "event_not_available",
    });
    await expect(sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.collected" })).rejects.toMatchObject({
      code: "event_not_permitted",
    });
    await expect(sendEvent(world.engine, world.as("far"), { instance: loan.id, type: "loan.lend" })).rejects.toMatchObject({ code: "instance_not_found" });
    await expect(sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend", expectedSeq: 7 })).rejects.toMatchObject({
      code: "seq_conflict",
    });
  });
  it("a cascaded event moves the other instance", async () => {
    const loan = await open(1);
    const { body } = await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" });
    const pickup = String((body.effects[1]?.["instance"] as { key: string } | undefined)?.key);
    const done = await sendEvent(world.engine, world.as("clerk"), { instance: pickup, type: "pickup.done" });
    expect(done.body.effects).toMatchObject([{ kind: "send", outcome: "moved", instance: { state: "collected" } }]);
  });
});
