/** Who may take an import back, and until when, as the template of its type says. */
import { EngineError } from "../../core/errors.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { ImportJobRow } from "../../store/imports.ts";
import { dayIn } from "../work/ask-decision.ts";
import { judge, refusalOf } from "../work/authorize.ts";
import type { Work } from "../work/work.ts";

const HOUR_MS = 3_600_000;

/** - throws EngineError `permission_denied`, and `import_kept` once it is too late */
export function requireRollback(work: Work, type: TypeDefinition, job: ImportJobRow): void {
  const { permission, withinHours } = type.template?.rollback ?? {};
  if (permission !== undefined && work.actor.kind !== "system") {
    const act = { orgId: work.org.id, permissions: [permission], verb: "edit" };
    const verdict = judge(work.ruling.program, work.scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) });
    if (!verdict.allow) throw refusalOf(verdict, act, { hidden: "not_found", forbidden: "permission_denied", what: "To take an import back" });
  }
  if (withinHours !== undefined && Date.parse(work.at) - Date.parse(job.createdAt) > withinHours * HOUR_MS)
    throw new EngineError("import_kept", `It was written more than ${withinHours} hours ago: it stays.`, { rows: [] });
}

/** Whether it wrote something that this reader may take back now, as far as can be told without looking at its records. */
export function mayRollBack(work: Work, type: TypeDefinition | null, job: ImportJobRow): boolean {
  if (type === null || job.status !== "done" || job.isHeld || job.isTrial || job.created === 0) return false;
  try {
    requireRollback(work, type, job);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
