/** Runs one action of a machine: changes the record or context at once, and describes everything else as effects. */
import type { Json } from "../../schema/json.ts";
import { assertNever, EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { writeField } from "../facts/schema-values.ts";
import { tooManyRows } from "../facts/too-many-rows.ts";
import { fromFeel } from "../feel/convert.ts";
import { type FeelValue, isList, TooManyRows } from "../feel/values.ts";
import type { ActionBody, ActionCode, ExpressionMap } from "../machine/code.ts";
import { tick } from "../time-limit.ts";
import { type ActRun, evaluateOr, fillText, isTrue, MAX_EACH, textOf } from "./act-run.ts";
import { deliver } from "./deliver.ts";
import { document } from "./document.ts";
import { emit } from "./emit.ts";
import { mail } from "./mail.ts";
import { changeRecord } from "./record.ts";
import { send, start } from "./start-send.ts";
import { task } from "./task.ts";

/** What an action counts for in a time limit, beside its expressions, in operations. */
const ACTION = 50;
const RENDERED_ACTION = 2_000;

/** True when data changed that guards may read. */
export function runAction(run: ActRun, scope: ExpressionScope, action: ActionCode): boolean {
  if (action.each === null) {
    if (action.when !== null && !isTrue(action.when, scope)) return false;
    return perform(run, scope, action.body);
  }
  const list = counted(run, action.each.evaluate(scope));
  if (!isList(list)) return false;
  if (list.length > MAX_EACH) throw new EngineError("limit_exceeded", `An action runs for at most ${MAX_EACH} elements`, { limit: "each" });
  let changed = false;
  for (const [i, item] of list.entries()) {
    const inner = scope.with({ item, index: i + 1 });
    if (action.when !== null && !isTrue(action.when, inner)) continue;
    if (perform(run, inner, action.body)) changed = true;
  }
  return changed;
}

/** The value, unless it is of more rows than a fact holds. The pass may be in vain: what it asked for can take another way. */
function counted(run: ActRun, value: FeelValue): FeelValue {
  if (value instanceof TooManyRows && !run.world.requests.pending) throw tooManyRows(`"${run.world.event?.type ?? ""}"`, value);
  return value;
}

function perform(run: ActRun, scope: ExpressionScope, body: ActionBody): boolean {
  tick(body.type === "mail" || body.type === "document" ? RENDERED_ACTION : ACTION);
  switch (body.type) {
    case "set":
      return set(run, scope, body.record, body.context);
    case "record":
      changeRecord(run, scope, body);
      return false;
    case "mail":
      mail(run, scope, body);
      return false;
    case "document":
      return document(run, scope, body);
    case "task":
      task(run, scope, body);
      return false;
    case "cancelTask":
      run.add({ kind: "cancelTask", taskKind: body.kind, ref: textOf(evaluateOr(body.ref, scope, null)) });
      return false;
    case "emit":
      emit(run, scope, body);
      return false;
    case "start":
      start(run, scope, body);
      return false;
    case "send":
      send(run, scope, body);
      return false;
    case "deliver":
      deliver(run, body.channel);
      return false;
    case "note":
      run.add({ kind: "note", text: fillText(body.text, scope) });
      return false;
    default:
      return assertNever(body);
  }
}

/** All expressions see the record and context as they were before this action. What is unknown is written as null, but for rows that are too many. */
function set(run: ActRun, scope: ExpressionScope, record: ExpressionMap, context: ExpressionMap): boolean {
  const { world } = run;
  const schema = world.record === null || record.length === 0 ? undefined : world.program.type(world.record.type)?.schema;
  const fields = record.map(([name, expression]) => [name, writeField(schema, name, counted(run, expression.evaluate(scope))) ?? null] as const);
  const values = context.map(([name, expression]) => [name, fromFeel(counted(run, expression.evaluate(scope))) ?? null] as const);
  let changed = false;
  if (fields.length > 0 && world.record !== null) {
    const data: Record<string, Json> = { ...world.record.data };
    for (const [name, value] of fields) data[name] = value;
    world.record = { ...world.record, data };
    run.recordChanged = true;
    changed = true;
  }
  if (values.length > 0) {
    const next: Record<string, Json> = { ...world.context };
    for (const [name, value] of values) next[name] = value;
    world.context = next;
    changed = true;
  }
  return changed;
}
