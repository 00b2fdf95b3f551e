/** What a form of an event offers: a payload schema whose references say which records come into question now. */
import { answerChoices, referenceChoices } from "../../core/reference-choice.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import { evaluate, type Subject } from "../work/expression.ts";
import type { Work } from "../work/work.ts";

/** A field whose value cannot be told narrows nothing: the event's gate decides in the end. */
export async function narrowedSchema(work: Work, subject: Subject, schema: JsonSchema | null): Promise<JsonSchema | null> {
  const choices = schema === null ? [] : referenceChoices(schema);
  if (schema === null || choices.length === 0) return schema;
  const texts = choices.flatMap(({ path, where }) => Object.entries(where).map(([field, text]) => [`${path} ${field}`, text] as const));
  const values: Readonly<Record<string, Json | undefined>> = await evaluate(work, subject, Object.fromEntries(texts));
  const known = new Map(
    choices.map(({ path, where }) => {
      const told = Object.keys(where).flatMap((field) => {
        const value = values[`${path} ${field}`];
        return value === undefined ? [] : [[field, value] as const];
      });
      return [path, Object.fromEntries(told) as JsonObject];
    }),
  );
  return answerChoices(schema, (path) => known.get(path) ?? {});
}
