/** The simulator against a running process: what it sends is taken once and in order, what it receives is verified. */
import { execFile } from "node:child_process";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "#engine/launch/contract-simulator.ts";
import { readOptions, type SimulatorOptions } from "#engine/launch/simulator/options.ts";
import { startReceiver } from "#engine/launch/simulator/receiver.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

const received: { verdict: string; key: string }[] = [];
let api: ProductApi;
let url = "";
let receivedSecret = "fixture-secret";
const now = () => api.running.engine.clock.now();
const receiver = await startReceiver({
  port: 0,
  get secret() {
    return receivedSecret;
  },
  maxSkewSeconds: 300,
  nowMs: () => Date.parse(now()),
  onReceived: ({ verdict, envelope }) => received.push({ verdict, key: String(envelope?.["idempotency_key"]) }),
});
afterAll(() => receiver.close());

beforeAll(async () => {
  const endpoint = { url: `http://127.0.0.1:${receiver.port}/`, clientId: "crm", secret: "fixture-secret" };
  api = await productApi({ CONTRACT_ENDPOINTS: JSON.stringify({ "crm-wms": endpoint }), ALLOWED_HOSTS: "127.0.0.1" });
  await api.running.server?.listen({ port: 0, host: "127.0.0.1" });
  url = `http://127.0.0.1:${(api.running.server?.server.address() as AddressInfo | undefined)?.port}`;
}, 120_000);

function options(...args: readonly string[]): SimulatorOptions {
  const read = readOptions(["crm-wms", "--url", url, "--now", now(), ...args], {});
  return typeof read === "string" ? expect.fail(read) : read;
}
async function run(...args: readonly string[]): Promise<{ refused: number; lines: readonly string[] }> {
  const lines: string[] = [];
  const { refused } = await simulate(options(...args), (line) => lines.push(line));
  return { refused, lines };
}
const outcomes = (lines: readonly string[]) => lines.map((line) => line.split("  ")[1]);
const stock = (batch: string) => [
  "--event",
  "stock.changed",
  "--org",
  "JTR",
  "--set",
  `transaction_batch_id=${batch}`,
  "--set",
  "items.0.owner_org=JTR",
  "--set",
  "items.0.quality_code=LINEN-01",
];

describe("what is sent", () => {
  it("is signed, keyed by the contract's grammar, and taken once however often it comes", async () => {
    const { refused, lines } = await run(...stock("SIM-A"), "--sequence", "101", "--duplicate");
    expect(outcomes(lines)).toEqual(["202 accepted", "200 duplicate"]);
    expect(refused).toBe(0);
    expect(lines[0]).toContain("wms:stock:SIM-A:changed:v1");
  });

  it("is sorted out by its sequence where it comes out of order", async () => {
    const { lines } = await run(...stock("SIM-B"), "--sequence", "110", "--count", "3", "--reorder", "--delay", "5");
    expect(outcomes(lines)).toEqual(["202 accepted", "200 stale_ignored", "200 stale_ignored"]);
  });

  it("is refused with its reason where it does not fit: another secret, an unknown subject", async () => {
    expect(outcomes((await run(...stock("SIM-C"), "--secret", "wrong")).lines)[0]).toMatch(/^401 signature_invalid/u);
    const unknown = await run("--event", "picking.started", "--org", "JTR", "--subject", "JTRPONOTTHERE");
    expect(unknown.refused).toBe(1);
    expect(outcomes(unknown.lines)[0]).toMatch(/^404 not_found/u);
    await expect(run("--event", "po.created")).rejects.toMatchObject({ code: "event_unknown" });
    await expect(run(...stock("SIM-D"), "--client", "nobody")).rejects.toMatchObject({ code: "key_unknown" });
  });

  it("has a sample for every inbound event", async () => {
    const { lines } = await run("--list");
    expect(lines.filter((line) => line.startsWith("->")).length).toBeGreaterThan(10);
    expect(lines.find((line) => line.startsWith("-> po.sent_back"))).toContain('"reason":"no_on_hand"');
  });
});

describe("what is received", () => {
  it("is verified, told, and answered as a duplicate the second time", async () => {
    const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10.00" }] });
    const order = `purchase-order:${codes[0]}`;
    const { events } = await api.as("manager.jtr").instance(order);
    expect(events.length).toBeGreaterThan(0);
    const sent = await api.as("owner.jtr").post("/instances/nothing/events", { type: "x" });
    expect(sent.status).toBe(404);
    await postSigned("crm:po:ONE:created:v1", "fixture-secret");
    await postSigned("crm:po:ONE:created:v1", "fixture-secret");
    await postSigned("crm:po:TWO:created:v1", "wrong");
    expect(received.slice(-3).map(({ verdict }) => verdict)).toEqual(["ok", "duplicate", "signature_invalid"]);
    receivedSecret = "fixture-secret";
  });
});

async function postSigned(key: string, secret: string): Promise<void> {
  const { createContractEventHandler } = await import("#engine/effects/contract-event.ts");
  const handler = createContractEventHandler({
    clock: api.running.engine.clock,
    endpoints: { "crm-wms": { url: `http://127.0.0.1:${receiver.port}/`, clientId: "crm", secret } },
    allowedHosts: new Set(["127.0.0.1"]),
    builtInReceiver: false,
  });
  await handler.deliver({ key, body: { contract: "integration.crm-wms", envelope: { idempotency_key: key } } } as never, AbortSignal.timeout(5_000));
}

it("runs from the command line, and says what is wrong with it", async () => {
  const command = ["engine/launch/contract-simulator.ts", "crm-wms"];
  const said = await promisify(execFile)(process.execPath, [...command, ...stock("SIM-CLI"), "--sequence", "200", "--url", url, "--now", now()]);
  expect(said.stdout).toMatch(/^-> wms:stock:SIM-CLI:changed:v1 {2}202 accepted$/mu);
  await expect(promisify(execFile)(process.execPath, command)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing to do") });
});
