/** Small words that the route schemas are written with. */
import type { Json, JsonSchema } from "../../schema/json.ts";

type Properties = Readonly<Record<string, JsonSchema>>;

/** A closed object: unknown members are refused. */
export function object(properties: Properties, required: readonly string[] = []): JsonSchema {
  return { type: "object", additionalProperties: false, properties, ...(required.length === 0 ? {} : { required: [...required] }) };
}

export const text = (maxLength: number, extra: JsonSchema = {}): JsonSchema => ({ type: "string", maxLength, ...extra });
/** Text that must not be empty. */
export const name = (maxLength: number, extra: JsonSchema = {}): JsonSchema => ({ type: "string", minLength: 1, maxLength, ...extra });
export const integer = (minimum: number, maximum: number, extra: JsonSchema = {}): JsonSchema => ({ type: "integer", minimum, maximum, ...extra });
export const boolean = (description: string): JsonSchema => ({ type: "boolean", description });
export const oneOf = (...values: readonly string[]): JsonSchema => ({ type: "string", enum: [...values] });
export const list = (items: JsonSchema, maxItems: number, minItems = 0): JsonSchema => ({ type: "array", items, maxItems, minItems });
export const instant: JsonSchema = { type: "string", format: "date-time", description: "RFC 3339." };
/** A date-time or, for periods, a plain date. */
export const when: JsonSchema = { type: "string", maxLength: 40, anyOf: [{ format: "date-time" }, { format: "date" }] };
/** Any JSON object: judged further by the definition that it goes to. */
export const freeObject: JsonSchema = { type: "object", additionalProperties: true };
export const described = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });
export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "null" }] });
export const any: JsonSchema = {};

export const ref = (component: string): JsonSchema => ({ $ref: `${component}#` });
export const problemRef = ref("Problem");
/** Answer of a list. */
export const page = (component: string): JsonSchema => ({
  type: "object",
  required: ["items", "next"],
  properties: { items: { type: "array", items: ref(component) }, next: nullable({ type: "string", description: "Cursor of the next page, null at the end." }) },
});

/** Query parameters of every list that is read page by page. */
export const PAGING: Record<"limit" | "cursor", JsonSchema> = {
  limit: integer(1, 200, { description: "Rows a page; 50 without it." }),
  cursor: name(2_000, { description: "`next` of the page before." }),
};
export const SORT = name(200, { description: "Field, with `-` in front for descending." });
export const SEARCH_TEXT = text(200, { description: "Search text." });
export const FILTER = text(8_000, { description: "JSON: the record query language." });
/** Those of lists that can be searched, sorted and filtered too. */
export const LIST_QUERY: Properties = { ...PAGING, sort: SORT, q: SEARCH_TEXT, filter: FILTER };

/** An open component schema: answers may grow. */
export function component(
  id: string,
  properties: Properties,
  required: readonly string[] = Object.keys(properties),
  extra: Record<string, Json> = {},
): JsonSchema {
  return { $id: id, type: "object", properties, required: [...required], ...extra };
}
