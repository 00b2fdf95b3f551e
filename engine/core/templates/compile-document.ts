/** Compiles a document definition: its template parsed and checked, its expressions compiled. Rendering is part of the pure step. */
import type { DocumentDefinition } from "../../schema/document.ts";
import type { JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { Expression } from "../feel/compile.ts";
import type { ExpressionMap } from "../machine/code.ts";
import { compileAt, compileMap } from "../machine/compile-code.ts";
import { type CompiledTemplate, compileTemplate } from "./compile-mail.ts";

export interface CompiledDocument {
  readonly key: string;
  readonly version: string;
  readonly definition: DocumentDefinition;
  readonly name: Expression;
  readonly vars: ExpressionMap;
  readonly branding: Expression | null;
  readonly html: CompiledTemplate;
  /** The template sees the variables, `branding` and the `number` of this version of the document. */
  render(variables: JsonObject, branding: JsonObject, number: number): string;
}

/** - throws EngineError `definition_invalid` with the JSON pointer as `path` */
export function compileDocument(definition: DocumentDefinition, version: string): CompiledDocument {
  const html = htmlOf(definition);
  return {
    ...{ key: definition.key, version, definition },
    name: compileAt(definition.name, "/name"),
    vars: compileMap(definition.vars, "/vars"),
    branding: definition.branding === undefined ? null : compileAt(definition.branding, "/branding"),
    html,
    render: (variables, branding, number) => html.render({ ...variables, branding, number }),
  };
}

function htmlOf(definition: DocumentDefinition): CompiledTemplate {
  try {
    return compileTemplate(definition.templates.html, "html");
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `/templates/html: ${error.message}`, { ...error.data, path: "/templates/html" }, { cause: error });
  }
}
