/** One field of an object checked by itself: the validator of a whole schema stops at the first fault. */
import { compileSchema, type SchemaProblem } from "../../core/validate.ts";
import type { JsonObject, JsonSchema } from "../../schema/json.ts";

export interface ObjectFields {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly $defs?: JsonObject;
}

/** Gives the first fault of the field in an object; undefined where it fits. A field that the schema does not name takes anything. */
export function compileField({ properties = {}, required = [], $defs }: ObjectFields, field: string): (data: JsonObject) => SchemaProblem | undefined {
  const check = compileSchema({
    type: "object",
    properties: { [field]: properties[field] ?? {} },
    required: required.filter((each) => each === field),
    ...($defs === undefined ? {} : { $defs }),
  });
  return (data) => check(Object.hasOwn(data, field) ? { [field]: data[field] } : {})[0];
}
