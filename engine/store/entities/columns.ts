/** Column kinds that most tables share. */
import { p } from "@mikro-orm/core";

/** First column of every key: the org. */
export const orgKey = () => p.uuid().primary();
export const idKey = () => p.uuid().primary();
export const instant = () => p.string().columnType("timestamptz");
export const at = () => p.string().columnType("timestamptz").defaultRaw("now()");
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
