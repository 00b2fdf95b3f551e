/**
 * An org's own words in place of a mail's templates: checked like a definition's when they are set, compiled when they are used. They see
 * the mail's variables and nothing else.
 */
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { TemplateMode } from "./check-template.ts";
import { type CompiledMail, type CompiledTemplate, compileTemplate } from "./compile-mail.ts";

const PARTS = ["subject", "html", "text"] as const;
const MOST_KEPT = 500;
const COMPILED = new Map<string, CompiledTemplate>();

/**
 * The mail with the parts that are given in place of its own; null or blank parts stay.
 *
 * - throws EngineError `definition_invalid` at a template that cannot be used
 */
export function withOwnWords(mail: CompiledMail, words: JsonObject | null): CompiledMail {
  if (words === null) return mail;
  const own: Partial<Record<TemplateMode, CompiledTemplate>> = {};
  for (const part of PARTS) {
    const source = words[part];
    if (typeof source === "string" && source.trim() !== "") own[part] = compiled(source, part);
  }
  if (Object.keys(own).length === 0) return mail;
  const { subject, html, text } = { ...mail, ...own };
  return {
    ...{ ...mail, subject, html, text },
    render: (variables, branding) => {
      const all = { ...variables, branding };
      return { subject: subject.render(all), html: html.render(all), text: text.render(all) };
    },
  };
}

/** What keeps a text from being a part of the mail, in words; null when it may be. */
export function faultOfWords(mail: CompiledMail, part: TemplateMode, source: string): string | null {
  if (source.trim() === "") return null;
  try {
    const unknown = compiled(source, part).variables.find((variable) => !isVariable(mail, variable));
    return unknown === undefined ? null : `names "${unknown}", which this mail does not have; it has ${namesOf(mail)}`;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}

function compiled(source: string, part: TemplateMode): CompiledTemplate {
  const key = `${part}\n${source}`;
  let template = COMPILED.get(key);
  if (template === undefined) {
    template = compileTemplate(source, part);
    if (COMPILED.size >= MOST_KEPT) COMPILED.clear();
    COMPILED.set(key, template);
  }
  return template;
}

function namesOf(mail: CompiledMail): string {
  const properties = mail.definition.variables["properties"];
  return [...(isJsonObject(properties) ? Object.keys(properties).sort() : []), "branding"].join(", ");
}

/** Whether the schema of the mail's variables has the path, such as `lines.[].name`. A schema that does not tell its members has all. */
function isVariable(mail: CompiledMail, path: string): boolean {
  const [first, ...rest] = path.split(".");
  if (first === "branding") return true;
  let schema: Json | undefined = mail.definition.variables;
  for (const name of [first ?? "", ...rest]) {
    if (!isJsonObject(schema)) return true;
    const inner: Json | undefined = name === "[]" ? schema["items"] : schema["properties"];
    if (!isJsonObject(inner)) return true;
    if (name !== "[]" && !Object.hasOwn(inner, name)) return false;
    schema = name === "[]" ? inner : inner[name];
  }
  return true;
}
