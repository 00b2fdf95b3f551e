/** What a hostile client sends: texts that are no JSON or too much of it, and values that a schema does not take. */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Schema = any;

const deep = (open: string, close: string): string => `${open.repeat(100_000)}1${close.repeat(100_000)}`;

/** Bodies that no JSON route takes, each with the codes that it may be refused with. */
export const HOSTILE_TEXTS: readonly (readonly [name: string, text: string | Buffer, codes: readonly string[]])[] = [
  ["malformed JSON", '{"type": ', ["body_not_json"]],
  ["not JSON", "<xml/>", ["body_not_json"]],
  ["nothing", "", ["body_not_json"]],
  ["depth 100,000", deep('{"a":', "}"), ["body_too_deep", "too_large"]],
  ["lists to a depth of 100,000", deep("[", "]"), ["body_too_deep"]],
  ["a NUL", '{"a":"x\\u0000y"}', ["text_invalid"]],
  ["a NUL in a name", '{"x\\u0000y":1}', ["text_invalid"]],
  ["a lone surrogate", '{"a":"\\udc00"}', ["text_invalid"]],
  ["a lone surrogate in a name", '{"\\ud800":1}', ["text_invalid"]],
  ["not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), ["text_invalid"]],
  ["__proto__", '{"__proto__":{"isAdmin":true}}', ["body_not_json"]],
  ["__proto__ further in", '{"a":[{"\\u005f_proto__":1}]}', ["body_not_json"]],
  ["a name twice", '{"a":1,"a":2}', ["body_not_json"]],
  ["a number beyond a double", '{"a":1e999}', ["body_not_json"]],
  ["2 MB", JSON.stringify({ a: "x".repeat(2 * 1024 * 1024) }), ["too_large"]],
  ["2 MB of small values", `[${"0,".repeat(1024 * 1024)}0]`, ["too_large"]],
  ["60,000 values", `[${"0,".repeat(60_000)}0]`, ["body_too_deep"]],
];

/** Path segments and parameters that name nothing; `%` escapes as they go over the wire. */
export const HOSTILE_SEGMENTS: readonly string[] = [
  "%zz",
  "%00",
  "a%00b",
  "%ff",
  "%ED%A0%80",
  "..%2f..%2fetc%2fpasswd",
  "x".repeat(5_000),
  "__proto__",
  "constructor",
  "toString",
  "'%20or%201=1--",
  "%25",
  "-1",
  "1e400",
  "00000000-0000-0000-0000-00000000000g",
  "%F0%9F%98%80",
];

const CANDIDATES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  -(2 ** 53),
  "",
  " ",
  "no such thing",
  "2026-02-30",
  "\u202e\ufeff%s{{7*7}}' or 1=1;--",
  "x".repeat(20_000),
  [],
  [[[[]]]],
  {},
  { constructor: { prototype: { isAdmin: true } }, toString: 1, $where: "1", $ref: "#" },
];

/** Judges by the document's own schemas. */
export function createSchemaOracle(document: Schema) {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  const plugin = (addFormats as unknown as { default?: typeof addFormats }).default ?? addFormats;
  (plugin as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: "document", components: document.components });
  const rooted = (schema: Schema): Schema => JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/'));
  const compiled = new Map<string, (value: unknown) => boolean>();
  const accepts = (schema: Schema, value: unknown): boolean => {
    const text = JSON.stringify(schema);
    let validate = compiled.get(text);
    if (validate === undefined) {
      const made = ajv.compile(rooted(schema));
      validate = (one) => made(one) as boolean;
      compiled.set(text, validate);
    }
    return validate(value);
  };
  const resolve = (schema: Schema): Schema => {
    const name = /^#\/components\/schemas\/(.+)$/u.exec(schema?.$ref ?? "")?.[1];
    return name === undefined ? (schema ?? {}) : resolve(document.components.schemas[name]);
  };

  /** A value that the schema takes, as small as can be. */
  const sample = (given: Schema): unknown => {
    const schema = resolve(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return schema.enum[0];
    const other = schema.anyOf ?? schema.oneOf;
    if (other !== undefined && schema.type === undefined) return sample(other[0]);
    switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
      case "object":
        return Object.fromEntries((schema.required ?? []).map((name: string) => [name, sample(schema.properties?.[name] ?? {})]));
      case "array":
        return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
      case "integer":
      case "number":
        return schema.minimum ?? 1;
      case "boolean":
        return false;
      case "null":
        return null;
      default:
        return textOf(schema);
    }
  };

  /**
   * Bodies with one wrong member each, and where it is: at every place that the schema declares, three levels down.
   * - `whole`: the body they are made of
   */
  const spoilt = (given: Schema, whole: unknown): { readonly path: string; readonly body: unknown }[] => {
    const found: { path: string; body: unknown }[] = [];
    const visit = (declared: Schema, path: readonly string[], base: unknown): void => {
      const schema = resolve(declared);
      for (const branch of schema.anyOf ?? schema.oneOf ?? []) if (path.length < 3) visit(branch, path, withSample(base, path, branch));
      for (const [name, property] of Object.entries<Schema>(schema.properties ?? {})) {
        const place = [...path, name];
        for (const value of CANDIDATES) {
          if (accepts(property, value)) continue;
          const body = withValue(base, place, value);
          // What another branch takes is not wrong.
          if (!accepts(given, body)) found.push({ path: `/${place.join("/")}`, body });
        }
        if (place.length < 3) visit(property, place, withSample(base, place, property));
      }
    };
    visit(given, [], whole);
    return found;
  };
  /** What stands beside the wrong member is right. */
  const withSample = (base: unknown, path: readonly string[], schema: Schema): unknown => {
    const value = sample(schema);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return base;
    return path.length === 0 ? { ...(base as object), ...value } : withValue(base, path, value);
  };
  return { accepts, sample, spoilt };
}

function textOf({ format, pattern, minLength = 0 }: { format?: string; pattern?: string; minLength?: number }): string {
  if (format === "date") return "2026-03-02";
  if (format === "date-time") return "2026-03-02T06:00:00Z";
  if (format === "uuid") return "01890000-0000-7000-8000-000000000000";
  if (format === "email") return "nobody@example.com";
  if (pattern?.includes("[0-9]") === true || pattern?.includes("\\d") === true) return "1";
  return "x".repeat(Math.max(1, minLength));
}

/** A copy with one value put in its place; objects on the way are made. */
function withValue(whole: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  const base = typeof whole === "object" && whole !== null && !Array.isArray(whole) ? (whole as Record<string, unknown>) : {};
  return { ...base, [name as string]: rest.length === 0 ? value : withValue(base[name as string], rest, value) };
}
