/**
 * The network to the database breaks at commits (reliability T6): the sender cannot know whether its event was accepted, sends it again with the
 * same key, and it happened once. Connections that break are replaced; nothing stays locked.
 */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineError } from "#engine/core/errors.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import { type CuttingProxy, cuttingProxy, type Fate } from "#tests/support/cutting-proxy.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";

const SENDERS = 8;
const SENDS = 20;
/** Of ten commits, what the network does to each, in turn. */
const WEATHER: readonly Fate[] = ["pass", "pass", "lose-answer", "pass", "pass", "lose-commit", "pass", "lose-answer", "pass", "pass"];

let world: LendingWorld;
let engine: Engine;
let proxy: CuttingProxy;
const loans: string[] = [];

beforeAll(async () => {
  world = await lendingWorld();
  proxy = await cuttingProxy(world.database.url);
  const store = await world.database.openStore({ url: proxy.url });
  const { clock, log, renderPdf } = world.engine;
  engine = createEngine({ clock, log, renderPdf, store });
  const { body } = await createRecord(engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example", secret: "x1" } });
  for (let sender = 0; sender < SENDERS; sender++) {
    const event = { type: "loan.open", payload: { member_id: body.id, title: `Book ${sender}`, copies: 1, fee: 1.5 } };
    loans.push((await startInstance(engine, world.as("clerk"), { machine: "loan", event })).body.key);
  }
});

interface Acknowledged {
  readonly key: string;
  readonly loan: string;
  readonly seq: number;
}
let repeated = 0;

/** Until it is answered, the same each time. */
async function insist(loan: string, type: string, key: string): Promise<Acknowledged> {
  const idempotency = { key, fingerprint: createHash("sha256").update(`${loan} ${type}`).digest("hex") };
  const scope = world.as(type === "loan.ask" ? "clerk" : "chief");
  for (;;) {
    try {
      const { body } = await sendEvent(engine, scope, { instance: loan, type, idempotency });
      return { key, loan, seq: body.seq };
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== "unavailable") throw error;
      repeated += 1;
    }
  }
}

async function sender(loan: string, number: number): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  for (let sent = 0; sent < SENDS; sent++) acknowledged.push(await insist(loan, sent % 2 === 0 ? "loan.ask" : "loan.refused", `sender-${number}-${sent}`));
  return acknowledged;
}

describe("commits whose fate nobody knows", () => {
  it("happen once, whatever became of the answer", { timeout: 60_000 }, async () => {
    let commits = 0;
    proxy.decide(() => WEATHER[commits++ % WEATHER.length] as Fate);
    const acknowledged = (await Promise.all(loans.map(sender))).flat();
    proxy.decide(() => "pass");

    expect(repeated).toBeGreaterThan(SENDERS);
    for (const fate of WEATHER) expect(proxy.met[fate], fate).toBeGreaterThan(SENDERS);
    const rows = await world.database.sql<{ key: string; loan: string; seq: string }>(
      `select l.event->>'idempotencyKey' as key, i.key as loan, l.seq from event_log l join instance i on i.id = l.instance_id
       where l.event->>'idempotencyKey' like 'sender-%'`,
    );
    const logged = rows.map(({ key, loan, seq }) => ({ key, loan, seq: Number(seq) }));
    const byKey = (left: Acknowledged, right: Acknowledged) => left.key.localeCompare(right.key);
    expect(logged.sort(byKey)).toEqual(acknowledged.sort(byKey));
    // Nobody holds a lock any more, and the pool serves as before.
    expect(await world.database.sql("select pid from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")).toEqual([]);
    await Promise.all(loans.map((loan, number) => insist(loan, "loan.ask", `afterwards-${number}`)));
  });
});
