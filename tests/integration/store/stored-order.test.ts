import fc from "fast-check";
import { expect, it } from "vitest";
import { inStoredOrder } from "#engine/service/work/stored-order.ts";
import { testDatabase } from "#tests/support/database.ts";

it("orders members as jsonb does", async () => {
  const { sql } = await testDatabase();
  const text = fc.string({ unit: "grapheme", maxLength: 6 }).map((each) => each.replaceAll("\u0000", ""));
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, text, fc.integer(), fc.boolean(), fc.constant(null), tie("object"), fc.array(tie("any"), { maxLength: 4 })),
    object: fc.dictionary(text, tie("any"), { maxKeys: 8 }),
  })).object;
  const known = [{ __proto__x: 1, "": 2, é: 3, zz: 4, a: 5 }, JSON.parse('{"__proto__":{"b":1,"a":2},"constructor":1}')];
  const cases = [...known, ...fc.sample(value, 400)].map((each) => JSON.stringify(each));
  const rows = await sql<{ text: string }>("select t::jsonb::text as text from unnest($1::text[]) with ordinality x(t, n) order by n", [cases]);
  expect(rows).toHaveLength(cases.length);
  for (const [n, each] of cases.entries()) {
    const stored = JSON.parse(rows[n]?.text ?? "null");
    expect(JSON.stringify(inStoredOrder(JSON.parse(each))), each).toBe(JSON.stringify(stored));
  }
});
