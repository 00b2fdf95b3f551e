/** All that is wrong with a row: each field is asked by itself. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import { compileField, type ObjectFields } from "../records/compile-field.ts";
import { type PayloadError, type ReferenceLookup, withReferences } from "../records/payload.ts";

/** Faults of the fields but for those that `told` names, in the order of the schema's fields; where they fit, of the records that they name. */
export type FieldFaults = (data: JsonObject, told: ReadonlySet<string>, lookup: ReferenceLookup) => Promise<readonly PayloadError[]>;

export function createFieldFaults(schema: JsonSchema): FieldFaults {
  let fields: ReadonlyMap<string, ReturnType<typeof compileField>> | null = null;
  return async (data, told, lookup) => {
    fields ??= new Map(Object.keys((schema as ObjectFields).properties ?? {}).map((field) => [field, compileField(schema as ObjectFields, field)]));
    const errors: PayloadError[] = [];
    const fitting: Record<string, Json> = {};
    for (const [field, faultOf] of fields) {
      if (told.has(field)) continue;
      const fault = faultOf(data);
      if (fault !== undefined) errors.push({ path: fault.path, message: fault.message });
      else if (Object.hasOwn(data, field)) fitting[field] = data[field] as Json;
    }
    return [...errors, ...(await unknownNames(schema, fitting, lookup))];
  };
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
