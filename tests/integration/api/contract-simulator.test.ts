/** The simulator against a running process: what it sends is taken once and in order, what it receives is verified. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate } from "#engine/launch/contract-simulator.ts";
import { readOptions, type SimulatorOptions } from "#engine/launch/simulator/options.ts";
import { startReceiver } from "#engine/launch/simulator/receiver.ts";
import { signBody } from "#engine/service/contract/contract-signature.ts";
import { recordPayment } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

const received: { verdict: string; key: string }[] = [];
let api: ProductApi;
let url = "";
const now = () => api.running.engine.clock.now();
const receiver = await startReceiver({
  port: 0,
  secret: "fixture-secret",
  maxSkewSeconds: 300,
  nowMs: () => Date.parse(now()),
  onReceived: ({ verdict, envelope }) => received.push({ verdict, key: String(envelope?.["idempotency_key"]) }),
});
afterAll(() => receiver.close());

beforeAll(async () => {
  const endpoint = { url: `http://127.0.0.1:${receiver.port}/`, clientId: "crm", secret: "fixture-secret" };
  api = await productApi({ CONTRACT_ENDPOINTS: JSON.stringify({ "crm-wms": endpoint }), ALLOWED_HOSTS: "127.0.0.1" });
  url = (await api.running.server?.listen({ port: 0, host: "127.0.0.1" })) ?? expect.fail("The process has no server");
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
    await expect(run("--event", "picking.started", "--subject", "X")).rejects.toMatchObject({ code: "org_required" });
    await expect(run("--event", "picking.started", "--org", "JTR")).rejects.toMatchObject({ code: "payload_invalid" });
    await expect(run("--event", "po.created")).rejects.toMatchObject({ code: "event_unknown" });
    await expect(run(...stock("SIM-D"), "--client", "nobody")).rejects.toMatchObject({ code: "key_unknown" });
  });

  it("says with what Gatehouse sends to it, without telling a secret that is not the demo's", async () => {
    const lines: string[] = [];
    for (const more of [[], ["--secret", "of the partner"]])
      await (await simulate(options("--listen", "0", ...more), (line) => lines.push(line))).receiver?.close();
    const told = lines.flatMap((line) => /CONTRACT_ENDPOINTS='(.*)'$/u.exec(line)?.[1] ?? []).map((json) => JSON.parse(json)["crm-wms"]);
    expect(told).toMatchObject([{ url: expect.stringMatching(/^http:\/\/127/u), clientId: "crm", secret: "fixture-secret" }, { secret: "<the same secret>" }]);
  });

  it("has a sample for every inbound event", async () => {
    const { lines } = await run("--list");
    expect(lines.filter((line) => line.startsWith("->")).length).toBeGreaterThan(10);
    expect(lines.find((line) => line.startsWith("-> po.sent_back"))).toContain('"reason":"no_on_hand"');
  });
});

describe("what is received", () => {
  it("comes signed from the process, once; the same again is a duplicate, another signature is refused", async () => {
    const { orders, codes } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] });
    const order = orders[0] as string;
    const entry = await recordPayment(api, order, "42.00");
    await api.as("manager.jtr").send(order, "payment.confirm", { ledger_entry_ids: [entry], note: "seen on the statement" });
    await api.drain();
    const key = `crm:po:${codes[0]}:created:v1`;
    expect(received).toEqual([{ verdict: "ok", key }]);
    expect(await post(key, "fixture-secret")).toBe(409);
    expect(await post("crm:po:OTHER:created:v1", "wrong")).toBe(401);
    expect(received.slice(1).map(({ verdict }) => verdict)).toEqual(["duplicate", "signature_invalid"]);
  });
});

async function post(key: string, secret: string): Promise<number> {
  const body = JSON.stringify({ idempotency_key: key });
  const timestamp = String(Math.floor(Date.parse(now()) / 1000));
  const headers = { "x-gatehouse-timestamp": timestamp, "x-gatehouse-signature": signBody(secret, timestamp, body) };
  return (await fetch(`http://127.0.0.1:${receiver.port}/`, { method: "POST", headers, body })).status;
}

it("needs no number: without one it is later than whatever was sent before, by the clock", async () => {
  const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
  const about = ["--org", "JTR", "--subject", codes[0] as string];
  const sent = [await run("--event", "picking.started", ...about, "--sequence", "70"), await run("--event", "warehouse.confirmed", ...about, "--duplicate")];
  expect(sent.map(({ lines }) => outcomes(lines))).toEqual([["202 accepted"], ["202 accepted", "200 duplicate"]]);
});

it("runs from the command line, and says what is wrong with it", async () => {
  const command = ["engine/launch/contract-simulator.ts", "crm-wms"];
  const said = await promisify(execFile)(process.execPath, [...command, ...stock("SIM-CLI"), "--sequence", "200", "--url", url, "--now", now()]);
  expect(said.stdout).toMatch(/^-> wms:stock:SIM-CLI:changed:v1 {2}202 accepted$/mu);
  const help = await promisify(execFile)(process.execPath, [...command, "--help"]);
  expect(help.stdout).toMatch(/^Usage: /u);
  // It looks where Gatehouse listens; where nothing does, it says so.
  expect(readOptions(["crm-wms", "--list"], { PORT: "4711" })).toMatchObject({ url: "http://localhost:4711" });
  const nowhere = { ...process.env, PORT: "9" };
  await expect(promisify(execFile)(process.execPath, [...command, ...stock("SIM-CLI")], { env: nowhere })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Nothing answers at http:\/\/localhost:9 \(.+\)\. Start Gatehouse, or say with --url where it is\.$/mu),
  });
  expect(readOptions(["crm-wms", "--event", "x", "--actor", "anna"], {})).toMatch(/^--actor must be a JSON object/u);
  await expect(promisify(execFile)(process.execPath, command)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing to do") });
}, 120_000);
