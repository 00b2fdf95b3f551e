/** [P18] No input gives a 5xx, and what is refused changes nothing: everything that the packs declare (records, payloads, facts, settings, events, forms). */
import { describe, expect, it } from "vitest";
import { hostileCaller, type Operation, text } from "#tests/support/hostile-caller.ts";
import { EVENTS } from "#tests/support/product-api.ts";

const { api, root, operations: tested, oracle, order, formPath, send, judge, settled, rebase } = await hostileCaller();

const UNIVERSAL: readonly unknown[] = [null, true, -1, 1e308, "", "x".repeat(20_000), [], {}, [[[{}]]], { constructor: { a: 1 } }];
/** What fits a declaration and is as far out as can be, and what only looks as if it would fit. */
const EXTREMES: Readonly<Record<string, readonly unknown[]>> = {
  decimal: ["9".repeat(400), "-0", "1e10", "0x10", `0.${"0".repeat(300)}1`, "1,000.00", " 1", "NaN", "Infinity", 1e15, -1e300, "١٢"],
  number: [Number.MAX_SAFE_INTEGER, -Number.MAX_VALUE, 5e-324, "7", 1e21],
  integer: [Number.MAX_SAFE_INTEGER, -(2 ** 53), 2 ** 31, 1e21, 1.5, "7"],
  date: ["0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30", "+275760-09-13", "-000001-01-01", "2026-03-02T06:00:00Z"],
  instant: ["0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-03-02T06:00:00+99:99", "2026-03-02", "+275760-09-13T00:00:00Z"],
  boolean: ["true", 0, 1],
  text: ["\u202e\ufeff%s{{7*7}}' or 1=1;--", "\ud83d\ude00".repeat(60), "\u0001\u007f\u2028", "__proto__", "x".repeat(3_000)],
  list: [Array.from({ length: 5_000 }, () => 1), [null], [[]], [{ a: { b: {} } }]],
  record: [{ __proto__x: 1, toString: 1, hasOwnProperty: 1 }, Object.fromEntries(Array.from({ length: 2_000 }, (_one, n) => [`k${n}`, n]))],
};

function extremesOf(declared: any): readonly unknown[] {
  const types: readonly string[] = [declared?.type ?? []].flat();
  if (declared?.["x-decimal"] !== undefined || types.includes("decimal")) return EXTREMES["decimal"] as readonly unknown[];
  if (declared?.format === "date" || types.includes("date")) return EXTREMES["date"] as readonly unknown[];
  if (declared?.format === "date-time" || types.includes("datetime")) return EXTREMES["instant"] as readonly unknown[];
  if (types.includes("integer")) return EXTREMES["integer"] as readonly unknown[];
  if (types.includes("number")) return EXTREMES["number"] as readonly unknown[];
  if (types.includes("boolean")) return EXTREMES["boolean"] as readonly unknown[];
  if (types.includes("array") || types.includes("list")) return EXTREMES["list"] as readonly unknown[];
  if (types.includes("object") || types.includes("record")) return EXTREMES["record"] as readonly unknown[];
  return EXTREMES["text"] as readonly unknown[];
}

/** How many values each member is tried with; a thorough run sets more. */
const SHARE = Number(process.env["HOSTILE_SHARE"] ?? 1);
let turn = 0;
const next = (): number => {
  turn += 1;
  return turn;
};
/** Some of the values, others each time, so that all of them come round. */
function someOf(declared: any): unknown[] {
  const all = [...extremesOf(declared), ...UNIVERSAL];
  return Array.from({ length: Math.min(SHARE, all.length) }, () => all[next() % all.length]);
}

/** Every other one, unless all are asked for. */
const isInTurn = (): boolean => SHARE > 1 || next() % 2 === 0;

const operationOf = (id: string): Operation => tested.find((operation) => operation.id === id) ?? expect.fail(`There is no operation ${id}`);
const listed: { readonly kind: string; readonly key: string }[] = [];
for (let next: string | null = ""; next !== null; ) {
  const { body } = await root.get(`/definitions?limit=200${next === "" ? "" : `&cursor=${encodeURIComponent(next)}`}`);
  listed.push(...body.items);
  next = body.next;
}
const definitions: readonly any[] = await Promise.all(listed.map(async ({ kind, key }) => (await root.get(`/definitions/${kind}/${key}`)).body));
const contentOf = (kind: string): readonly any[] => definitions.filter((one) => one.kind === kind).map(({ content }) => content);
const idOf = ({ key }: { key: string }): string => key.slice(key.indexOf(".") + 1);

describe("[P18] what the content declares", () => {
  it("records of every type take no member that does not fit", async () => {
    const [create, change, list] = ["createRecord", "updateRecord", "listRecords"].map(operationOf) as [Operation, Operation, Operation];
    expect(contentOf("type").length).toBeGreaterThan(25);
    for (const type of contentOf("type")) {
      const [one] = (await root.get(`/records/${idOf(type)}?limit=1`)).body.items ?? [];
      const path = `/api/v1/records/${idOf(type)}`;
      const whole = oracle.sample(type.schema) as object;
      for (const [name, declared] of Object.entries<any>(type.schema.properties)) {
        for (const value of someOf(declared)) {
          const body = text({ ...(one === undefined ? whole : {}), [name]: value });
          const what = `${idOf(type)} ${body}`;
          if (one === undefined) await judge(what, create, await send(create, path, body), { mayPass: true });
          else await judge(what, change, await send(change, `${path}/${one.id}`, body), { mayPass: true });
          const filter = text({ [name]: { [["$eq", "$gt", "$in", "$lt", "$contains", "$null", "$startsWith"][turn % 7] as string]: value } });
          await judge(filter, list, await send(list, `${path}?limit=2&sort=${name}&filter=${encodeURIComponent(filter)}`), { mayPass: true });
        }
      }
    }
    await settled();
  });

  it("events of every machine take no payload that does not fit", async () => {
    const [start, event, explain] = ["startInstance", "sendEvent", "explainEvent"].map(operationOf) as [Operation, Operation, Operation];
    for (const machine of contentOf("machine")) {
      const [instance] = await root.list(`/instances?machine=${idOf(machine)}&limit=1`);
      for (const [type, { payload }] of Object.entries<any>(machine.events)) {
        const isStart = (machine.start?.events ?? machine.start?.on ?? []).includes?.(type) ?? false;
        const whole = oracle.sample(payload ?? {}) ?? {};
        for (const [name, declared] of [...Object.entries<any>(payload?.properties ?? {}), ["constructor", {}] as const]) {
          for (const value of someOf(declared)) {
            const sent = { type, payload: { ...(whole as object), [name]: value } };
            const what = `${idOf(machine)} ${text(sent)}`;
            if (isStart || instance === undefined)
              await judge(what, start, await send(start, "/api/v1/instances", text({ machine: idOf(machine), event: sent })), { mayPass: true });
            else {
              await judge(what, event, await send(event, `/api/v1/instances/${instance.id}/events`, text(sent)), { mayPass: true });
              await judge(what, explain, await send(explain, `/api/v1/instances/${instance.id}/explain`, text(sent)), { mayPass: true });
            }
          }
        }
      }
    }
    await settled();
  });

  it("rule sets and tables take no fact that does not fit", async () => {
    const decide = operationOf("decide");
    for (const rules of [...contentOf("ruleset"), ...contentOf("table")]) {
      for (const [name, declared] of Object.entries<any>(rules.inputs).filter(isInTurn)) {
        for (const value of someOf(declared))
          await judge(
            `${idOf(rules)} ${text({ [name]: value })}`,
            decide,
            await send(decide, `/api/v1/decisions/${idOf(rules)}`, text({ facts: { [name]: value } })),
            { mayPass: true },
          );
      }
    }
    await settled();
  });

  it("settings take no value that does not fit", async () => {
    const change = operationOf("updateSettings");
    for (const settings of contentOf("settings")) {
      // Where each mail of the release has a row, one of them stands for all.
      const { properties, additionalProperties: row } = settings.schema;
      for (const [name, declared] of Object.entries<any>(properties ?? { shipped: row })) {
        for (const value of someOf(declared))
          await judge(
            `${idOf(settings)} ${text({ [name]: value })}`,
            change,
            await send(change, `/api/v1/settings/${idOf(settings)}`, text({ [name]: value })),
            { mayPass: true },
          );
      }
    }
    await settled();
  });

  it("contract events take no data that does not fit", async () => {
    const receive = operationOf("receiveContractEvents");
    for (const contract of contentOf("contract")) {
      for (const [name, declared] of Object.entries<any>(contract.events).filter(([, one]) => one.direction === "in")) {
        const data = oracle.sample(declared.data ?? {}) as object;
        for (const [member, schema] of [...Object.entries<any>(declared.data?.properties ?? {}), ["constructor", {}] as const].filter(isInTurn)) {
          for (const value of someOf(schema)) {
            next();
            const envelope = api.envelope(name, {
              id: `h${turn}`,
              subject: { type: declared.subject, ref: order.slice(15) },
              sequence: turn,
              actor: { name: "x" },
              data: { ...data, [member]: value },
            });
            await judge(`${name} ${text({ [member]: value })}`, receive, await send(receive, EVENTS, text(envelope)), { mayPass: true });
          }
        }
        for (const [member, value] of Object.entries({
          event: 7,
          idempotency_key: {},
          org_code: [],
          occurred_at: "2026-02-30T00:00:00Z",
          schema_version: 1,
          subject: null,
          sequence: 1.5,
          actor: 3,
          data: "x",
          more: 1,
        })) {
          const envelope = { ...api.envelope(name, { id: `m${next()}`, subject: { type: declared.subject, ref: "x" }, data }), [member]: value };
          await judge(`${name} ${member}`, receive, await send(receive, EVENTS, text(envelope)));
        }
      }
    }
    await settled();
  });

  it("a form takes no submission that does not fit", async () => {
    const [look, submit] = ["openForm", "submitForm"].map(operationOf) as [Operation, Operation];
    const { schema } = (await send(look, formPath)).body;
    await rebase();
    const whole = oracle.sample(schema);
    for (const { path, body } of oracle.spoilt(schema, whole))
      await judge(`${path} ${text(body)}`, submit, await send(submit, formPath, text(body)), { path: "/" });
    await settled();
  });
});
