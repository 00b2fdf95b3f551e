/** The `document` action: renders a paper about the record. The shell keeps its bytes; the next rendering is the next number. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { fromFeel } from "../feel/convert.ts";
import type { DocumentActionCode } from "../machine/code.ts";
import type { CompiledDocument } from "../templates/compile-document.ts";
import { type ActRun, asObject, textOf } from "./act-run.ts";

const MAX_NAME = 120;

/** True when the record got the document's id. */
export function document(run: ActRun, scope: ExpressionScope, action: DocumentActionCode): boolean {
  const { world } = run;
  const compiled = world.program.document(action.document);
  if (compiled === null) throw new EngineError("internal", `There is no document "${action.document}" in this release`, { reference: action.document });
  const { record } = world;
  if (record === null) throw new EngineError("internal", `The document "${compiled.key}" is about a record, and this instance has none`);
  const variables: Record<string, Json> = {};
  for (const [name, expression] of [...compiled.vars, ...action.vars]) {
    const json = fromFeel(expression.evaluate(scope));
    if (json === undefined) delete variables[name];
    else variables[name] = json;
  }
  const branding = asObject(compiled.branding === null ? world.org.branding : fromFeel(compiled.branding.evaluate(scope))) ?? world.org.branding;
  const name = textOf(compiled.name.evaluate(scope));
  // A pass that lacks facts is thrown away: there is nothing to render yet.
  if (world.requests.pending) return false;
  const counter = `document:${compiled.key}`;
  const number = (run.counters[counter] ?? 0) + 1;
  run.count(counter, number);
  const id = run.ids.uuid();
  const html = rendered(compiled, variables, branding, number);
  const { size = "A4", orientation = "portrait" } = compiled.definition.page ?? {};
  run.add({
    ...{ kind: "document", document: compiled.key, version: compiled.version, id, number },
    ...{ title: compiled.definition.title, name: fileName(name ?? `${record.code ?? record.id}`), page: { size, orientation }, html },
    record: { type: record.type, id: record.id, code: record.code },
  });
  if (action.field === null) return false;
  world.record = { ...record, data: { ...record.data, [action.field]: id } };
  run.recordChanged = true;
  return true;
}

function rendered(compiled: CompiledDocument, variables: JsonObject, branding: JsonObject, number: number): string {
  try {
    return compiled.render(variables, branding, number);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `The document "${compiled.key}" cannot be written: ${error.message}.`, error.data, { cause: error });
  }
}

/** What every file system takes. */
const fileName = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N} ._-]+/gu, "-")
    .replace(/^[. ]+|[. ]+$/g, "")
    .slice(0, MAX_NAME) || "document";
