/** Sentences for reason codes, and the reasons of a decision that cannot be made. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { Reason } from "../step-types.ts";

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g;

/** A sentence with `{name}` in it, cut once. */
export interface Template {
  readonly text: string;
  readonly names: readonly string[];
}
export function compileTemplate(text: string): Template {
  return { text, names: [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1]!))] };
}
type ValueOf = (name: string) => Json | undefined;

/** Replaces `{name}` by the value of that name; unknown names stay as they are. */
export function fill(template: Template, lookUp: ValueOf): string {
  if (template.names.length === 0) return template.text;
  return template.text.replace(PLACEHOLDER, (whole, name: string) => {
    const value = lookUp(name);
    if (value === undefined) return whole;
    if (typeof value === "string") return value;
    return Array.isArray(value) ? value.map((entry) => (typeof entry === "string" ? entry : JSON.stringify(entry))).join(", ") : JSON.stringify(value);
  });
}
/** A reason with the values of `names` as its facts; those unknown are left out. */
export function reasonOf(code: string, template: Template, names: readonly string[], lookUp: ValueOf): Reason {
  const facts: Record<string, Json> = {};
  for (let i = 0; i < names.length; i++) {
    const value = lookUp(names[i]!);
    if (value !== undefined) facts[names[i]!] = value;
  }
  return { code, message: fill(template, lookUp), facts };
}

/** FACT_MISSING with every input that is missing, and why: "missing", "wrong type", "limit". */
export function missingReason(missing: JsonObject, messages: Readonly<Record<string, string>> | undefined): Reason {
  const names = Object.keys(missing);
  const template = messages !== undefined && Object.hasOwn(messages, "FACT_MISSING") ? messages["FACT_MISSING"] : undefined;
  const listed = names.map((name) => `${name} (${String(missing[name])})`).join(", ");
  return {
    code: "FACT_MISSING",
    message: template ?? `This cannot be decided; not known: ${listed === "" ? "a value that it needs" : listed}`,
    facts: missing,
  };
}
