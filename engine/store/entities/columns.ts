/** Column kinds that most tables share. */
import { p, Type } from "@mikro-orm/core";
import { instantOf } from "../pg-types.ts";

/** RFC 3339 text with milliseconds on our side, whatever the driver hands over. */
class InstantType extends Type<string, string> {
  override convertToJSValue(value: string | Date): string {
    return value instanceof Date ? value.toISOString() : value.includes("T") ? value : instantOf(value);
  }
  override convertToDatabaseValue(value: string): string {
    return value;
  }
  override getColumnType(): string {
    return "timestamptz";
  }
  override compareAsType(): string {
    return "string";
  }
}

/** First column of every key: the org. */
export const orgKey = () => p.uuid().primary();
export const idKey = () => p.uuid().primary();
export const instant = () => p.type(InstantType);
export const at = () => p.type(InstantType).defaultRaw("now()");
/** Queried inside: parsed once when written. */
export const jsonb = <T>() => p.json<T>().columnType("jsonb");
/** Kept as the text that was written: what is hashed, or only ever read whole. */
export const jsonText = <T>() => p.json<T>().columnType("json");
export const text = () => p.text();
export const texts = () => p.array().columnType("text[]");
export const int = () => p.integer();
/** Up to 2^53. */
export const count = () => p.bigint("number");
export const sha = () => p.blob().columnType("bytea");
