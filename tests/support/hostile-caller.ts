/**
 * A caller who means no good, for tests of every operation of the product's OpenAPI document: with things that exist and the
 * rights to use them, so that it is the input that is refused.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, vi } from "vitest";
import { ERRORS } from "#engine/core/errors.ts";
import { KEYS_FILE } from "#engine/launch/seed.ts";
import { createSchemaOracle } from "./hostile-input.ts";
import { productApi, wonDeal } from "./product-api.ts";

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body: any;
  readonly media: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: any }[];
  readonly isOpen: boolean;
  readonly isSigned: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: any;
  readonly type: string;
}

export interface Expected {
  readonly codes?: readonly string[];
  /** JSON pointer that the first field error names, or the start of it. */
  readonly path?: string;
  /** The input may be taken. */
  readonly mayPass?: boolean;
}

export const text = (value: unknown): string => JSON.stringify(value);

export async function hostileCaller() {
  vi.setConfig({ testTimeout: 90_000 });
  const api = await productApi();
  const { server } = api.running;
  if (server === null) expect.fail("The process has no server");
  const keys = JSON.parse(await readFile(join(api.dataFolder, KEYS_FILE), "utf8")) as Record<string, string>;
  const CALLER = { authorization: `Bearer ${keys["super"]}`, "x-org": "JTR" };
  const root = api.as("super", { org: "JTR" });
  const owner = api.as("owner.jtr");
  const document = (await api.as("super").get("/../openapi.json")).body;
  const oracle = createSchemaOracle(document);

  const { dealId, deal, orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
  const [proforma] = await owner.list("/records/proformas");
  const [paper] = await owner.list(`/records/proformas/${proforma.id}/documents`);
  const [customer] = await owner.list("/records/customers?q=Fjord");
  const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: customer.id } } });
  const draft = (await root.post("/drafts", { name: "hostile" })).body;
  const file = (await root.upload("/files?name=a.txt", "text/plain", "a")).body;
  const replay = (await root.post("/replays", { against: { release: 1 } })).body;
  await api.drain();
  while (["queued", "running"].includes((await root.get(`/replays/${replay.id}`)).body.status)) await api.drain();

  const FORM: readonly string[] = new URL(link.body.url, "http://x").pathname.split("/");
  const [, form, token] = FORM as [string, string, string];
  /** Things that exist, by the operation's path; `*` for every other. */
  const PLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "*": {
      type: "deals",
      id: deal,
      kind: "ruleset",
      key: "credit-block",
      contract: "crm-wms",
      number: "1",
      a: "1",
      b: "1",
      form,
      token,
      file: "payments.csv",
      name: "none",
      code: "none",
    },
    "/api/v1/records": { id: dealId },
    "/api/v1/records/{type}/{id}/documents": { type: "proformas", id: proforma.id },
    "/api/v1/documents": { id: paper.id },
    "/api/v1/drafts": { id: draft.id },
    "/api/v1/files": { id: file.id },
    "/api/v1/replays": { id: replay.id },
    "/api/v1/settings": { key: "email-routing" },
  };

  const operations: readonly Operation[] = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      body: operation.requestBody?.content?.["application/json"]?.schema,
      media: Object.keys(operation.requestBody?.content ?? {}),
      parameters: operation.parameters ?? [],
      isOpen: Array.isArray(operation.security) && operation.security.length === 0,
      isSigned: JSON.stringify(operation.security ?? []).includes("contractSignature"),
    })),
  );
  /** Test control is not served outside of tests; a reset would take the ground away. */
  const tested = operations.filter(({ path }) => !path.startsWith("/api/test/"));

  function addressOf({ path }: Operation, more: Readonly<Record<string, string>> = {}): string {
    const places = Object.entries(PLACES).filter(([start]) => start === "*" || path.startsWith(start));
    const known: Record<string, string> = Object.assign({}, ...places.map(([, params]) => params));
    return path.replaceAll(/\{([A-Za-z]+)\}/gu, (_match, name: string) => more[name] ?? encodeURIComponent(known[name] ?? "nothing"));
  }

  async function send(
    operation: Operation,
    url: string,
    payload?: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
    remoteAddress = "127.0.0.1",
  ): Promise<Answer> {
    if (operation.isSigned) {
      const { status, body, headers: answered } = await api.signed(url, payload as string, { type: headers["content-type"] ?? "application/json" });
      return { status, body, type: String(answered["content-type"]) };
    }
    const accept: Record<string, string> = url.startsWith("/api/") ? {} : { accept: "application/json" };
    const typed: Record<string, string> = payload === undefined ? {} : { "content-type": "application/json" };
    const answer = await server!.inject({
      method: operation.method as "GET",
      url,
      remoteAddress,
      headers: { ...accept, ...(operation.isOpen ? {} : CALLER), ...typed, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const type = String(answer.headers["content-type"] ?? "");
    return { status: answer.statusCode, type, body: /\/(?:problem\+)?json/u.test(type) && answer.body !== "" ? answer.json() : answer.body };
  }

  /** Rows of every table, and the newest transaction that wrote one: what a refused request must not change. */
  const TABLES = (
    await api.database.sql<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema')`,
    )
  ).map(({ name }) => name);
  /** Who came, and what was refused to whom, is noted. */
  const NOTED = /\b(session|api_key|person|api_client|audit_log|contract_receipt|blocked_attempt|gate_tally)\b/u;
  const STATE = TABLES.filter((name) => !NOTED.test(name))
    .map((name) => `select '${name}' as name, count(*)::text as rows, max(xmin::text::bigint)::text as last from ${name}`)
    .join(" union all ");
  const stateNow = async (): Promise<string> => JSON.stringify(await api.database.sql(STATE));
  /** Moves with every transaction that writes anything, also with one that is then undone. */
  const transaction = async (): Promise<string> =>
    (await api.database.sql<{ next: string }>("select pg_snapshot_xmax(pg_current_snapshot())::text as next"))[0]?.next ?? "";
  const auditRows = async (): Promise<number> => Number((await api.database.sql<{ count: string }>("select count(*) from audit_log"))[0]?.count);

  /** Refusals that the audit log keeps. */
  const KEPT = new Set(["permission_denied", "event_not_permitted", "gate_blocked", "signature_invalid", "key_unknown", "timestamp_skew"]);

  let looked = "";
  let state = await stateNow();
  let noted = await auditRows();
  const complaints: string[] = [];
  let keptRefusals = 0;

  /** Notes what is wrong with an answer to bad input. */
  async function judge(what: string, operation: Operation, answer: Answer, { codes, path, mayPass = false }: Expected = {}): Promise<void> {
    const { status, body, type } = answer;
    const complain = (why: string) =>
      void complaints.push(`${operation.method} ${operation.path} · ${what.slice(0, 160)}: ${status} ${body?.code ?? ""} ${why}`);
    if (status >= 500) complain(JSON.stringify(body).slice(0, 200));
    if (status < 400) {
      if (!mayPass) complain("was taken");
      if (operation.method !== "GET") {
        // What was taken may have left something to the relay.
        await api.drain();
        await rebase();
      }
      return;
    }
    if (!type.startsWith("application/problem+json")) complain(`as ${type}`);
    for (const member of ["type", "title", "code", "detail", "hint"])
      if (typeof body?.[member] !== "string" || body[member] === "") complain(`has no ${member}`);
    if (body?.status !== status) complain(`tells status ${body?.status}`);
    if (!Object.hasOwn(ERRORS, body?.code)) complain("has a code that is not in the table");
    if (JSON.stringify(body).length > 20_000) complain("answers more than 20 kB");
    const errors: readonly { path?: unknown; message?: unknown }[] = body?.errors ?? [];
    for (const error of errors)
      if (typeof error.path !== "string" || !/^(?:\/|$)/u.test(error.path) || typeof error.message !== "string")
        complain(`has the error ${JSON.stringify(error).slice(0, 200)}`);
    if (
      ["payload_invalid", "query_invalid", "facts_invalid", "definition_invalid"].includes(body?.code) &&
      errors.length === 0 &&
      !/URL path|not well formed/u.test(body.detail)
    )
      complain(`names no field: ${body.detail}`);
    if (codes !== undefined && !codes.includes(body?.code)) complain(`instead of ${codes.join(" or ")}`);
    if (path !== undefined && !errors.some((error) => String(error.path).startsWith(path)))
      complain(`does not name ${path}: ${JSON.stringify(errors).slice(0, 200)} ${body.detail?.slice(0, 200)}`);
    if (KEPT.has(body?.code)) keptRefusals += 1;
    // Refused contract events are all noted, and what a contract says is to be done about one that a machine refuses is done.
    if (operation.isSigned && ![400, 422].includes(status)) state = await stateNow();
    if (operation.isSigned) noted = await auditRows();
    if (mayPass && operation.method !== "GET") await still(`${operation.method} ${operation.path} · ${what.slice(0, 160)}`);
  }

  /** Nothing was changed since the last look, and the audit log has grown by no more than the refusals that it keeps. */
  async function still(where: string): Promise<void> {
    const last = await transaction();
    if (last === looked) return;
    looked = last;
    const now = await stateNow();
    if (now !== state) complaints.push(`${where}: has changed something`);
    state = now;
    const rows = await auditRows();
    if (rows - noted > keptRefusals) complaints.push(`${where}: has left a line in the audit log`);
    noted = rows;
    keptRefusals = 0;
  }

  async function settled(): Promise<void> {
    await still("all of them");
    const found = complaints.splice(0);
    expect(found.length, `\n${found.slice(0, 60).join("\n")}\n`).toBe(0);
  }

  const rebase = async (): Promise<void> => {
    [state, noted, keptRefusals] = [await stateNow(), await auditRows(), 0];
  };
  beforeEach(async () => {
    await api.drain();
    await rebase();
  });
  return {
    api,
    root,
    oracle,
    operations: tested,
    things: [draft.id, file.id, replay.id, paper?.id],
    order: orders[0] as string,
    formPath: `/${form}/${token}`,
    addressOf,
    send,
    judge,
    settled,
    rebase,
  };
}
