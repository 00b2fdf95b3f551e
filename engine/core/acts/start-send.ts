/** The `start` and `send` actions: other instances, or this one again after it has settled. */
import { EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { isList } from "../feel/values.ts";
import type { SendActionCode, StartActionCode } from "../machine/code.ts";
import { type ActRun, evaluateOr, idText, jsonMap, textOf } from "./act-run.ts";

function machineKey(run: ActRun, ref: string): string {
  const key = run.world.program.resolve("machine", ref);
  if (key === null) throw new EngineError("internal", `There is no machine "${ref}" in this release`, { reference: ref });
  return key;
}

export function start(run: ActRun, scope: ExpressionScope, action: StartActionCode): void {
  const org = textOf(evaluateOr(action.org, scope, null));
  const unique = textOf(evaluateOr(action.unique, scope, null));
  const instanceId = run.ids.uuid();
  run.add({
    ...{ kind: "start", machine: machineKey(run, action.machine), event: action.event, payload: jsonMap(action.payload, scope), instanceId },
    ...(org === null ? {} : { org }),
    ...(unique === null ? {} : { unique }),
  });
  if (action.as !== null) run.world.create(action.as, { id: instanceId, code: null });
}

/** One effect for each target; `to` null raises the event here. A target that is null or unknown gets nothing. */
export function send(run: ActRun, scope: ExpressionScope, action: SendActionCode): void {
  const payload = jsonMap(action.payload, scope);
  if (action.to === null) {
    run.raised.push({ type: action.event, payload, via: "cascade" });
    return;
  }
  const machine = action.machine === null ? null : machineKey(run, action.machine);
  const org = textOf(evaluateOr(action.org, scope, null));
  const value = action.to.evaluate(scope);
  for (const target of isList(value) ? value : [value]) {
    const to = idText(target);
    if (to !== null) run.add({ kind: "send", machine, to, event: action.event, payload, ...(org === null ? {} : { org }) });
  }
}
