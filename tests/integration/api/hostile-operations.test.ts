/** [P18] No input gives a 5xx, and what is refused changes nothing: every operation that the product's OpenAPI document declares. */
import { describe, expect, it } from "vitest";
import { hostileCaller, text } from "#tests/support/hostile-caller.ts";
import { HOSTILE_SEGMENTS, HOSTILE_TEXTS } from "#tests/support/hostile-input.ts";

const { operations: tested, oracle, things, formPath, addressOf, send, judge, settled } = await hostileCaller();

describe("[P18] every operation of the product", () => {
  it("is known, and there are things for it", () => {
    expect(tested.length).toBeGreaterThan(70);
    for (const made of [...things, formPath]) expect(made).toBeTypeOf("string");
  });

  it("refuses bodies that are no JSON, or too much of it", async () => {
    for (const operation of tested.filter(({ body }) => body !== undefined)) {
      const url = addressOf(operation);
      for (const [what, body, codes] of HOSTILE_TEXTS) {
        // What is signed is signed as text here.
        if (operation.isSigned && typeof body !== "string") continue;
        await judge(what, operation, await send(operation, url, body), { codes });
      }
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json2",
        "; application/json",
        "text/html",
      ])
        await judge(type, operation, await send(operation, url, "{}", { "content-type": type }), { codes: ["media_type_unsupported"] });
      // A list is a list of events where events are received.
      const others = operation.isSigned ? ["7", '"text"', "true"] : ["7", '"text"', "true", "[]", "[null]"];
      for (const body of others)
        await judge(body, operation, await send(operation, url, body), { codes: ["payload_invalid", "idempotency_key_malformed"], path: "" });
    }
    await settled();
  });

  it("names the member that does not fit its declaration", async () => {
    for (const operation of tested.filter(({ body, isSigned }) => body !== undefined && !isSigned)) {
      const url = addressOf(operation);
      const whole = oracle.sample(operation.body);
      for (const { path, body } of oracle.spoilt(operation.body, whole))
        await judge(`${path} ${text(body)}`, operation, await send(operation, url, text(body)), { codes: ["payload_invalid"], path });
      for (const name of ["noSuchField", "constructor", "toString", "$where", "a/b~c"]) {
        const body = { ...(whole as object), [name]: 1 };
        if (oracle.accepts(operation.body, body)) continue;
        await judge(name, operation, await send(operation, url, text(body)), {
          codes: ["payload_invalid"],
          path: `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        });
      }
    }
    await settled();
  });

  it("refuses paths that name nothing", async () => {
    // Every other one, the others at the next place.
    let turn = 0;
    for (const operation of tested) {
      for (const { name } of operation.parameters.filter((parameter) => parameter.in === "path")) {
        turn += 1;
        for (const value of HOSTILE_SEGMENTS.filter((_value, at) => (at + turn) % 2 === 0)) {
          const body = operation.body === undefined ? undefined : text(oracle.sample(operation.body));
          await judge(`{${name}} = ${value}`, operation, await send(operation, addressOf(operation, { [name]: value }), body));
        }
      }
    }
    await settled();
  });
});

/** Things that a client may name wrongly in every list: none of them is an error of ours, and most are an error of theirs. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  limit: ["abc", "-1", "0", "201", "1e9", "1.5", "", "١"],
  cursor: ["%00", "nonsense", "null", "7", "%7B%7D", "W10", "eyJhIjoxfQ", "x".repeat(3_000), "%F0%9F%98%80", "AAAA%ED%A0%80"],
  sort: ["no_such_field", "--code", "code;drop table x", "constructor", "__proto__", ",", "code,code,code,code,code,code,code,code,code"],
  filter: [
    "%7B",
    "[]",
    "7",
    "null",
    text({ no_such_field: 1 }),
    text({ code: { $nope: 1 } }),
    text({ code: { $gt: { $gt: 1 } } }),
    '{"__proto__":1}',
    text({ constructor: 1 }),
    text({ code: { $in: Array.from({ length: 5_000 }, (_one, n) => n) } }),
    `${'{"$and":['.repeat(40)}{}${"]}".repeat(40)}`,
    text({ $or: [] }),
    text({ code: "x".repeat(20_000) }),
    text({ created_at: "no date" }),
    text({ total: "1e999999" }),
    text({ owner_id: [] }),
  ],
  q: ["%00", "%", "'\"\\", "x".repeat(5_000), "%F0%9F%98%80", "a b & | ! ( ) : *"],
};

describe("[P18] query and headers", () => {
  it("are judged by their declaration", async () => {
    let turn = 0;
    for (const operation of tested) {
      const url = addressOf(operation, operation.method === "DELETE" ? { id: "nothing", key: "nothing" } : {});
      const body = operation.body === undefined ? undefined : text(oracle.sample(operation.body));
      for (const query of ["noSuchParameter=1", "__proto__=1", "constructor=1", "a[b]=1"])
        await judge(query, operation, await send(operation, `${url}?${query}`, body), {
          codes: operation.isSigned ? ["query_invalid", "signature_invalid"] : ["query_invalid"],
        });
      for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === "query")) {
        const values = QUERIES[name] ?? ["", "no such", "%00", "-1", "1e400", "x".repeat(5_000), "2026-02-30", "2026-02-30T00:00:00Z", "{}", "[]"];
        turn += 1;
        for (const value of values.filter((_value, at) => (at + turn) % 2 === 0)) {
          const given = value.includes("%") || name !== "filter" ? value : encodeURIComponent(value);
          if (/\/(stream|events)$/u.test(operation.path) && oracle.accepts(schema, value)) continue;
          await judge(`?${name}=${value}`, operation, await send(operation, `${url}?${name}=${given}`, body), { mayPass: true });
        }
        await judge(`?${name} twice`, operation, await send(operation, `${url}?${name}=1&${name}=2`, body), { codes: ["query_invalid"] });
      }
    }
    await settled();
  });

  let host = 0;
  it("that name a key, an org or an etag are judged before anything is done", async () => {
    for (const operation of tested.filter(({ isOpen, isSigned }) => !isOpen && !isSigned)) {
      const isStream = /\/(stream|events)$/u.test(operation.path) && operation.method === "GET";
      const url = addressOf(operation, operation.method === "DELETE" ? { id: "nothing", key: "nothing" } : {});
      const body = operation.body === undefined ? undefined : text(oracle.sample(operation.body));
      for (const org of ["NOPE", "' or 1=1", "*", "JTR,MOD", "x".repeat(300), "é"])
        await judge(`x-org ${org}`, operation, await send(operation, url, body, { "x-org": org }));
      // After some tries an address has to wait.
      for (const authorization of ["Bearer ", `Bearer ghk_${"a".repeat(43)}`, "x".repeat(5_000)]) {
        host += 1;
        await judge(`authorization ${authorization}`, operation, await send(operation, url, body, { authorization }, `192.0.2.${host % 250}`), {
          codes: ["not_signed_in"],
        });
      }
      if (operation.parameters.some(({ name }) => name === "idempotency-key"))
        for (const key of ["with blank", "é", "x".repeat(256), ""])
          await judge(`idempotency-key ${key}`, operation, await send(operation, url, body, { "idempotency-key": key }), {
            codes: ["idempotency_key_malformed", "media_type_unsupported"],
          });
      if (operation.parameters.some(({ name }) => name === "if-match"))
        for (const tag of ['"a", "b"', "é", "x".repeat(300), '""', '"', "9".repeat(40)])
          await judge(`if-match ${tag}`, operation, await send(operation, url, body, { "if-match": tag }));
      if (!isStream)
        await judge(
          "x-forwarded-host",
          operation,
          await send(operation, url.replace(/[^/]+$/u, "nothing"), body, {
            "x-forwarded-host": "evil.example",
            "if-none-match": '"'.repeat(900),
            range: "bytes=9-1",
          }),
          { mayPass: true },
        );
    }
    await settled();
  });
});

describe("[P18] bodies of bytes", () => {
  it("are refused for what they hold, and rows for what they name", async () => {
    const junk: readonly (string | Buffer)[] = [
      "",
      "\0",
      Buffer.from([0xff, 0xfe, 0x00]),
      "PK\u0003\u0004nothing",
      "{",
      "[".repeat(100_000),
      '{"facts":1}\n\0',
      "x".repeat(1_000_000),
      "a,b\n1,2,3\n",
      '"open',
      "\n".repeat(70_000),
    ];
    for (const operation of tested.filter(({ body, media }) => body === undefined && media.length > 0)) {
      const url = `${addressOf(operation, { type: "payments-ledger" })}${operation.parameters.some(({ name, in: place }) => name === "name" && place === "query") ? "?name=a" : ""}`;
      const isFile = operation.media.includes("*/*");
      for (const type of isFile ? ["text/plain", "nonsense", "image/svg+xml; charset=\u00e9"] : operation.media)
        for (const bytes of junk)
          await judge(`${type} ${String(bytes).slice(0, 20)}`, operation, await send(operation, url, bytes, { "content-type": type }), { mayPass: true });
      if (!isFile)
        for (const type of ["application/xml", "; text/csv"])
          await judge(type, operation, await send(operation, url, "a", { "content-type": type }), { codes: ["media_type_unsupported", "signature_invalid"] });
      await judge(
        "more than it takes",
        operation,
        await send(operation, url, Buffer.alloc(25 * 1024 * 1024 + 1, 0x20), { "content-type": isFile ? "text/plain" : (operation.media[0] as string) }),
        { codes: ["too_large"] },
      );
    }
    await settled();
  });
});
