import { wholeDigits } from "#engine/core/schema-vocabulary.ts";
import type { Json, JsonSchema } from "#engine/schema/json.ts";
import { kindOf, optionsOf, propertiesOf, requiredOf, schemaAt, titleOf, typeOf } from "./schema-kind.ts";

export interface FieldError {
  /** JSON pointer into the value. */
  readonly path: string;
  readonly message: string;
}

/**
 * Tells what is missing or out of bounds before the form is sent. The server checks the whole schema again; this covers what a person
 * can mend by looking at one field: required, bounds, lengths, pattern, choice.
 */
export function checkValue(schema: JsonSchema, value: Json | undefined, path = "", name = ""): readonly FieldError[] {
  if (value === undefined || value === null) return [];
  const kind = kindOf(schema);
  const fail = (message: string): readonly FieldError[] => [{ path, message }];
  switch (kind) {
    case "group": {
      const object = schemaAt(value);
      const missing = requiredOf(schema)
        .filter((key) => isBlank(object[key]))
        .map((key) => [key, schemaAt(schemaAt(schema["properties"])[key])] as const)
        .map(([key, property]) => {
          const isList = Array.isArray(object[key]) || typeOf(property) === "array";
          return { path: `${path}/${key}`, message: `${titleOf(property, key)}${isList ? ": at least one is needed" : " is needed"}` };
        });
      return [...missing, ...propertiesOf(schema).flatMap(([key, property]) => checkValue(property, object[key], `${path}/${key}`, key))];
    }
    case "rows":
    case "tags":
    case "choices":
    case "references": {
      const list = Array.isArray(value) ? value : [];
      const least = Number(schema["minItems"] ?? 0);
      if (list.length < least) return fail(`at least ${least} ${least === 1 ? "entry is" : "entries are"} needed`);
      return kind === "rows" ? list.flatMap((item: Json, index: number) => checkValue(schemaAt(schema["items"]), item, `${path}/${index}`, name)) : [];
    }
    case "decimal":
    case "integer":
      return checkNumber(schema, String(value), fail);
    case "choice":
      return optionsOf(schema).some((option) => option.value === String(value)) ? [] : fail("choose one of the list");
    default:
      return typeOf(schema) === "string" && typeof value === "string" ? checkText(schema, value, fail) : [];
  }
}

function checkNumber(schema: JsonSchema, text: string, fail: (message: string) => readonly FieldError[]): readonly FieldError[] {
  if (text.includes(",")) return fail("decimals stand after a point, such as 1200.50, not after a comma");
  if (!/^-?\d+(\.\d+)?$/.test(text)) return fail("must be a number, such as 1200.50");
  const scale = Number(schema["x-decimal"] ?? Number.NaN);
  const digits = text.split(".")[1]?.length ?? 0;
  if (typeOf(schema) === "integer" && digits > 0) return fail("must be a whole number");
  if (Number.isFinite(scale) && digits > scale) return fail(`has at most ${scale} decimals`);
  const whole = text.replace(/^-?0*|\..*$/g, "").length;
  if (Number.isFinite(scale) && whole > wholeDigits(scale)) return fail(`has at most ${wholeDigits(scale)} digits before the point, not ${whole}`);
  const bounds: readonly (readonly [string, (n: number, bound: number) => boolean, string])[] = [
    ["minimum", (n, bound) => n >= bound, "must be at least"],
    ["exclusiveMinimum", (n, bound) => n > bound, "must be more than"],
    ["maximum", (n, bound) => n <= bound, "must be at most"],
    ["exclusiveMaximum", (n, bound) => n < bound, "must be below"],
  ];
  for (const [key, holds, message] of bounds) {
    const bound = schema[key];
    if ((typeof bound === "number" || typeof bound === "string") && !holds(Number(text), Number(bound))) return fail(`${message} ${bound}`);
  }
  return [];
}

function checkText(schema: JsonSchema, text: string, fail: (message: string) => readonly FieldError[]): readonly FieldError[] {
  const least = Number(schema["minLength"] ?? 0);
  const most = Number(schema["maxLength"] ?? Number.POSITIVE_INFINITY);
  if (text.length < least) return fail(least === 1 ? "must not be empty" : `has at least ${least} characters`);
  if (text.length > most) return fail(`has at most ${most} characters, not ${text.length}`);
  if (schema["format"] === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)) return fail("must be an e-mail address");
  return [];
}

const isBlank = (value: Json | undefined): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
