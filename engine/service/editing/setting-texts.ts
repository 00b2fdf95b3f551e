/** Texts of settings that are templates of mails (`x-template`), checked before they are kept: a wrong one would be heard of only when a mail is written. */
import { pointer } from "../../core/problem.ts";
import type { Program } from "../../core/program.ts";
import { memberKind } from "../../core/settings-members.ts";
import type { TemplateMode } from "../../core/templates/check-template.ts";
import type { CompiledMail } from "../../core/templates/compile-mail.ts";
import { faultOfWords } from "../../core/templates/own-words.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import type { PayloadError } from "../records/payload.ts";

/** The faults of every template among the values, by JSON pointer. Only members that are mails have templates. */
export function templateErrors(program: Program, schema: JsonSchema, values: JsonObject): readonly PayloadError[] {
  if (memberKind(schema) !== "mail") return [];
  const properties = objectAt(schema["properties"]);
  return Object.entries(values).flatMap(([name, value]) => {
    const mail = program.mail(name);
    return mail === null ? [] : faultsIn(mail, objectAt(properties[name]), value, pointer(name));
  });
}

function faultsIn(mail: CompiledMail, schema: JsonSchema, value: Json, path: string): readonly PayloadError[] {
  const part = schema["x-template"];
  if (typeof part === "string" && typeof value === "string") {
    const fault = faultOfWords(mail, part as TemplateMode, value);
    return fault === null ? [] : [{ path, message: fault }];
  }
  const properties = objectAt(schema["properties"]);
  return Object.entries(objectAt(value)).flatMap(([name, inner]) => faultsIn(mail, objectAt(properties[name]), inner, path + pointer(name)));
}

const objectAt = (value: Json | undefined): JsonObject => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
