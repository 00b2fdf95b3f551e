import { describe, expect, it } from "vitest";
import { checkSchemaVocabulary } from "#engine/core/schema-vocabulary.ts";
import { compileSchema, normalDecimal } from "#engine/core/validate.ts";

const object = (properties: Record<string, object>, more: object = {}) => ({ type: "object", properties, additionalProperties: false, ...more }) as never;

describe("compileSchema", () => {
  it("accepts what fits and names the path of what does not", () => {
    const check = compileSchema(object({ title: { type: "string", minLength: 1 }, pages: { type: "integer" } }, { required: ["title"] }));
    expect(check({ title: "A", pages: 3 })).toEqual([]);
    expect(check({ pages: 3 })[0]).toMatchObject({ keyword: "required" });
    expect(check({ title: "A", pages: "3" })[0]).toMatchObject({ path: "/pages", keyword: "type" });
    expect(check({ title: "A", x: 1 })[0]?.message).toContain('"x"');
  });
  it("normalises decimals in place and never coerces anything else", () => {
    const check = compileSchema(object({ price: { type: "string", "x-decimal": 2, minimum: 0 }, n: { type: "integer" } }));
    const value = { price: 12.5 as unknown };
    expect(check(value)).toEqual([]);
    expect(value.price).toBe("12.50");
    expect(check({ price: "1.234" })[0]?.message).toContain("2 digits");
    expect(check({ price: "-1" })[0]?.message).toContain("at least 0");
    expect(check({ price: "1e3" })).toHaveLength(1);
    expect(check({ price: 0.1 + 0.2 })).toHaveLength(1);
    expect(check({ n: null })).toHaveLength(1);
    expect(check({ n: "7" })).toHaveLength(1);
  });
  it("lets a decimal be null only where the schema says so", () => {
    expect(compileSchema(object({ price: { type: ["string", "null"], "x-decimal": 2 } }))({ price: null })).toEqual([]);
    expect(compileSchema(object({ price: { type: "string", "x-decimal": 2 } }))({ price: null })).toHaveLength(1);
  });
  it("refuses members named __proto__ at any depth", () => {
    const check = compileSchema({ type: "object" });
    expect(check(JSON.parse('{"a":[{"__proto__":{"x":1}}]}'))[0]?.path).toBe("/a/0/__proto__");
  });
  it("matches patterns in linear time", () => {
    const check = compileSchema(object({ code: { type: "string", pattern: "^(a+)+$" } }));
    const start = performance.now();
    expect(check({ code: `${"a".repeat(5_000)}!` })).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(() => compileSchema(object({ code: { type: "string", pattern: "(?=a)b" } }))).toThrow("cannot be compiled");
    const two = compileSchema(object({ a: { type: "string", pattern: "^x$" }, b: { type: "string", pattern: "^y$" } }));
    expect(two({ a: "x", b: "y" })).toEqual([]);
    expect(two({ a: "x", b: "x" })).toHaveLength(1);
  });
  it("bounds lists that name no bound", () => {
    const check = compileSchema(object({ list: { type: "array", uniqueItems: true, items: { type: "integer" } } }));
    expect(check({ list: Array.from({ length: 1_001 }, (_, i) => i) })[0]?.keyword).toBe("maxItems");
  });
  it("refuses schemas outside the vocabulary", () => {
    expect(() => compileSchema({ type: "object", unevaluatedProperties: false })).toThrow("not supported");
    expect(() => compileSchema({ $ref: "https://example.com/x" })).toThrow("#/$defs");
    let deep: Record<string, unknown> = { type: "string" };
    for (let i = 0; i < 20; i++) deep = { type: "object", properties: { a: deep } };
    expect(checkSchemaVocabulary(deep as never)[0]?.message).toContain("16 levels");
    expect(() => compileSchema({ $data: "1/x" })).toThrow("not supported");
  });
  it("takes what a form reads: the order of fields, labels of choices, several lines; and says where they are not right", () => {
    const fields = { a: { type: "string", enum: ["x"], "x-enum-titles": { x: "First" } }, b: { type: "string", "x-lines": true, "x-hidden": true } };
    expect(compileSchema(Object.assign({}, object(fields), { "x-order": ["b", "a"] }))({ a: "x" })).toEqual([]);
    const faults = (more: object): readonly string[] =>
      checkSchemaVocabulary(Object.assign({}, object(fields), more)).map(({ path, message }) => `${path} ${message}`);
    expect(faults({ "x-order": ["b", "c"] })).toEqual(['/x-order/1 There is no property "c" to put in order']);
    expect(faults({ "x-order": ["b", "b"] })).toEqual(["/x-order x-order lists names of properties, each once"]);
    expect(faults({ "x-order": "b" })).toEqual(["/x-order x-order lists names of properties, each once"]);
    expect(faults({ properties: { a: { "x-enum-titles": { x: 1 } } } })).toEqual(["/properties/a/x-enum-titles x-enum-titles has a label for each value"]);
  });
  it("lists all problems under a trusted schema", () => {
    const check = compileSchema(object({ a: { type: "string" }, b: { type: "string" } }), { trusted: true });
    expect(check({ a: 1, b: 2 })).toHaveLength(2);
  });
});

describe("normalDecimal", () => {
  it("keeps exact digits and the scale", () => {
    expect(normalDecimal("-0.00", 2)).toBe("0.00");
    expect(normalDecimal("-9999999999999999.99", 2)).toBe("-9999999999999999.99");
    expect(normalDecimal("00000000000000000012.5", 2)).toBe("12.50");
    expect(normalDecimal(1e17, 0)).toBe("100000000000000000");
    expect(normalDecimal("1,5", 2)).toBeNull();
    expect(normalDecimal(Number.POSITIVE_INFINITY, 2)).toBeNull();
    for (const large of ["10000000000000000", "-99999999999999999.99", "1".repeat(30), 1e21]) expect(normalDecimal(large, 2), String(large)).toBeNull();
    expect(normalDecimal("999999999999999999", 2)).toBeNull();
  });
  it("says what is too much: digits before the point by the scale, or those that a JSON number does not keep", () => {
    const check = compileSchema(object({ amount: { type: "string", "x-decimal": 2 }, rate: { type: "string", "x-decimal": 6 } }));
    const messageOf = (value: object) => check(value)[0]?.message;
    expect(messageOf({ amount: "12345678901234567.00" })).toBe("must be a decimal with at most 16 digits before the point");
    expect(messageOf({ amount: 1e30 })).toBe("must be a decimal with at most 16 digits before the point");
    expect(messageOf({ rate: "1234567890123" })).toBe("must be a decimal with at most 12 digits before the point");
    expect(messageOf({ amount: 1234567890123456 })).toContain("send it as text");
    expect(messageOf({ amount: "1234567890123456.78", rate: 43 })).toBeUndefined();
  });
});
