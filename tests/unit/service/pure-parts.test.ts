/** The parts of the services that need no database: keys, signatures, scopes, payloads, etags. */
import { describe, expect, it } from "vitest";
import type { AccessDefinition } from "#engine/schema/access.ts";
import type { ContractDefinition, ContractEvent } from "#engine/schema/contract.ts";
import { eventSegments, fillTemplate, isKeyOfEvent, parseKey } from "#engine/service/contract/contract-key.ts";
import { signBody, verifySignature } from "#engine/service/contract/contract-signature.ts";
import { acceptPayload, checkPayload, findReferences, withDefaults, withoutForbiddenNulls } from "#engine/service/records/payload.ts";
import { versionOfEtag } from "#engine/service/records/record-answer.ts";
import { actorIn, chooseScope, type Principal } from "#engine/service/work/scope.ts";

const contract = {
  inboundSource: "branch",
  keyPattern: "^(branch|desk):[a-z][a-z0-9_]{0,39}:[A-Za-z0-9][A-Za-z0-9_.-]{0,79}:[a-z][a-z0-9_]{0,39}:v[1-9][0-9]{0,2}$",
} as ContractDefinition;

describe("keys", () => {
  it.each([
    "branch:shelf:B1:changed",
    "branch:shelf:B:1:changed:v1",
    "BRANCH:shelf:B1:changed:v1",
    "branch:shelf::changed:v1",
    "branch:shelf:B1:changed:1",
    "branch:shelf:B 1:changed:v1",
    "",
    7,
    null,
    `branch:shelf:${"B".repeat(300)}:changed:v1`,
  ])("%s is malformed", (key) => expect(parseKey(contract, key)).toBeNull());
  it("names sender, event and version", () => {
    const key = parseKey(contract, "branch:shelf:B-1.2:stock_changed:v1");
    expect(key).toEqual({ source: "branch", entity: "shelf", id: "B-1.2", action: "stock_changed", version: "v1" });
    const event = { version: "v1" } as ContractEvent;
    expect(key !== null && isKeyOfEvent(contract, "shelf.stock.changed", event, key, "v1")).toBe(true);
    expect(key !== null && isKeyOfEvent(contract, "shelf.changed", event, key, "v1")).toBe(false);
    expect(key !== null && isKeyOfEvent(contract, "shelf.stock.changed", event, key, "v2")).toBe(false);
    expect(eventSegments("a.b.c")).toEqual({ entity: "a", action: "b_c" });
  });
  it("templates take own values only, and need all of them", () => {
    expect(fillTemplate("{org}:{item.place}", { org: "ONE", item: { place: "A" } })).toBe("ONE:A");
    expect(fillTemplate("{org}:{item.constructor}", { org: "ONE", item: {} })).toBeNull();
  });
});

describe("signatures", () => {
  const body = '{"a":1}';
  const call = { secrets: ["old", "new"], timestamp: "1000", body, signature: signBody("new", "1000", body), nowMs: 1_000_000, maxSkewSeconds: 300 };
  it.each([
    ["fits", {}, "ok"],
    ["of another body", { body: '{"a":2}' }, "signature_invalid"],
    ["of another timestamp", { timestamp: "1001" }, "signature_invalid"],
    ["malformed", { signature: "v1=zz" }, "signature_invalid"],
    ["missing", { signature: "" }, "signature_invalid"],
    ["too old by a second", { nowMs: 1_301_000 }, "timestamp_skew"],
    ["just in time", { nowMs: 1_300_000 }, "ok"],
    ["of nobody", { secrets: [] }, "key_unknown"],
    ["one of several", { signature: `v1=${"0".repeat(64)} ${signBody("old", "1000", body)}` }, "ok"],
  ])("%s", (_, change, verdict) => expect(verifySignature({ ...call, ...change })).toBe(verdict));
});

describe("scopes", () => {
  const org = (code: string) => ({ id: `id-${code}`, code, name: code, timeZone: "UTC", branding: {} });
  const person: Principal = {
    id: "p",
    kind: "person",
    name: "P",
    level: "high",
    grants: [
      { org: org("TWO"), roles: ["chief"] },
      { org: org("ONE"), roles: ["clerk", "gone"] },
    ],
    defaultOrgId: "id-TWO",
    narrowedTo: null,
    direct: [],
  };
  const access = {
    roles: { clerk: { title: "", permissions: ["b", "a"] }, chief: { title: "", permissions: ["a", "c"] } },
    levels: { low: { title: "", rank: 10, default: true }, high: { title: "", rank: 80 } },
    traits: { is_plain: { noneOf: ["c"] } },
  } as unknown as AccessDefinition;
  it("choose the default, one, or all; an unknown org answers as one that is not granted", () => {
    const codes = (wanted?: string) => chooseScope(person, { channel: "api", org: wanted }).orgs.map((each) => each.code);
    expect([codes(), codes("ONE"), codes("all")]).toEqual([["TWO"], ["ONE"], ["ONE", "TWO"]]);
    const refusal = (wanted: string) => {
      try {
        return chooseScope(person, { channel: "api", org: wanted });
      } catch (error) {
        return JSON.stringify({ ...(error as Error), message: (error as Error).message });
      }
    };
    expect(refusal("THREE")).toBe(refusal("id-none"));
  });
  it("an actor holds what the roles of this org list, cut down by the key", () => {
    const scope = chooseScope(person, { channel: "api", org: "all" });
    expect(actorIn(scope, "id-ONE", access)).toMatchObject({ permissions: ["a", "b"], rank: 80, orgs: ["ONE", "TWO"], traits: { is_plain: true } });
    expect(actorIn(scope, "id-TWO", access)).toMatchObject({ permissions: ["a", "c"], traits: { is_plain: false } });
    const narrowed = { ...scope, principal: { ...person, narrowedTo: ["b"], level: null } };
    expect(actorIn(narrowed, "id-ONE", access)).toMatchObject({ permissions: ["b"], rank: 10 });
    expect(actorIn(scope, "id-OTHER", access).permissions).toEqual([]);
  });
});

describe("payloads", () => {
  const schema = {
    type: "object",
    additionalProperties: false,
    properties: {
      amount: { type: ["string", "number"], "x-decimal": 2 },
      who: { type: "string", "x-ref": "members" },
      many: { type: "array", items: { type: "object", additionalProperties: false, properties: { who: { type: "string", "x-ref": "members" } } } },
      kind: { type: "string", default: "plain" },
    },
  };
  it("normalises decimals, resolves references wherever they stand, and keeps the argument", async () => {
    const given = { amount: 1.5, who: "M1", many: [{ who: "M2" }, { who: "M1" }] };
    const accepted = await acceptPayload(
      schema,
      given,
      async () =>
        new Map([
          ["members:M1", "id-1"],
          ["members:M2", "id-2"],
        ]),
    );
    expect(accepted).toEqual({ amount: "1.50", who: "id-1", many: [{ who: "id-2" }, { who: "id-1" }] });
    expect(given.amount).toBe(1.5);
    expect(findReferences(schema, given).map((reference) => reference.path)).toEqual(["/who", "/many/0/who", "/many/1/who"]);
    await expect(acceptPayload(schema, given, async () => new Map([["members:M1", "id-1"]]))).rejects.toMatchObject({
      code: "payload_invalid",
      data: { errors: [{ path: "/many/0/who" }] },
    });
  });
  it("refuses what does not fit, by path", () => {
    expect(() => checkPayload(schema, { amount: "1.234" })).toThrow(expect.objectContaining({ code: "payload_invalid" }));
    expect(() => checkPayload(schema, [])).toThrow(expect.objectContaining({ code: "payload_invalid" }));
    expect(checkPayload(schema, undefined)).toEqual({});
  });
  it("fills defaults and drops nulls that have no place", () => {
    expect(withDefaults(schema, { who: "x" })).toEqual({ who: "x", kind: "plain" });
    expect(withoutForbiddenNulls(schema, { who: null, many: [{ who: null }], free: null })).toEqual({ many: [{}], free: null });
  });
});

it("etags are read quoted, weak or bare", () => {
  expect(['"3"', 'W/"3"', "3"].map(versionOfEtag)).toEqual([3, 3, 3]);
  expect(versionOfEtag("x")).toBeNaN();
});
