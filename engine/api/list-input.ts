/** The query parameters of a list as services take them: the filter parsed, the rest as judged by the schema. */
import { EngineError } from "../core/errors.ts";
import type { JsonObject } from "../schema/json.ts";
import { parseJson } from "./json-text.ts";

/**
 * `filter` becomes an object; everything else stays.
 *
 * - throws EngineError `query_invalid` where it is not a JSON object
 */
export function listInput<Q extends { readonly filter?: string }>(query: Q): Omit<Q, "filter"> & { readonly filter?: JsonObject } {
  const { filter, ...rest } = query;
  if (filter === undefined || filter === "") return rest;
  return { ...rest, filter: parseFilter(filter) };
}

function parseFilter(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw refused(error instanceof EngineError ? error.message : "is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refused("must be a JSON object");
  return value as JsonObject;
}

function refused(why: string): EngineError {
  return new EngineError("query_invalid", `The filter is not valid: ${why}`, { errors: [{ path: "/filter", message: why }] });
}
