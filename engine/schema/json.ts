/** Words that every definition is written in: JSON, JSON Schema, FEEL. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** A JSON Schema (draft 2020-12) of the restricted vocabulary in engine/schema/payload-vocabulary. */
export type JsonSchema = JsonObject;

/** FEEL source text (DMN 1.3 chapter 10, the subset of engine/core/feel). */
export type Feel = string;

export type FeelMap = Readonly<Record<string, Feel>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
