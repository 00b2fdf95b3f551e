/** All that is wrong with a row. The validator of a whole schema stops at the first fault: each field is asked by itself. */
import { EngineError } from "../../core/errors.ts";
import { compileSchema, type Validator } from "../../core/validate.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import { type PayloadError, type ReferenceLookup, withReferences } from "../records/payload.ts";

/** Faults of the fields but for those that `told` names, in the order of the schema's fields; where they fit, of the records that they name. */
export type FieldFaults = (data: JsonObject, told: ReadonlySet<string>, lookup: ReferenceLookup) => Promise<readonly PayloadError[]>;

export function createFieldFaults(schema: JsonSchema): FieldFaults {
  let fields: ReadonlyMap<string, Validator> | null = null;
  return async (data, told, lookup) => {
    fields ??= checksOf(schema);
    const errors: PayloadError[] = [];
    const fitting: Record<string, Json> = {};
    for (const [field, check] of fields) {
      if (told.has(field)) continue;
      const alone: JsonObject = Object.hasOwn(data, field) ? { [field]: data[field] as Json } : {};
      const [fault] = check(alone);
      if (fault === undefined) Object.assign(fitting, alone);
      else errors.push({ path: fault.path, message: fault.message });
    }
    return [...errors, ...(await unknownNames(schema, fitting, lookup))];
  };
}

function checksOf(schema: JsonSchema): ReadonlyMap<string, Validator> {
  const {
    $defs,
    properties = {},
    required = [],
  } = schema as { readonly $defs?: JsonObject; readonly properties?: JsonObject; readonly required?: readonly string[] };
  return new Map(
    Object.entries(properties).map(([field, property]) => [
      field,
      compileSchema({
        type: "object",
        properties: { [field]: property },
        required: required.filter((each) => each === field),
        ...($defs === undefined ? {} : { $defs }),
      }),
    ]),
  );
}

async function unknownNames(schema: JsonSchema, fitting: JsonObject, lookup: ReferenceLookup): Promise<readonly PayloadError[]> {
  try {
    await withReferences(schema, fitting, lookup);
    return [];
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "payload_invalid") throw error;
    return (error.data["errors"] ?? []) as readonly PayloadError[];
  }
}
