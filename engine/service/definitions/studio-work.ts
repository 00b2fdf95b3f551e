/**
 * One transaction of the studio: definitions, drafts, releases and replays. They belong to the platform, so what is asked for
 * is only whether the person holds the studio's permission in the org that they chose.
 */
import { EngineError } from "../../core/errors.ts";
import { dayIn } from "../work/ask-decision.ts";
import { authorize, verbOf } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork } from "../work/in-work.ts";
import type { Scope } from "../work/scope.ts";
import type { Refused, Work } from "../work/work.ts";

export type StudioPermission = "rules.view" | "rules.edit" | "rules.publish" | "replay.run";

/**
 * Runs a use case of the studio in the first org of the scope. `permission` null: the use case asks for it itself.
 *
 * - throws EngineError `permission_denied` without the permission (`not_found` for `rules.view`), `org_required` for an empty scope
 */
export async function inStudio<T>(engine: Engine, scope: Scope, permission: StudioPermission | null, fn: (work: Work) => Promise<T | Refused>): Promise<T> {
  const [org] = scope.orgs;
  if (org === undefined) throw new EngineError("org_required", "The studio works for an org; name one in X-Org.");
  return await inWork(engine, scope, org, async (work) => {
    if (permission !== null) requirePermission(work, permission);
    return await fn(work);
  });
}

/** The permission check on its own, for use cases that need several. */
export function requirePermission(work: Work, permission: StudioPermission): void {
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  const act = { orgId: work.org.id, permissions: [permission], verb: verbOf(permission) };
  authorize(work.ruling.program, work.scope, work.actor, { ...act, hidden: "not_found", forbidden: "permission_denied", what: WHAT[permission] }, moment);
}

const WHAT: Readonly<Record<StudioPermission, string>> = {
  "rules.view": "Seeing definitions",
  "rules.edit": "Editing definitions",
  "rules.publish": "Approving and activating releases",
  "replay.run": "Running a replay",
};

/** Whether the actor holds it: what the studio offers, without asking. */
export function mayInStudio(work: Work, permission: StudioPermission): boolean {
  try {
    requirePermission(work, permission);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
