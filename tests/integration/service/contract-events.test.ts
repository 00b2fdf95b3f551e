/** Contract events: order of checks, dedupe, sequences per scope and per item, refusals that keep the key, what a refusal leaves. */
import { beforeAll, describe, expect, it } from "vitest";
import { receiveContractEvent } from "#engine/service/contract/receive-contract-event.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { listTasks } from "#engine/service/queries/inbox.ts";
import { listReceipts } from "#engine/service/queries/receipts.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { type LendingWorld, lendingWorld, START } from "#tests/support/lending-world.ts";

let world: LendingWorld;
let member: string;

beforeAll(async () => {
  world = await lendingWorld();
  const created = await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } });
  member = created.body.id;
});

async function lent(): Promise<InstanceView> {
  const event = { type: "loan.open", payload: { member_id: member, title: "Book", copies: 1 } };
  const { body } = await startInstance(world.engine, world.as("clerk"), { machine: "loan", event });
  await sendEvent(world.engine, world.as("clerk"), { instance: body.id, type: "loan.lend" });
  return body;
}

const receive = (envelope: unknown) => receiveContractEvent(world.engine, world.as("branch"), { contract: "branch", envelope });

const shelves = (batch: string, items: readonly { place: string; copies: number; sequence: number }[]) => ({
  event: "shelf.changed",
  idempotency_key: `branch:shelf:${batch}:changed:v1`,
  org_code: "ONE",
  occurred_at: START,
  schema_version: "v1",
  subject: { type: "shelf", ref: batch },
  data: { batch, items },
});
const returned = (loan: InstanceView, sequence: number, condition = "good") => ({
  event: "loan.returned",
  idempotency_key: `branch:loan:${loan.record?.code}.${sequence}:returned:v1`,
  org_code: "ONE",
  occurred_at: START,
  sequence,
  schema_version: "v1",
  subject: { type: "loan", ref: loan.record?.code },
  data: { condition },
});
const copiesAt = async (place: string) => (await listRecords(world.engine, world.as("chief"), { type: "shelves", filter: { place } })).items[0]?.data["copies"];

describe("checks before the database", () => {
  const good = shelves("B0", [{ place: "Z", copies: 1, sequence: 1 }]);
  it.each([
    ["malformed key", { ...good, idempotency_key: "branch:shelf:B0:changed" }, 400, "idempotency_key_malformed"],
    ["unknown event", { ...good, event: "shelf.burnt", idempotency_key: "branch:shelf:B0:burnt:v1" }, 400, "event_unknown"],
    ["outbound event", { ...good, event: "loan.lent", idempotency_key: "branch:loan:B0:lent:v1" }, 400, "event_unknown"],
    ["key of another event", { ...good, idempotency_key: "branch:loan:B0:changed:v1" }, 400, "idempotency_key_mismatch"],
    ["org not granted", { ...good, org_code: "TWO" }, 404, "not_found"],
    ["org unknown", { ...good, org_code: "XXX" }, 404, "not_found"],
    ["payload", { ...good, data: { batch: "B0", items: [{ place: "Z" }] } }, 422, "payload_invalid"],
    ["no envelope", "nonsense", 400, "idempotency_key_malformed"],
  ])("%s", async (_, envelope, status, code) => {
    expect(await receive(envelope)).toMatchObject({ status, body: { code, status } });
  });
  it("a foreign org answers as an unknown one", async () => {
    const [foreign, unknown] = [await receive({ ...good, org_code: "TWO" }), await receive({ ...good, org_code: "XXX" })];
    expect(JSON.stringify(foreign)).toBe(JSON.stringify(unknown));
  });
});

describe("dedupe and order", () => {
  it("takes effect once, however often and however parallel it comes", async () => {
    const envelope = shelves("B1", [{ place: "A", copies: 5, sequence: 1 }]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => receive(envelope)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 202]);
    const first = answers.find((answer) => answer.status === 202);
    for (const answer of answers.filter((each) => each.status === 200))
      expect(answer.body).toMatchObject({ result: "duplicate", eventId: first?.body["eventId"] });
    expect(await copiesAt("A")).toBe(5);
  });
  it("refuses another body under the key", async () => {
    const answer = await receive(shelves("B1", [{ place: "A", copies: 6, sequence: 1 }]));
    expect(answer).toMatchObject({ status: 409, body: { code: "idempotency_key_reused" } });
    expect(await copiesAt("A")).toBe(5);
  });
  it("old items are skipped, newer ones of the same batch applied; all old is stale", async () => {
    expect((await receive(shelves("B2", [{ place: "A", copies: 9, sequence: 7 }]))).status).toBe(202);
    const mixed = await receive(
      shelves("B3", [
        { place: "A", copies: 1, sequence: 5 },
        { place: "B", copies: 2, sequence: 1 },
      ]),
    );
    expect(mixed.status).toBe(202);
    expect([await copiesAt("A"), await copiesAt("B")]).toEqual([9, 2]);
    expect(await receive(shelves("B4", [{ place: "A", copies: 1, sequence: 7 }]))).toMatchObject({
      status: 200,
      body: { result: "stale_ignored", code: "out_of_order" },
    });
    expect(await copiesAt("A")).toBe(9);
  });
});

describe("machines", () => {
  it("moves the instance of its subject", async () => {
    const loan = await lent();
    const answer = await receive(returned(loan, 1));
    expect(answer).toMatchObject({
      status: 202,
      body: { result: "accepted", instances: [{ id: loan.id, machine: "loan", record: loan.record?.code, state: "returned" }] },
    });
  });
  it("a subject that is not there is not found", async () => {
    const loan = await lent();
    const envelope = { ...returned(loan, 1), subject: { type: "loan", ref: "ONELN22222222" }, idempotency_key: "branch:loan:ONELN22222222.1:returned:v1" };
    expect(await receive(envelope)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
  it("a gate refuses under the contract's own code, leaves a task, and keeps the key free", async () => {
    const loan = await lent();
    const page = await listRecords(world.engine, world.as("chief"), { type: "pickups", filter: { loan_id: loan.record?.id ?? "" } });
    await sendEvent(world.engine, world.as("clerk"), { instance: `pickup:${page.items[0]?.id}`, type: "pickup.done" });
    const torn = returned(loan, 1, "torn");
    expect(await receive(torn)).toMatchObject({ status: 422, body: { code: "pages_missing", missing: "PAGES", blockers: ["PAGES_MISSING"] } });
    const tasks = await listTasks(world.engine, world.as("chief"), { kind: "returned-torn" });
    expect(tasks.items).toMatchObject([{ title: "Look at it", ref: loan.record?.code }]);
    const key = torn.idempotency_key;
    expect(await receive({ ...returned(loan, 1, "good"), idempotency_key: key })).toMatchObject({ status: 202 });
    const receipts = await listReceipts(world.engine, world.as("chief"), { contract: "branch", key });
    expect(receipts.items.map((receipt) => [receipt.result, receipt.cause]).sort()).toEqual([
      ["accepted", null],
      ["rejected", "PAGES_MISSING"],
    ]);
  });
  it("an event that the state does not allow is told so", async () => {
    const loan = await lent();
    await receive(returned(loan, 1));
    expect(await receive(returned(loan, 2))).toMatchObject({ status: 409, body: { code: "event_not_allowed" } });
  });
});
