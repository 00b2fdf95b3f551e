/** Fires one due timer as an event of the engine itself. The relay claims timers and calls this; nobody else can produce timer events. */
import { EngineError } from "../../core/errors.ts";
import { loadOrg } from "../../store/people.ts";
import { type TimerRow, takeTimer } from "../../store/timers.ts";
import { toOrgContext } from "../auth/principals.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork, openInstance } from "../work/in-work.ts";
import { systemScope } from "../work/scope.ts";
import { runCascade } from "./cascade.ts";
import { moveInstance, standingOf } from "./transition.ts";

/**
 * `fired`: the instance moved. `gone`: the timer was cancelled or armed anew in the meantime. `ignored`: it was due, and no
 * transition was open (a guard was shut); it is used up all the same.
 */
export type Firing = "fired" | "gone" | "ignored";

/** Takes the timer and sends its event in one transaction: at most once, never after its cancellation. */
export async function fireTimer(engine: Engine, timer: TimerRow): Promise<Firing> {
  const org = await engine.store.work({ orgs: [timer.orgId], actorId: "system" }, (tx) => loadOrg(tx, timer.orgId));
  if (org === null) throw new EngineError("internal", "A timer is due in an org that does not exist.");
  return await inWork(
    engine,
    systemScope(toOrgContext(org)),
    toOrgContext(org),
    async (work) => {
      const opened = await openInstance(work, timer.instanceId);
      if (opened.instance === null || !(await takeTimer(work.tx, timer))) return "gone";
      const lateMs = Math.max(0, Date.parse(work.at) - Date.parse(timer.dueAt));
      const standing = await standingOf(work, opened.instance, opened.record);
      const moved = await moveInstance(work, standing, { type: `after.${timer.name}`, payload: { due_at: timer.dueAt, late_ms: lateMs }, via: "timer" });
      if (moved.kind !== "moved") return "ignored";
      await runCascade(work, moved.cascade);
      return "fired";
    },
    { instanceId: timer.instanceId },
  );
}
