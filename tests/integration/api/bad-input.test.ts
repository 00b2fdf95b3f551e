/**
 * [P18] No input gives a 5xx, and no refused request changes anything: hostile requests to every route of the OpenAPI
 * document.
 */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ERRORS } from "#engine/core/errors.ts";
import { openDesk, START } from "./desk.ts";

const desk = await openDesk();
const created = await desk.call("lead", "POST", "/api/v1/instances", {
  machine: "note",
  event: { type: "note.create", payload: { title: "There before", words: 3 } },
});
const document = (await desk.call(null, "GET", "/api/openapi.json")).body;
const before = await desk.stateHash();

/** Things that exist, so that the body is what is refused; DELETE gets things that do not. */
const PARAMS: Readonly<Record<string, string>> = {
  id: created.body.id,
  type: "notes",
  kind: "type",
  key: "length",
  contract: "feed",
  number: "999999",
  a: "999999",
  b: "999998",
};

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly hasJson: boolean;
  readonly isClosed: boolean;
  readonly takesEvent: boolean;
  readonly isSigned: boolean;
}

const operations: Operation[] = Object.entries(document.paths as Record<string, Record<string, any>>).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const content = operation.requestBody?.content ?? {};
    const schema = content["application/json"]?.schema;
    return {
      method: method.toUpperCase(),
      path,
      hasJson: content["application/json"] !== undefined,
      isClosed: schema?.additionalProperties === false,
      takesEvent: schema?.required?.includes("type") === true && schema?.properties?.type !== undefined,
      isSigned: JSON.stringify(operation.security ?? []).includes("contractSignature"),
    };
  }),
);

const address = (path: string, params: Readonly<Record<string, string>> = PARAMS) =>
  path.replaceAll(/\{([A-Za-z]+)\}/gu, (_match, name: string) => encodeURIComponent(params[name] ?? "nothing"));

async function send({ method, isSigned }: Operation, url: string, payload?: string | Buffer, type = "application/json") {
  const timestamp = String(Date.parse(START) / 1000);
  const signed = isSigned
    ? {
        "x-gatehouse-key": "ext",
        "x-gatehouse-timestamp": timestamp,
        "x-gatehouse-signature": `v1=${createHmac("sha256", "new-secret")
          .update(`${timestamp}.`)
          .update(payload ?? "")
          .digest("hex")}`,
      }
    : { authorization: `Bearer ${desk.keys.lead}` };
  const answer = await desk.app.inject({
    method: method as "GET",
    url,
    headers: { ...signed, ...(payload === undefined ? {} : { "content-type": type }) },
    ...(payload === undefined ? {} : { payload }),
  });
  let code: unknown;
  let outcome: unknown;
  try {
    ({ code, outcome } = JSON.parse(answer.body));
  } catch {
    code = undefined;
  }
  return { status: answer.statusCode, code, outcome };
}

/** Says what is wrong with an answer to a hostile request; null where it is refused as it should be. */
function complaint(what: string, { status, code }: { status: number; code: unknown }, codes?: readonly string[]): string | null {
  if (status < 400 || status > 499) return `${what}: ${status} ${String(code)}`;
  if (typeof code !== "string" || !Object.hasOwn(ERRORS, code)) return `${what}: ${status} without a code of the table (${String(code)})`;
  if (codes !== undefined && !codes.includes(code)) return `${what}: ${code}, expected ${codes.join(" or ")}`;
  return null;
}

const TEXTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["malformed JSON", '{"type": ', ["body_not_json"]],
  ["not JSON at all", "<xml/>", ["body_not_json"]],
  ["an empty body", "", ["body_not_json"]],
  ["depth 100,000", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, ["body_too_deep", "too_large"]],
  ["depth 100,000 of lists", "[".repeat(100_000), ["body_too_deep"]],
  ["a NUL", '{"type":"a\\u0000b"}', ["text_invalid"]],
  ["a lone surrogate", '{"type":"\\ud800"}', ["text_invalid"]],
  ["__proto__", '{"__proto__":{"type":"x"}}', ["body_not_json"]],
  ["a name twice", '{"type":"x","type":"y"}', ["body_not_json"]],
  ["a number beyond a double", '{"type":1e999}', ["body_not_json"]],
  ["a string", '"text"', ["payload_invalid", "idempotency_key_malformed", "media_type_unsupported"]],
  ["a number", "7", ["payload_invalid", "idempotency_key_malformed"]],
];

describe("[P18] hostile requests", () => {
  it("reach every route of the document", () => {
    expect(created.status).toBe(201);
    expect(operations.length).toBeGreaterThan(45);
  });

  it.each(operations.filter(({ hasJson }) => hasJson))("$method $path refuses hostile bodies", async (operation) => {
    const url = address(operation.path);
    const complaints: (string | null)[] = [];
    for (const [what, text, codes] of TEXTS) complaints.push(complaint(what, await send(operation, url, text), codes));
    complaints.push(complaint("not UTF-8", await send(operation, url, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), ["text_invalid"]));
    complaints.push(complaint("2 MB", await send(operation, url, JSON.stringify({ type: "x".repeat(2 * 1024 * 1024) })), ["too_large"]));
    complaints.push(complaint("text/plain", await send(operation, url, "{}", "text/plain"), ["media_type_unsupported"]));
    complaints.push(complaint("no known type", await send(operation, url, "{}", "application/x-unknown; charset=utf-8"), ["media_type_unsupported"]));
    complaints.push(complaint("a broken type", await send(operation, url, "{}", "; application/json"), ["media_type_unsupported"]));
    if (operation.isClosed) complaints.push(complaint("an unknown field", await send(operation, url, '{"noSuchField":1}'), ["payload_invalid"]));
    if (operation.takesEvent) {
      for (const type of ["xstate.init", "xstate.stop", "done.state.note", "error.platform.x", "after.x", "constructor", "__proto__", "toString", "", " "]) {
        const answer = await send(operation, url, JSON.stringify({ type }));
        // To explain is to answer what would be refused.
        if (operation.path.endsWith("/explain") && answer.status === 200 && answer.outcome === "not_available") continue;
        complaints.push(complaint(`event ${type}`, answer));
      }
      for (const body of [
        { type: 7 },
        { type: ["note.write"] },
        { type: "note.write", payload: [] },
        { type: "note.write", payload: { words: "three" } },
        { type: "note.write", expectedSeq: "1" },
      ]) {
        complaints.push(complaint(JSON.stringify(body), await send(operation, url, JSON.stringify(body))));
      }
    }
    expect(complaints.filter((each) => each !== null)).toEqual([]);
  });

  it.each(operations.filter(({ path }) => path.includes("{")))("$method $path refuses hostile paths", async (operation) => {
    const complaints: (string | null)[] = [];
    const body = operation.method === "GET" || operation.method === "DELETE" ? undefined : "{}";
    for (const value of [
      "%zz",
      "%",
      "%00",
      "a%00b",
      "%ff",
      "%c3%28",
      "..%2f..%2fetc",
      "x".repeat(5_000),
      "%F0%9F",
      "__proto__",
      "constructor",
      "'%20or%201=1--",
    ]) {
      const url = operation.path.replaceAll(/\{[A-Za-z]+\}/gu, value);
      complaints.push(complaint(value.slice(0, 20), await send(operation, url, body)));
    }
    expect(complaints.filter((each) => each !== null)).toEqual([]);
  });

  it.each(operations)("$method $path refuses hostile queries", async (operation) => {
    const url = address(operation.path, { ...PARAMS, id: "nothing" });
    const complaints: (string | null)[] = [];
    const body = operation.method === "GET" || operation.method === "DELETE" ? undefined : "{}";
    for (const query of [
      "noSuchParameter=1",
      "limit=abc",
      "limit=-1",
      "limit=1e9",
      "limit=1&limit=2",
      "cursor=%00",
      "q=%00",
      "filter=%7B",
      "__proto__=1",
      "constructor=1",
    ]) {
      complaints.push(complaint(query, await send(operation, `${url}?${query}`, body)));
    }
    expect(complaints.filter((each) => each !== null)).toEqual([]);
  });

  it("refuses hostile headers", async () => {
    const statuses: number[] = [];
    for (const headers of [
      { "x-org": "NOPE" },
      { "x-org": "' or 1=1" },
      { "x-org": "TWO" },
      { "idempotency-key": "with blank" },
      { "idempotency-key": "é" },
      { "idempotency-key": "x".repeat(256) },
      { authorization: "Bearer " },
      { authorization: "Basic YTpi" },
      { authorization: `Bearer ghk_${"a".repeat(43)}` },
      { authorization: "x".repeat(5_000) },
    ] as Record<string, string>[]) {
      statuses.push((await desk.call("lead", "POST", "/api/v1/drafts", { name: "x" }, headers)).status);
    }
    expect(statuses).toEqual([404, 404, 404, 400, 400, 400, 401, 401, 401, 401]);
  });

  it("refuses filters and cursors that are none", async () => {
    const complaints: (string | null)[] = [];
    for (const filter of [
      "[]",
      "7",
      '{"$where":"1"}',
      '{"title":{"$gt":{"$gt":1}}}',
      '{"no_such_field":1}',
      '{"title":{"$nope":1}}',
      `${'{"a":'.repeat(40)}1${"}".repeat(40)}`,
    ]) {
      const answer = await desk.call("lead", "GET", `/api/v1/records/notes?filter=${encodeURIComponent(filter)}`);
      complaints.push(complaint(filter.slice(0, 30), { status: answer.status, code: answer.body.code }));
    }
    for (const query of [
      "cursor=nonsense",
      "cursor=%F0%9F%98%80",
      "cursor=null",
      "cursor=7",
      "sort=no_such_field",
      "sort=title;drop table x",
      "sort=--title",
    ]) {
      for (const path of [
        "records/notes",
        "instances",
        "tasks",
        "audit",
        "outbox",
        "timers",
        "mails",
        "releases",
        "drafts",
        "definitions",
        "activations",
        "replays",
        `instances/${created.body.id}/history`,
      ]) {
        if (query.startsWith("sort") && path !== "records/notes") continue;
        const answer = await desk.call("lead", "GET", `/api/v1/${path}?${query}`);
        // A number may be a cursor where the cursor is a place; a pack without mails has an empty list of them.
        if (answer.status === 200 && (query === "cursor=7" || path === "mails")) continue;
        complaints.push(complaint(`${path} ${query}`, { status: answer.status, code: answer.body.code }));
      }
    }
    expect(complaints.filter((each) => each !== null)).toEqual([]);
  });

  it("have changed nothing", async () => {
    expect(await desk.stateHash()).toBe(before);
  });
});
