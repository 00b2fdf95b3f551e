/** `gh_number`, `gh_uuid` and `gh_instant` (migrations 003, 010, 016): what each takes, and null for everything else. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "#tests/support/database.ts";

const db = await testDatabase();
const marks = await db.sql<{ name: string; leakproof: boolean }>(
  "select proname as name, proleakproof as leakproof from pg_proc where proname in ('gh_number', 'gh_uuid', 'gh_instant') order by proname",
);
/** As the first migrations wrote them. */
const PATTERNS = {
  gh_number: "^[+-]?[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,2})?$",
  gh_uuid: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
  gh_instant:
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
} as const;
const TYPES = { gh_number: "numeric", gh_uuid: "uuid", gh_instant: "timestamptz" } as const;
type Name = keyof typeof PATTERNS;

/** Texts whose value is not what the pattern and the type say. */
async function differing(name: Name, texts: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ t: string }>(
    `select t from unnest($1::text[]) t
     where ${name}(t) is distinct from case when t ~ $2 and pg_input_is_valid(t, '${TYPES[name]}') then t::${TYPES[name]} end`,
    [texts, PATTERNS[name]],
  );
  return rows.map(({ t }) => t);
}

test("they keep the mark by which lists use their indexes under row-level security", () => {
  expect(marks).toEqual([
    { name: "gh_instant", leakproof: false },
    { name: "gh_number", leakproof: true },
    { name: "gh_uuid", leakproof: true },
  ]);
});

test("numbers: signs, points, exponents and up to 40 digits a part", async () => {
  const digits = "1234567890".repeat(4);
  const taken = ["0", "-1", "+1.50", "1e5", "1E-99", "007", digits, `-${digits}.${digits}`, `${digits}e99`, `0.${digits}`];
  const refused = [
    "",
    " 1",
    "1 ",
    "1.",
    ".5",
    "1e",
    "1e100",
    "NaN",
    "Infinity",
    "0x1F",
    "1_000",
    "1,5",
    "--1",
    "1.2.3",
    `${digits}1`,
    `1.${digits}1`,
    "١",
    "1\n",
  ];
  expect(await differing("gh_number", [...taken, ...refused])).toEqual([]);
  const rows = await db.sql("select count(gh_number(t))::int as n from unnest($1::text[]) t", [taken]);
  expect(rows[0]?.["n"]).toBe(taken.length);
  const none = await db.sql("select count(gh_number(t))::int as n from unnest($1::text[]) t", [refused]);
  expect(none[0]?.["n"]).toBe(0);
});

test("ids: the one way to write them", async () => {
  const id = "0190a2b4-aa7a-7cf3-9f15-ead33c44e46e";
  const refused = ["", `{${id}}`, id.replaceAll("-", ""), ` ${id}`, `${id} `, id.replace("a", "g"), `-${id.slice(1)}`, id.replace("4-", "-4"), `${id}0`];
  expect(await differing("gh_uuid", [id, id.toUpperCase(), ...refused])).toEqual([]);
  const rows = await db.sql("select count(gh_uuid(t))::int as n from unnest($1::text[]) t", [refused]);
  expect(rows[0]?.["n"]).toBe(0);
});

test("instants: with their offset, and never a day that its month does not have", async () => {
  const taken = [
    "2026-11-21T10:00:00.000Z",
    "2026-11-21T10:00:00Z",
    "2026-11-21T23:59:59.123456789+05:30",
    "2024-02-29T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
  ];
  const refused = [
    ...["2026-02-30T00:00:00.000Z", "2025-02-29T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-11-21T24:00:00.000Z"],
    ...[
      "2026-11-21T10:60:00.000Z",
      "2026-11-21T10:00:60.000Z",
      "2026-11-21",
      "2026-11-21 10:00:00.000Z",
      "2026-11-21T10:00:00.000",
      "2026-11-21T10:00:00.00xZ",
    ],
    ...["2026-11-21T10:00:00.000z", "now", "infinity", "2026-11-21T-1:00:00.0001Z", "+026-11-21T10:00:00.000Z", "2026-11-21T10:00:00.000Z ", ""],
  ];
  expect(await differing("gh_instant", [...taken, ...refused])).toEqual([]);
  const rows = await db.sql("select array_agg(t) filter (where gh_instant(t) is null) as missed from unnest($1::text[]) t", [taken]);
  expect(rows[0]?.["missed"]).toBeNull();
  const none = await db.sql("select array_agg(t) filter (where gh_instant(t) is not null) as odd from unnest($1::text[]) t", [refused]);
  expect(none[0]?.["odd"]).toBeNull();
});

test("property: texts that are nearly numbers, ids and instants", async () => {
  const near = (alphabet: string, seeds: readonly string[]) =>
    fc
      .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...alphabet, "")), { maxLength: 3 }))
      .map(([seed, edits]) =>
        edits.reduce((text, [at, sign]) => text.slice(0, at % (text.length + 1)) + sign + text.slice((at % (text.length + 1)) + 1), seed),
      );
  const sets = {
    gh_number: near("0123456789.-+eE _x", ["12.50", "-7", "1e10", "1234567890".repeat(4), `${"9".repeat(39)}.5`]),
    gh_uuid: near("0123456789abcdefABCDEFg-{}", ["0190a2b4-aa7a-7cf3-9f15-ead33c44e46e"]),
    gh_instant: near("0123456789TZ:.+- ", ["2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00.5+03:00"]),
  } as const;
  for (const name of Object.keys(sets) as Name[]) {
    expect(await differing(name, fc.sample(sets[name], { numRuns: 3_000, seed: 20261121 })), name).toEqual([]);
  }
});
