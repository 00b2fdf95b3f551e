/** Forms: which control a schema gets, what is checked before sending, where a JSON pointer stands. */
import { describe, expect, it } from "vitest";
import { fieldsOf, formatCell, namedFields } from "#app/doors/cells.ts";
import { changesOf } from "#app/screens/changes-of.ts";
import { checkValue } from "#studio/ui/form/check-value.ts";
import { readNumber } from "#studio/ui/form/read-number.ts";
import { blankOf, kindOf, optionsOf, propertiesOf, withField } from "#studio/ui/form/schema-kind.ts";
import { rangeOfPointer, selectionOfPointer } from "#studio/ui/json-pointer-range.ts";
import { errorsAfter, placeOf, type TouchedRow } from "../../../app/screens/public-form/error-place.ts";
import { filledRows, payloadOf } from "../../../app/screens/public-form/form-payload.ts";

const schema = {
  type: "object",
  required: ["who", "amount"],
  properties: {
    note: { type: ["string", "null"], maxLength: 2000 },
    amount: { type: "string", "x-decimal": 2, minimum: 1 },
    who: { type: "string", "x-ref": "people" },
    mode: { type: "string", enum: ["fast", "slow"], default: "slow" },
    rows: { type: "array", minItems: 1, items: { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 1 } } } },
  },
};

describe("controls", () => {
  it("follow the schema", () => {
    expect(propertiesOf(schema).map(([name, property]) => [name, kindOf(property)])).toEqual([
      ["who", "reference"],
      ["amount", "decimal"],
      ["mode", "choice"],
      ["rows", "rows"],
      ["note", "lines"],
    ]);
    expect(kindOf({ type: "string", format: "date" })).toBe("date");
    expect(kindOf({ type: "array", items: { type: "string", enum: ["a"] } })).toBe("choices");
    expect(kindOf({ type: "array", items: { type: "array", items: { type: "object" } } })).toBe("rows");
    expect(optionsOf({ oneOf: [{ const: "a", title: "First" }, { const: null }] })).toEqual([{ value: "a", label: "First" }]);
  });
  it("stand in the order that the schema names, what it does not name after it; the number of a row is still its first field", () => {
    const names = (order: readonly string[]): readonly string[] => propertiesOf({ ...schema, "x-order": order }).map(([name]) => name);
    expect(names(["note", "mode", "who", "amount", "rows"])).toEqual(["note", "mode", "who", "amount", "rows"]);
    expect(names(["mode", "gone", "note"])).toEqual(["mode", "note", "who", "amount", "rows"]);
  });
  it("start with defaults and the least number of rows", () => {
    expect(blankOf(schema)).toEqual({ mode: "slow", rows: [{}] });
  });
});

describe("fields of a record", () => {
  it("stand as they are named, not as its schema orders its own", () => {
    const titles = namedFields({ ...schema, "x-order": ["who", "amount"] }, { who: "x", amount: "2.00", mode: "fast" }, {}, ["mode", "amount", "who"]);
    expect(titles.map(({ title }) => title)).toEqual(["Mode", "Amount", "Who"]);
  });
});

it("[WMS-42] amounts within a field are in the record's currency, or in the one that stands beside them", () => {
  const figures = { type: "object", properties: { open: { type: "string", "x-decimal": 2 }, qty: { type: "string", "x-decimal": 2, "x-unit": "m" } } };
  const line = { type: "object", properties: { open: { type: "string", "x-decimal": 2 }, currency: { type: "string" } } };
  const balance = { type: "object", properties: { currency: { type: "string" }, figures, lines: { type: "array", items: line } } };
  const rowOf = (data: object) => fieldsOf(balance, data as never).map(({ cell }) => (cell.as === "row" ? cell.items : cell));
  const usd = { as: "money", value: "5.00", currency: "USD", scale: 2 };
  expect(rowOf({ currency: "USD", lines: [{ open: "5.00", currency: "EUR" }] }).at(-1)).toEqual([{ ...usd, currency: "EUR" }]);
  expect(rowOf({ currency: "USD", lines: [{ open: "5.00" }] }).at(-1)).toEqual([usd]);
  const told = { as: "list", items: ["Open USD 5,000.00", "Qty 2.00 m"].map((text) => ({ as: "text", text })) };
  expect(rowOf({ currency: "USD", figures: { open: "5000.00", qty: "2.00" } })).toContainEqual(told);
});

it("a comma that may be a decimal point is never dropped: 12,50 does not become 1250, and the field says what is wrong", () => {
  const amount = { type: "string", "x-decimal": 2 };
  expect(["12,50", "12,5", "1,200", "1.200,50", "0,5", "1200.50", " 42 "].map((text) => readNumber(amount, text))).toEqual([
    ...["12,50", "12,5", "1,200", "1.200,50", "0,5", "1200.50", "42"],
  ]);
  expect(["1,200.50", "-48,000.00", "1,200,000"].map((text) => readNumber(amount, text))).toEqual(["1200.50", "-48000.00", "1200000"]);
  expect([readNumber({ type: "integer" }, "1,200"), readNumber({ type: "integer" }, "7"), readNumber(amount, " ")]).toEqual([1200, 7, undefined]);
  expect(checkValue(amount, "12,50", "/amount")).toEqual([{ path: "/amount", message: "decimals stand after a point, such as 1200.50, not after a comma" }]);
  expect(checkValue(amount, "12.50", "/amount")).toEqual([]);
});

it("whole numbers of a record say their unit where the schema has one", () => {
  const terms = { type: "object", properties: { terms: { type: "integer", "x-unit": "days" }, sent: { type: "integer" } } };
  expect(fieldsOf(terms, { terms: 30, sent: 0 }).map(({ cell }) => cell)).toEqual([
    { as: "decimal", value: "30", unit: "days" },
    { as: "json", value: 0 },
  ]);
});

it("amounts in several currencies stand in one order, whatever order they came in; other lists keep theirs", () => {
  const order = (...values: string[]) => formatCell("list", values);
  expect(order("60.00 USD", "25.00 EUR")).toEqual(order("25.00 EUR", "60.00 USD"));
  expect(order("b", "a")).toMatchObject({ items: [{ text: "b" }, { text: "a" }] });
  expect(formatCell("decimal", "250.00", { unit: "m" })).toEqual({ as: "decimal", value: "250.00", unit: "m" });
});

it("a list of references is shown by what each is called, and only what is not visible by its id", () => {
  const paid = { type: "object", properties: { paid: { type: ["array", "null"], items: { type: "string", "x-ref": "entries" } } } };
  const references = {
    "/paid/0": { type: "entries", id: "e-1", code: "E1", title: "100.00" },
    "/paid/1": { type: "entries", id: "e-2", code: null, title: "40.00" },
  };
  expect(fieldsOf(paid, { paid: ["e-1", "e-2", "e-3"] }, references).map(({ cell }) => cell)).toEqual([
    {
      as: "list",
      items: [
        { as: "link", text: "E1", href: "/records/entries/E1" },
        { as: "link", text: "40.00", href: "/records/entries/e-2" },
        { as: "text", text: "e-3" },
      ],
    },
  ]);
});

describe("checks before sending", () => {
  it("name what is missing and what is out of bounds, by pointer", () => {
    expect(checkValue(schema, { amount: "0.5", rows: [{ n: 0 }] })).toEqual([
      { path: "/who", message: "Who is needed" },
      { path: "/amount", message: "must be at least 1" },
      { path: "/rows/0/n", message: "must be at least 1" },
    ]);
    expect(checkValue(schema, { who: "x", amount: "1.005", rows: [{ n: 1 }] })).toEqual([{ path: "/amount", message: "has at most 2 decimals" }]);
    expect(checkValue(schema, { who: "x", amount: "012345678901234567.5", rows: [{ n: 1 }] })).toEqual([
      { path: "/amount", message: "has at most 16 digits before the point, not 17" },
    ]);
    expect(checkValue(schema, { who: "x", amount: "12.00", rows: [{ n: 1 }] })).toEqual([]);
  });
});

describe("a form of rows", () => {
  const lines = {
    type: "object",
    required: ["rows"],
    properties: {
      rows: { type: "array", "x-title": "Rows", items: { type: "object", properties: { qty: { type: "string", "x-decimal": 2, "x-title": "Quantity" } } } },
    },
  };
  it("sends the rows that say something, numbered as they are shown", () => {
    const value = { rows: [{}, { line_no: 9, a: " x " }, { a: "  " }, { b: "y" }], note: "" };
    expect(payloadOf(value, { rows: "rows", files: null }, [])).toEqual({
      rows: [
        { line_no: 1, a: "x" },
        { line_no: 2, b: "y" },
      ],
    });
    expect(filledRows(value.rows)).toEqual([{ a: "x" }, { b: "y" }]);
    expect(checkValue(lines, { rows: [] })).toEqual([{ path: "/rows", message: "Rows: at least one is needed" }]);
  });
  it("says where an error is, and keeps it with its row until that is changed", () => {
    expect(["/rows/1/qty", "/rows/0", "/rows", "/other"].map((path) => placeOf(lines, path))).toEqual(["Row 2, Quantity", "Row 1", "", ""]);
    const errors = ["/rows/0/qty", "/rows/1", "/rows/2/qty", "/note"].map((path) => ({ path, message: "bad" }));
    const left = (touched?: TouchedRow) => errorsAfter(errors, "rows", touched).map(({ path }) => path);
    expect(left({ index: 0, column: "qty" })).toEqual(["/rows/1", "/rows/2/qty", "/note"]);
    expect(left({ index: 2, column: "color" })).toEqual(["/rows/0/qty", "/rows/1", "/rows/2/qty", "/note"]);
    expect(left({ index: 1 })).toEqual(["/rows/0/qty", "/rows/1/qty", "/note"]);
    expect(left()).toEqual(["/note"]);
  });
});

describe("a pointer's place in a text", () => {
  const text = '{ "a~b": { "c": [1, {"d": "x, ]}"}] }, "e": true }';
  it("is the range of its value", () => {
    const at = (pointer: string): string => {
      const { from, to } = rangeOfPointer(text, pointer);
      return text.slice(from, to);
    };
    expect(at("/a~0b/c/1/d")).toBe('"x, ]}"');
    expect(at("/e")).toBe("true");
    expect(at("/a~0b/c/0")).toBe("1");
    expect(at("/a~0b/missing")).toBe('{ "c": [1, {"d": "x, ]}"}] }');
    expect(at("")).toBe(text);
  });
  it("is selected, but never the whole text: what is typed replaces what is selected", () => {
    expect(selectionOfPointer(text, "/e")).toEqual(rangeOfPointer(text, "/e"));
    for (const pointer of ["", "/missing", "a row's name"]) expect(selectionOfPointer(`\n${text} `, pointer)).toEqual({ from: 1, to: 1 });
  });
});

it("a field that is emptied is null where its schema takes null, and absent elsewhere", () => {
  const schema = {
    type: "object",
    properties: {
      note: { type: ["string", "null"] },
      unit: { type: ["string", "null"], enum: ["m", "yd"] },
      name: { type: "string" },
      why: { type: ["string", "null"] },
    },
    required: ["why"],
  };
  const full = { note: "a", unit: "m", name: "b", why: "c" };
  expect(withField(schema, full, "note", undefined)).toEqual({ ...full, note: null });
  for (const name of ["unit", "name", "why"]) expect(Object.keys(withField(schema, full, name, undefined)), name).not.toContain(name);
  expect(withField(schema, { name: "b" }, "note", undefined), "never filled in").toEqual({ name: "b" });
  expect(withField(schema, { note: null }, "note", "d")).toEqual({ note: "d" });
  expect(changesOf({ name: "b" }, { name: "b", note: null })).toEqual({});
  expect(changesOf({ note: "a" }, {})).toEqual({ note: null });
});
