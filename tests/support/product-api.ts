/** The product as a process in test mode, spoken to over its HTTP API only: where scenarios of the packs live. */
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createLog } from "#engine/api/logging.ts";
import { compose, type Process } from "#engine/compose.ts";
import { readConfig } from "#engine/config.ts";
import { createSeeding, KEYS_FILE } from "#engine/launch/seed.ts";
import { afterFile } from "./after-file.ts";
import type { TestDatabase } from "./database.ts";
import { productDatabase } from "./product-database.ts";

type Body = any;
export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}
export interface CallOptions {
  readonly org?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface ContractEventInput {
  readonly org?: string;
  /** Third segment of the key. */
  readonly id: string;
  readonly subject: { readonly type: string; readonly ref: string };
  readonly sequence?: number;
  readonly actor?: object;
  readonly data: object;
}

export interface SignOptions {
  readonly client?: string;
  readonly secret?: string;
  /** Seconds from the engine's clock. */
  readonly skew?: number;
  readonly type?: string;
}

export interface ProductApi {
  readonly database: TestDatabase;
  readonly running: Process;
  readonly dataFolder: string;
  /** Every request of an account. */
  as(account: string, options?: CallOptions): Caller;
  /** Posts a signed contract event as the warehouse's client; gives the envelope's answer. */
  wms(event: string, input: ContractEventInput): Promise<Answer>;
  /** The envelope that `wms` would post, with its key made from the event and the id. */
  envelope(event: string, input: ContractEventInput): Body;
  /** Posts text as it is, signed; by default as the warehouse's client, now. */
  signed(path: string, text: string, options?: SignOptions): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  setClock(instant: string): Promise<void>;
  /** Mails that the SMTP sink received. */
  mails(): Promise<readonly Body[]>;
  /** Works until nothing is due. */
  drain(): Promise<void>;
}

export interface Caller {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Bytes as they are: files and imports. */
  upload(path: string, mime: string, bytes: string | Buffer): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  del(path: string): Promise<Answer>;
  /** Sends an event and expects it to move. */
  send(instance: string, type: string, payload?: unknown): Promise<Body>;
  /** Sends an event and expects a refusal; gives its problem. */
  refused(instance: string, type: string, payload?: unknown, status?: number): Promise<Body>;
  instance(id: string): Promise<Body>;
  list(path: string): Promise<readonly Body[]>;
}

const SECRET = "fixture-secret";
export const EVENTS = "/api/v1/contracts/crm-wms/events";

/** A machine that stands still for some seconds fails no statement. */
const PATIENT = { DATABASE_STATEMENT_MS: "20000" };
/** With REDIS_URL in the environment everything is delivered through that Redis. */
const REDIS = process.env["REDIS_URL"] === undefined ? {} : { REDIS_URL: process.env["REDIS_URL"] };

export async function productApi(env: Readonly<Record<string, string>> = {}): Promise<ProductApi> {
  const { database, dataFolder } = await productDatabase();
  const read = readConfig({
    DATABASE_URL: database.url,
    GATEHOUSE_TEST: "1",
    GATEHOUSE_DATA: dataFolder,
    GATEHOUSE_RATE_LIMIT: "1000000",
    ...PATIENT,
    ...REDIS,
    ...env,
  });
  if ("problems" in read) return expect.fail(read.problems.join(" "));
  const running = await compose({
    config: { ...read.config, databaseUrl: database.url },
    log: createLog(process.env["TEST_LOG"] ?? "silent"),
    version: "0.0.0",
    seeding: createSeeding({ root: process.cwd(), dataFolder, isTest: true }),
    web: null,
  });
  afterFile(() => running.stop());
  const { server } = running;
  if (server === null) return expect.fail("The process has no server");
  const keys = JSON.parse(await readFile(join(dataFolder, KEYS_FILE), "utf8")) as Record<string, string>;

  const inject = async (method: string, url: string, payload: string | Buffer | undefined, headers: Readonly<Record<string, string>>): Promise<Answer> => {
    const answer = await server.inject({ method: method as "GET", url, headers: { ...headers }, ...(payload === undefined ? {} : { payload }) });
    const isJson = /\bjson\b/u.test(String(answer.headers["content-type"] ?? ""));
    return {
      status: answer.statusCode,
      body: isJson && answer.body !== "" ? answer.json() : answer.body,
      text: answer.body,
      bytes: answer.rawPayload,
      headers: answer.headers,
    };
  };
  const json = { "content-type": "application/json" };

  const as = (account: string, options: CallOptions = {}): Caller => {
    const base = { authorization: `Bearer ${keys[account]}`, ...(options.org === undefined ? {} : { "x-org": options.org }), ...options.headers };
    const withBody =
      (method: string) =>
      (path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}) =>
        inject(method, `/api/v1${path}`, JSON.stringify(body), { ...base, ...json, ...headers });
    const post = withBody("POST");
    const get = (path: string) => inject("GET", `/api/v1${path}`, undefined, base);
    return {
      get,
      post,
      upload: (path, mime, bytes) => inject("POST", `/api/v1${path}`, bytes, { ...base, "content-type": mime }),
      patch: withBody("PATCH"),
      put: withBody("PUT"),
      del: (path) => inject("DELETE", `/api/v1${path}`, undefined, base),
      async send(instance, type, payload = {}) {
        const answer = await post(`/instances/${instance}/events`, { type, payload });
        expect(answer.status, `${type} by ${account}: ${answer.text.slice(0, 2000)}`).toBe(200);
        return answer.body;
      },
      async refused(instance, type, payload = {}, status = 409) {
        const answer = await post(`/instances/${instance}/events`, { type, payload });
        expect(answer.status, `${type} by ${account}: ${answer.text.slice(0, 2000)}`).toBe(status);
        return answer.body;
      },
      async instance(id) {
        const answer = await get(`/instances/${id}`);
        expect(answer.status, `${id} for ${account}: ${answer.text.slice(0, 500)}`).toBe(200);
        return answer.body;
      },
      async list(path) {
        const answer = await get(path);
        expect(answer.status, `${path} for ${account}: ${answer.text.slice(0, 500)}`).toBe(200);
        return answer.body.items;
      },
    };
  };

  const signed = (path: string, text: string, { client = "wms", secret = SECRET, skew = 0, type = "application/json" }: SignOptions = {}) => {
    const timestamp = String(Math.floor(Date.parse(running.engine.clock.now()) / 1000) + skew);
    const signature = `v1=${createHmac("sha256", secret).update(`${timestamp}.${text}`).digest("hex")}`;
    return inject("POST", path, text, {
      "content-type": type,
      "x-gatehouse-key": client,
      "x-gatehouse-timestamp": timestamp,
      "x-gatehouse-signature": signature,
    });
  };

  const envelopeOf = (event: string, { org = "JTR", id, subject, sequence, actor, data }: ContractEventInput): Body => {
    const dot = event.indexOf(".");
    return {
      event,
      idempotency_key: `wms:${event.slice(0, dot)}:${id}:${event.slice(dot + 1).replaceAll(".", "_")}:v1`,
      org_code: org,
      occurred_at: running.engine.clock.now(),
      schema_version: "v1",
      subject,
      ...(sequence === undefined ? {} : { sequence }),
      ...(actor === undefined ? {} : { actor }),
      data,
    };
  };

  return {
    database,
    running,
    dataFolder,
    as,
    wms: (event, input) => signed(EVENTS, JSON.stringify(envelopeOf(event, input))),
    envelope: envelopeOf,
    signed,
    post: (path, body, headers = {}) => inject("POST", path, JSON.stringify(body), { ...json, ...headers }),
    async setClock(now) {
      const answer = await inject("POST", "/api/test/clock", JSON.stringify({ now }), json);
      expect(answer.status, answer.text).toBeLessThan(300);
    },
    async mails() {
      await running.relay.drain();
      return (await inject("GET", "/api/test/mail", undefined, {})).body.items;
    },
    drain: () => running.relay.drain(),
  };
}

export interface DealInput {
  readonly by?: string;
  readonly org?: string;
  readonly customer: string;
  readonly lines: readonly {
    readonly quality_code?: string;
    readonly qty_m: string;
    readonly unit_price?: string;
    readonly currency?: string;
    readonly stock_owner_org?: string;
  }[];
}

/** A deal created, submitted and won over the API; gives its code and its orders' instance keys. */
export async function wonDeal(
  api: ProductApi,
  input: DealInput,
): Promise<{ readonly deal: string; readonly dealId: string; readonly orders: readonly string[]; readonly codes: readonly string[] }> {
  const owner = api.as(input.by ?? "owner.jtr", input.org === undefined ? {} : { org: input.org });
  const [customer] = await owner.list(`/records/customers?q=${encodeURIComponent(input.customer)}`);
  expect(customer, `customer ${input.customer}`).toBeDefined();
  const lines = input.lines.map((line) => ({ quality_code: "LINEN-01", unit_price: "4.20", currency: "USD", ...line }));
  const created = await owner.post("/instances", {
    machine: "deal",
    event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines } },
  });
  expect(created.status, created.text.slice(0, 2000)).toBe(201);
  const deal: string = created.body.key;
  await owner.send(deal, "deal.submit");
  await owner.send(deal, "deal.win");
  const orders = await owner.list(`/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: created.body.record.id }))}`);
  return { deal, dealId: created.body.record.id, orders: orders.map(({ code }) => `purchase-order:${code}`), codes: orders.map(({ code }) => code) };
}
