/** `x-where` of a reference in a payload schema: which records of its type are offered, a FEEL text per field, in the instance's scope. */
import { type FeelMap, isJsonObject, type Json, type JsonObject, type JsonSchema } from "../schema/json.ts";
import { pointer } from "./problem.ts";

export interface ReferenceChoice {
  /** JSON pointer of the reference within its schema. */
  readonly path: string;
  readonly where: FeelMap;
}

const known = new WeakMap<JsonSchema, readonly ReferenceChoice[]>();

/** Every reference that narrows its choice; a schema is looked through once, since every look at an instance asks. */
export function referenceChoices(schema: JsonSchema): readonly ReferenceChoice[] {
  let choices = known.get(schema);
  if (choices === undefined) {
    choices = findChoices(schema);
    known.set(schema, choices);
  }
  return choices;
}

function findChoices(schema: JsonSchema): readonly ReferenceChoice[] {
  const found: ReferenceChoice[] = [];
  const visit = (node: Json | undefined, path: string): void => {
    if (Array.isArray(node)) for (const [index, child] of node.entries()) visit(child as Json, path + pointer(index));
    if (!isJsonObject(node)) return;
    const where = node["x-where"];
    if (isTexts(where)) found.push({ path, where });
    for (const [name, child] of Object.entries(node)) if (name !== "x-where") visit(child, path + pointer(name));
  };
  visit(schema, "");
  return found;
}

/** The same schema with `x-filter`, the values that `answer` gives, in place of the texts of each narrowed reference. */
export function answerChoices(schema: JsonSchema, answer: (path: string) => JsonObject): JsonSchema {
  const visit = (node: Json, path: string): Json => {
    if (Array.isArray(node)) return node.map((child: Json, index) => visit(child, path + pointer(index)));
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, child]) =>
        name === "x-where" && isTexts(child) ? ["x-filter", answer(path)] : [name, visit(child, path + pointer(name))],
      ),
    );
  };
  return visit(schema, "") as JsonSchema;
}

const isTexts = (value: Json | undefined): value is JsonObject & FeelMap =>
  isJsonObject(value) && Object.values(value).every((text) => typeof text === "string");
