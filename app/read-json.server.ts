import { data } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";

const LIMIT = 1024 * 1024;

/** The body of an act: a JSON object of at most 1 MiB. */
export async function readJson(request: Request): Promise<JsonObject> {
  const text = await request.text();
  if (text.length > LIMIT) throw data({ title: "The body is too large", hint: "At most 1 MiB.", code: "too_large" }, { status: 413 });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // falls through to the one refusal
  }
  throw data({ title: "The body is not a JSON object", hint: "Reload the page and try again.", code: "body_not_json" }, { status: 400 });
}
