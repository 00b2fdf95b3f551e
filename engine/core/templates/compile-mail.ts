/** Compiles a mail definition: its templates parsed and checked, its expressions compiled. Rendering is part of the pure step. */
import Handlebars from "handlebars";
import type { JsonObject } from "../../schema/json.ts";
import type { MailDefinition } from "../../schema/mail.ts";
import { EngineError } from "../errors.ts";
import type { Expression } from "../feel/compile.ts";
import type { ExpressionMap } from "../machine/code.ts";
import { compileAt, compileMap } from "../machine/compile-code.ts";
import { type CheckedTemplate, checkTemplate, type ProgramNode, type TemplateMode } from "./check-template.ts";
import { renderTemplate } from "./render-template.ts";

export interface CompiledTemplate extends CheckedTemplate {
  render(variables: JsonObject): string;
}

export interface CompiledMail {
  readonly key: string;
  /** Id with `_` for `-`: the mail's type in messages and in FEEL. */
  readonly type: string;
  readonly version: string;
  readonly definition: MailDefinition;
  readonly recipients: Expression;
  readonly ref: Expression;
  readonly vars: ExpressionMap;
  readonly branding: Expression | null;
  readonly attachments: Expression | null;
  readonly words: Expression | null;
  readonly subject: CompiledTemplate;
  readonly html: CompiledTemplate;
  readonly text: CompiledTemplate;
  /** Templates see the variables, and `branding`. */
  render(variables: JsonObject, branding: JsonObject): { readonly subject: string; readonly html: string; readonly text: string };
}

/**
 * Parses and checks one template.
 *
 * - throws EngineError `definition_invalid` with the line of the first fault
 */
export function compileTemplate(source: string, mode: TemplateMode): CompiledTemplate {
  let program: ProgramNode;
  try {
    program = Handlebars.parse(mode === "subject" ? source.trimEnd() : source) as unknown as ProgramNode;
  } catch (error) {
    throw new EngineError("definition_invalid", `The template cannot be read: ${(error as Error).message}`, {}, { cause: error });
  }
  const checked = checkTemplate(program, source, mode);
  return { variables: checked.variables, render: (variables) => renderTemplate(program, variables, mode) };
}

/** - throws EngineError `definition_invalid` with the JSON pointer as `path` */
export function compileMail(definition: MailDefinition, version: string): CompiledMail {
  const { templates } = definition;
  const subject = templateAt(templates.subject, "subject");
  const html = templateAt(templates.html, "html");
  const text = templateAt(templates.text, "text");
  return {
    ...{ key: definition.key, type: definition.key.slice(definition.key.indexOf(".") + 1).replaceAll("-", "_"), version, definition },
    recipients: compileAt(definition.recipients, "/recipients"),
    ref: compileAt(definition.ref, "/ref"),
    vars: compileMap(definition.vars, "/vars"),
    branding: definition.branding === undefined ? null : compileAt(definition.branding, "/branding"),
    attachments: definition.attachments === undefined ? null : compileAt(definition.attachments, "/attachments"),
    words: definition.words === undefined ? null : compileAt(definition.words, "/words"),
    ...{ subject, html, text },
    render(variables, branding) {
      const all = { ...variables, branding };
      return { subject: subject.render(all), html: html.render(all), text: text.render(all) };
    },
  };
}

function templateAt(source: string, mode: TemplateMode): CompiledTemplate {
  try {
    return compileTemplate(source, mode);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `/templates/${mode}: ${error.message}`, { ...error.data, path: `/templates/${mode}` }, { cause: error });
  }
}
