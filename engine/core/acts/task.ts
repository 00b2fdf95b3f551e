/** The `task` and `approval` actions: a draft of what a person is asked to do. */
import type { Json } from "../../schema/json.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { fromFeel } from "../feel/convert.ts";
import { isNumeric, type Numeric, toDecimal } from "../feel/decimals.ts";
import { isList } from "../feel/values.ts";
import type { TaskActionCode } from "../machine/code.ts";
import { type ActRun, dueInstant, evaluateOr, fillText, idText, textOf } from "./act-run.ts";

export function task(run: ActRun, scope: ExpressionScope, action: TaskActionCode): void {
  const requester = evaluateOr(action.requester, scope, null);
  const excluded = (isList(requester) ? requester : [requester]).map(idText).filter((id) => id !== null);
  const permission = typeof action.permission === "string" || action.permission === null ? action.permission : textOf(action.permission.evaluate(scope));
  const relies: Record<string, { readonly expr: string; readonly value: Json }> = {};
  for (const [name, expression] of action.relies) relies[name] = { expr: expression.text, value: fromFeel(expression.evaluate(scope)) ?? null };
  const rank = evaluateOr(action.minRank, scope, 0);
  run.add({
    kind: "task",
    task: {
      ...{ id: run.ids.uuid(), kind: action.kind, form: action.form, title: fillText(action.title, scope) },
      ref: textOf(evaluateOr(action.ref, scope, null)),
      assignee: idText(evaluateOr(action.assignee, scope, null)),
      // A permission that cannot be told closes the approval: nobody holds "?".
      permission: permission ?? (action.form === "approval" ? "?" : null),
      role: action.role,
      minRank: isNumeric(rank) ? toDecimal(rank as Numeric).toNumber() : 0,
      excluded,
      dueAt: dueInstant(evaluateOr(action.due, scope, null), run.world),
      outcomes: action.outcomes,
      relies,
    },
  });
}
