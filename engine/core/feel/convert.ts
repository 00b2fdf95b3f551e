/**
 * Between JSON and FEEL values, by the declared type of a value.
 *
 * Typed decimals may come as strings or numbers and go out as strings; dates, instants and durations are ISO text in JSON.
 */
import type { Json } from "../../schema/json.ts";
import type { ValueSpec } from "../../schema/values.ts";
import { Decimal, formatNumeric, isNumeric, type Numeric, parseNumeric, round } from "./decimals.ts";
import { formatDate, formatDateTime, formatDuration, formatInstant, formatTime, parseDate, parseDateTime, parseDuration } from "./temporal.ts";
import {
  FeelDate,
  FeelDateTime,
  FeelDuration,
  FeelFunction,
  FeelRange,
  FeelTime,
  type FeelValue,
  isContext,
  isList,
  LazyContext,
  newContext,
  UNKNOWN,
  Unknown,
  WRONG_TYPE,
} from "./values.ts";

export type ToFeel = (json: Json | undefined) => FeelValue;

/** Converts one value; without a spec JSON is taken as it is. For many values of one type use `converter`. */
export function toFeel(json: Json | undefined, spec?: ValueSpec): FeelValue {
  if (json === undefined) return UNKNOWN;
  return spec === undefined ? json : converter(spec)(json);
}

const byType: Record<Exclude<ValueSpec["type"], "list" | "record">, (json: Json) => FeelValue> = {
  decimal: (json) => (typeof json === "number" && Number.isFinite(json) ? json : typeof json === "string" ? (parseNumeric(json) ?? WRONG_TYPE) : WRONG_TYPE),
  integer: (json) => {
    const value = typeof json === "string" ? parseNumeric(json) : json;
    if (typeof value === "number") return Number.isInteger(value) ? value : WRONG_TYPE;
    return value !== null && typeof value === "object" && Decimal.isDecimal(value) && (value as Decimal).isInteger() ? (value as Decimal) : WRONG_TYPE;
  },
  string: (json) => (typeof json === "string" ? json : WRONG_TYPE),
  boolean: (json) => (typeof json === "boolean" ? json : WRONG_TYPE),
  date: (json) => (typeof json === "string" ? (parseDate(json) ?? WRONG_TYPE) : WRONG_TYPE),
  datetime: (json) => (typeof json === "string" ? (parseDateTime(json) ?? WRONG_TYPE) : WRONG_TYPE),
  duration: (json) => (typeof json === "string" ? (parseDuration(json) ?? WRONG_TYPE) : WRONG_TYPE),
};

/**
 * The conversion for a declared type, built once. A null that the type does not allow, a value outside `enum` or of another
 * type is Unknown. Declared fields of a record that are absent are null where nullable; undeclared fields pass as they are.
 */
export function converter(spec: ValueSpec): ToFeel {
  const present = presentConverter(spec);
  const nullable = spec.nullable === true;
  return (json) => (json === undefined ? UNKNOWN : json === null ? (nullable ? null : WRONG_TYPE) : present(json));
}
function presentConverter(spec: ValueSpec): (json: Json) => FeelValue {
  if (spec.type === "list") {
    const element = spec.of === undefined ? undefined : converter(spec.of);
    return (json) => {
      if (!Array.isArray(json)) return WRONG_TYPE;
      return element === undefined ? (json as readonly Json[]) : (json as readonly Json[]).map(element);
    };
  }
  if (spec.type === "record") return recordConverter(spec);
  const convert = byType[spec.type];
  if (spec.enum === undefined) return convert;
  const allowed = new Set<unknown>(spec.enum);
  return (json) => {
    const value = convert(json);
    return allowed.has(json) || value instanceof Unknown ? value : WRONG_TYPE;
  };
}
function recordConverter(spec: ValueSpec): (json: Json) => FeelValue {
  const fields = Object.entries(spec.fields ?? {}).map(([name, field]) => ({ name, convert: converter(field), nullable: field.nullable === true }));
  return (json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return WRONG_TYPE;
    if (fields.length === 0) return json as FeelValue;
    const record = newContext();
    for (const key of Object.keys(json)) record[key] = (json as { readonly [key: string]: Json })[key]!;
    for (const { name, convert, nullable } of fields) {
      if (Object.hasOwn(json, name)) record[name] = convert((json as { readonly [key: string]: Json })[name]);
      else if (nullable) record[name] = null;
    }
    return record;
  };
}

/** JSON of a value; undefined for Unknown, and for functions. `spec` decides how decimals go out. Nesting beyond 32 is cut to null. */
export function fromFeel(value: FeelValue, spec?: ValueSpec): Json | undefined {
  return toJson(value, spec, 0);
}
function toJson(value: FeelValue, spec: ValueSpec | undefined, depth: number): Json | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (isNumeric(value)) return numericToJson(value as Numeric, spec);
  if (value instanceof Unknown || value instanceof FeelFunction) return undefined;
  if (value instanceof FeelDate) return formatDate(value);
  if (value instanceof FeelDateTime) return formatInstant(value);
  if (value instanceof FeelTime) return formatTime(value);
  if (value instanceof FeelDuration) return formatDuration(value);
  if (depth > 32) return null;
  if (isList(value)) return value.map((entry) => toJson(entry, spec?.of, depth + 1) ?? null);
  if (value instanceof FeelRange) return text(value);
  const out: Record<string, Json> = {};
  const entries =
    value instanceof LazyContext ? value.names().map((name) => [name, presentOf(value, name)] as const) : isContext(value) ? Object.entries(value) : [];
  for (const [key, entry] of entries) {
    const json = toJson(entry, spec?.fields !== undefined && Object.hasOwn(spec.fields, key) ? spec.fields[key] : undefined, depth + 1);
    if (json !== undefined && key !== "__proto__") out[key] = json;
  }
  return out;
}
function numericToJson(value: Numeric, spec: ValueSpec | undefined): Json {
  if (spec?.type === "decimal") {
    const scaled = spec.scale === undefined ? value : (round(value, spec.scale, "half even") ?? value);
    return formatNumeric(scaled, spec.scale);
  }
  return typeof value === "number" ? value : formatNumeric(value);
}

/** What `string()` gives and what text interpolation shows; null is "null" only inside lists and contexts. */
export function text(value: FeelValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (isNumeric(value)) return formatNumeric(value as Numeric);
  if (value instanceof FeelDate) return formatDate(value);
  if (value instanceof FeelDateTime) return formatDateTime(value);
  if (value instanceof FeelTime) return formatTime(value);
  if (value instanceof FeelDuration) return formatDuration(value);
  if (value instanceof FeelRange) return `${value.lowIncluded ? "[" : "("}${text(value.low)}..${text(value.high)}${value.highIncluded ? "]" : ")"}`;
  if (isList(value)) return `[${value.map(quoted).join(", ")}]`;
  if (isContext(value))
    return `{${Object.entries(value)
      .map(([key, entry]) => `${key}: ${quoted(entry)}`)
      .join(", ")}}`;
  return "";
}
const quoted = (value: FeelValue): string => (typeof value === "string" ? JSON.stringify(value) : text(value));

/** The entry of a lazy context; Unknown where it has none, null where it is null. */
function presentOf(context: LazyContext, name: string): FeelValue {
  const value = context.lookup(name);
  return value === undefined ? UNKNOWN : value;
}
