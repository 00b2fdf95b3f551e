/**
 * Compiles the request schemas of the routes. Bodies are judged as sent (no coercion, no defaults, nothing removed);
 * query and path parameters are text and are coerced to the scalar that their schema names.
 */
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FastifySchemaCompiler } from "fastify";
import { RE2JS } from "re2js";
import { EngineError } from "../core/errors.ts";
import type { JsonSchema } from "../schema/json.ts";

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Linear-time patterns: a body cannot make a schema's `pattern` backtrack. */
const linearRegExp = Object.assign(
  (source: string) => {
    const compiled = RE2JS.compile(source);
    // ajv keeps patterns by their text: without it all of them would be the first one.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => source };
  },
  { code: 're2js("pattern")' },
);

function createAjv(coerce: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: false,
    coerceTypes: coerce,
    useDefaults: false,
    removeAdditional: false,
    code: { regExp: linearRegExp as never },
  });
  const plugin = (addFormats as unknown as { default?: typeof addFormats }).default ?? addFormats;
  (plugin as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}

const bodies = createAjv(false);
const parameters = createAjv(true);

/**
 * Fastify's validator compiler. A refusal is an EngineError: `payload_invalid` for bodies, `query_invalid` for the rest.
 * A schema is compiled at its first request: some hundred of them at once are half a second of every start.
 */
export const compileRequestSchema: FastifySchemaCompiler<JsonSchema> = ({ schema, httpPart }) => {
  const isBody = httpPart === "body";
  let compiled: ValidateFunction | null = null;
  return (value: unknown) => {
    compiled ??= (isBody ? bodies : parameters).compile(schema as object);
    const validate = compiled;
    const errors = isBody ? [] : unreadableNumbers(schema, value);
    if (errors.length === 0) {
      if (validate(value)) return { value };
      errors.push(...(validate.errors ?? []).map(toFieldError));
    }
    const first = errors[0];
    const detail = `${isBody ? "The body" : `The ${httpPart ?? "request"}`} is not valid: ${first ? `${first.path || "/"} ${first.message}` : "see errors"}.`;
    return { error: new EngineError(isBody ? "payload_invalid" : "query_invalid", detail, { errors }) };
  };
};

const INTEGER = /^-?\d{1,15}$/u;

/** ajv would read `0x10`, ` 5 ` and `1e400` as integers, and then not hold the last against its bounds. */
function unreadableNumbers(schema: JsonSchema, value: unknown): FieldError[] {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>)
    .filter(([name, { type }]) => type === "integer" && Object.hasOwn(given, name) && !INTEGER.test(String(given[name])))
    .map(([name]) => ({ path: `/${pointerStep(name)}`, message: "must be an integer" }));
}

/** Path as a JSON Pointer; the message names the unexpected member or the allowed values. */
export function toFieldError(error: ErrorObject): FieldError {
  const params = error.params as Record<string, unknown>;
  const path = error.instancePath;
  switch (error.keyword) {
    case "additionalProperties":
      return { path: `${path}/${pointerStep(String(params["additionalProperty"]))}`, message: "is not a known field" };
    case "required":
      return { path: `${path}/${pointerStep(String(params["missingProperty"]))}`, message: "is required" };
    case "enum":
      return { path, message: `must be one of ${JSON.stringify(params["allowedValues"]).slice(0, 400)}` };
    default:
      return { path, message: error.message ?? "is not valid" };
  }
}

function pointerStep(name: string): string {
  return name.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1");
}
