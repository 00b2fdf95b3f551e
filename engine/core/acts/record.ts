/** The `record` action: writes to other records, as effects; what it creates can be read as `created.<as>` by later actions. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { readerOf, withDefaults, writeField } from "../facts/schema-values.ts";
import { civilOf } from "../feel/temporal.ts";
import { type FeelContext, newContext } from "../feel/values.ts";
import type { ExpressionMap, RecordActionCode } from "../machine/code.ts";
import { idOf } from "../program.ts";
import { type ActRun, evaluateOr, idText, textOf } from "./act-run.ts";

export function changeRecord(run: ActRun, scope: ExpressionScope, action: RecordActionCode): void {
  const { world } = run;
  const type = world.program.type(action.record);
  if (type === null) throw new EngineError("internal", `There is no record type "${action.record}" in this release`, { reference: action.record });
  const name = idOf(type.key);
  const org = textOf(evaluateOr(action.org, scope, null));
  const common = { kind: "record", op: action.op, type: name, ...(org === null ? {} : { org }) } as const;
  const by = action.by.length === 0 ? {} : { by: fieldsOf(type, action.by, scope) };
  if (action.op === "update" || action.op === "delete") {
    const id = action.id === null ? null : idText(action.id.evaluate(scope));
    if (action.id !== null && id === null) {
      if (!world.requests.pending) run.add({ kind: "note", text: `${action.op} of ${name} left out: it names no record` });
      return;
    }
    run.add({ ...common, ...(id === null ? {} : { id }), ...by, set: action.op === "delete" ? {} : fieldsOf(type, action.set, scope, true) });
    return;
  }
  const fields = fieldsOf(type, action.set, scope);
  const set = action.op === "create" ? withDefaults(type.schema, fields) : fields;
  const id = (action.id === null ? null : idText(action.id.evaluate(scope))) ?? run.ids.uuid();
  const all: JsonObject = { ...(by.by ?? {}), ...set };
  const code = newCode(run, type, all, org ?? world.org.code);
  run.add({ ...common, id, code, ...by, set });
  if (action.as !== null) {
    const context = newContext();
    Object.assign(context, readerOf(type.schema)(all) as FeelContext, { id, code, type: name });
    world.create(action.as, context);
  }
}

/** Values by field in the form that the type's schema writes; unknown ones are left out, or null where `nulls`. */
export function fieldsOf(type: TypeDefinition | null, map: ExpressionMap, scope: ExpressionScope, nulls = false): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, expression] of map) {
    const json = writeField(type?.schema, name, expression.evaluate(scope));
    if (json !== undefined) out[name] = json;
    else if (nulls) out[name] = null;
  }
  return out;
}

/** The code of a new record: its own field, or the type's pattern filled from the seed; null where the type has neither. */
export function newCode(run: ActRun, type: TypeDefinition, data: JsonObject, org: string): string | null {
  if (type.codeField !== undefined) {
    const own = data[type.codeField];
    if (typeof own === "string") return own;
  }
  return type.code === undefined ? null : run.ids.fill(type.code, org, civilOf(run.world.today.day).year);
}
