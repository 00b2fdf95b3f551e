/** Sentences for reason codes, and the reasons of a decision that cannot be made. */
import type { Json, JsonObject } from "../../schema/types.ts";
import type { Reason } from "../step-types.ts";

/** Replaces `{name}` by the value of that name; unknown names stay as they are. */
export function fillMessage(template: string, valueOf: (name: string) => Json | undefined): string {
  return template.replace(/\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g, (whole, name: string) => {
    const value = valueOf(name);
    if (value === undefined) return whole;
    if (typeof value === "string") return value;
    return Array.isArray(value) ? value.map((entry) => (typeof entry === "string" ? entry : JSON.stringify(entry))).join(", ") : JSON.stringify(value);
  });
}
/** Names between braces in a template. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(/\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g)].map((match) => match[1]!);
}

/** FACT_MISSING with every input that is missing, and why: "missing", "wrong type", "limit". */
export function missingReason(missing: JsonObject, messages: Readonly<Record<string, string>> | undefined): Reason {
  const names = Object.keys(missing);
  const template = messages !== undefined && Object.hasOwn(messages, "FACT_MISSING") ? messages["FACT_MISSING"] : undefined;
  const listed = names.map((name) => `${name} (${String(missing[name])})`).join(", ");
  return { code: "FACT_MISSING", message: template ?? `This cannot be decided; not known: ${listed === "" ? "a value that it needs" : listed}`, facts: missing };
}
