/**
 * JSON Schema validation of payloads, records, settings and definitions: ajv (draft 2020-12) under the settings of reliability 4.
 *
 * ajv compiles with `new Function`, so nothing that runs in the browser imports this file.
 */
import type { ErrorObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Decimal } from "decimal.js";
import { RE2JS } from "re2js";
import type { JsonSchema } from "../schema/json.ts";
import { EngineError } from "./errors.ts";
import { pointer } from "./problem.ts";
import { checkSchemaVocabulary, EXTENSIONS, FORMATS, prepareSchema, wholeDigits } from "./schema-vocabulary.ts";

export interface SchemaProblem {
  /** JSON pointer into the value. */
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
}

/**
 * Checks a value: an empty list when it fits. Decimals (`x-decimal`) are normalised in place to strings with exactly that many
 * digits after the point; nothing else of the value is changed.
 */
export type Validator = (value: unknown) => SchemaProblem[];

export interface SchemaOptions {
  /** The engine's own schemas (of definition kinds): any keyword, all problems listed instead of the first. Never for an admin's schema. */
  readonly trusted?: boolean;
  /** Further trusted schemas that this one refers to by `$id`. */
  readonly schemas?: readonly JsonSchema[];
}

const MAX_PATTERN = 1_000;

/** The draft's own schema, compiled once for all: each ajv of a schema would compile it again, which costs ten times what the schema does. */
const draft = new Ajv2020({ strict: false, logger: false });

function pattern(source: string): RegExp {
  if (source.length > MAX_PATTERN) throw new EngineError("definition_invalid", `A pattern has at most ${MAX_PATTERN} characters`);
  const compiled = RE2JS.compile(source);
  // ajv keeps one object per distinct toString(), so it must name the pattern.
  return { test: (text: string) => compiled.matcher(text).find(), toString: () => source } as unknown as RegExp;
}
pattern.code = 'require("re2js").RE2JS.compile';

/**
 * Compiles a schema once; the validator may be kept for ever.
 *
 * - throws EngineError `definition_invalid` with the faults where the schema is not of the vocabulary or does not compile
 */
export function compileSchema(schema: JsonSchema, options: SchemaOptions = {}): Validator {
  if (!options.trusted) {
    const faults = checkSchemaVocabulary(schema);
    if (faults.length > 0)
      throw new EngineError("definition_invalid", `The schema cannot be used: ${faults[0]!.path} ${faults[0]!.message}`, { errors: faults });
  }
  const ajv = new Ajv2020({
    meta: false,
    validateSchema: false,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    strictTypes: false,
    strictTuples: false,
    allErrors: options.trusted === true,
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
    ownProperties: true,
    validateFormats: true,
    logger: false,
    // The engine's own schemas use look-ahead, which RE2 does not have; their patterns are ours.
    ...(options.trusted ? {} : { code: { regExp: pattern } }),
  });
  addFormats.default(ajv, { mode: "full", formats: [...FORMATS] as ("date" | "date-time" | "time" | "duration" | "email" | "uuid" | "uri")[] });
  addDecimals(ajv);
  for (const keyword of EXTENSIONS) if (keyword !== "x-decimal") ajv.addKeyword({ keyword });
  for (const other of options.schemas ?? []) ajv.addSchema(other);
  let validate: ReturnType<typeof ajv.compile>;
  try {
    const prepared = options.trusted ? schema : prepareSchema(schema);
    if (!draft.validateSchema(prepared)) throw new EngineError("definition_invalid", draft.errorsText(draft.errors));
    validate = ajv.compile(prepared);
  } catch (error) {
    throw new EngineError("definition_invalid", `The schema cannot be compiled: ${(error as Error).message}`, {}, { cause: error });
  }
  return (value) => {
    const forbidden = forbiddenKey(value, "");
    if (forbidden !== null) return [{ path: forbidden, keyword: "propertyNames", message: "has a name that cannot be used" }];
    if (validate(value)) return [];
    return (validate.errors ?? []).map(toProblem);
  };
}

function toProblem(error: ErrorObject): SchemaProblem {
  const params = error.params as Record<string, unknown>;
  // It is the member that is missing, not the object that is wrong.
  if (error.keyword === "required")
    return { path: error.instancePath + pointer(String(params["missingProperty"])), keyword: "required", message: "is required" };
  let message = error.message ?? "is not valid";
  if (error.keyword === "additionalProperties") message = `has the unknown member "${String(params["additionalProperty"])}"`;
  else if (error.keyword === "enum") message = `must be one of ${(params["allowedValues"] as unknown[]).map((each) => JSON.stringify(each)).join(", ")}`;
  else if (error.keyword === "const") message = `must be ${JSON.stringify(params["allowedValue"])}`;
  return { path: error.instancePath, keyword: error.keyword.startsWith("x-decimal") ? "x-decimal" : error.keyword, message };
}

/** Path of the first member named `__proto__`, which additionalProperties does not see; null when there is none. */
function forbiddenKey(value: unknown, path: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = forbiddenKey(value[i], `${path}/${i}`);
      if (found !== null) return found;
    }
    return null;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return `${path}/${key}`;
    const found = forbiddenKey((value as Record<string, unknown>)[key], `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    if (found !== null) return found;
  }
  return null;
}

const DECIMAL = /^-?\d{1,20}(?:\.\d{1,18})?$/;

type DecimalCheck = { (value: unknown): boolean; errors?: Partial<ErrorObject>[] };

function addDecimals(ajv: Ajv2020): void {
  ajv.addKeyword({
    keyword: "x-decimal",
    type: ["string", "number"],
    modifying: true,
    errors: true,
    compile: (scale: number) => {
      const check = (value: unknown, context?: { parentData: Record<string | number, unknown>; parentDataProperty: string | number }): boolean => {
        const normal = normalDecimal(value, scale);
        if (normal === null) {
          (check as DecimalCheck).errors = [{ keyword: "x-decimal", message: decimalFault(value, scale), params: {} }];
          return false;
        }
        if (context?.parentData) context.parentData[context.parentDataProperty] = normal;
        return true;
      };
      return check;
    },
  });
  const compare = (keyword: string, holds: (order: number) => boolean, words: string) =>
    ajv.addKeyword({
      keyword,
      type: ["string", "number"],
      errors: true,
      compile: (limit: number | string) => {
        const check = (value: unknown): boolean => {
          const normal = normalDecimal(value, 18);
          if (normal === null || holds(new Decimal(normal).comparedTo(new Decimal(limit)))) return true;
          (check as DecimalCheck).errors = [{ keyword, message: `must be ${words} ${limit}`, params: { limit } }];
          return false;
        };
        return check;
      },
    });
  compare("x-decimal-minimum", (order) => order >= 0, "at least");
  compare("x-decimal-maximum", (order) => order <= 0, "at most");
  compare("x-decimal-exclusiveMinimum", (order) => order > 0, "more than");
  compare("x-decimal-exclusiveMaximum", (order) => order < 0, "less than");
}

/** Why it does not fit. */
function decimalFault(value: unknown, scale: number): string {
  if (isTooLarge(value, scale)) return `must be a decimal with at most ${wholeDigits(scale)} digits before the point`;
  if (typeof value === "number" && Number.isFinite(value) && new Decimal(value).precision() > 15)
    return "is a number of more than 15 digits, which are not kept exactly; send it as text";
  return `must be a decimal with at most ${scale} digits after the point`;
}

const isTooLarge = (value: unknown, scale: number): boolean =>
  ((typeof value === "string" && /^-?\d{1,400}(?:\.\d{1,400})?$/.test(value)) || (typeof value === "number" && Number.isFinite(value))) &&
  new Decimal(value).abs().gte(new Decimal(10).pow(wholeDigits(scale)));

/** Written as decimals are kept, but for zeros at the end; so short that every usual scale has room for it. */
const PLAIN_SCALE = 6;
const PLAIN = /^(?:0|-?[1-9]\d{0,11})(?:\.(\d{1,18}))?$/;

/**
 * A decimal string, or a JSON number that a double holds exactly (15 significant digits), with `scale` digits after the point; null where it
 * does not fit, also for more digits before the point than `wholeDigits`.
 */
export function normalDecimal(value: unknown, scale: number): string | null {
  const plain = typeof value === "string" && scale <= PLAIN_SCALE ? PLAIN.exec(value) : null;
  const missing = plain === null ? -1 : scale - (plain[1]?.length ?? 0);
  if (missing === 0) return value as string;
  if (missing > 0) return `${value}${plain?.[1] === undefined ? "." : ""}${"0".repeat(missing)}`;
  let text: string;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return null;
    const exact = new Decimal(value);
    if (exact.precision() > 15) return null;
    text = exact.toFixed();
  } else if (typeof value === "string" && DECIMAL.test(value)) text = value;
  else return null;
  const decimal = new Decimal(text);
  if (decimal.decimalPlaces() > scale || isTooLarge(text, scale)) return null;
  return (decimal.isZero() ? new Decimal(0) : decimal).toFixed(scale);
}
