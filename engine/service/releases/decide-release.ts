/** Approves or rejects a release: four eyes, so never one of those who wrote it. */
import { EngineError } from "../../core/errors.ts";
import { loadRelease, releaseDecisions, decideRelease as storeDecision } from "../../store/releases.ts";
import { inStudio, requirePermission } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, Refused, type Work } from "../work/work.ts";
import { type ReleaseView, toReleaseView } from "./release-view.ts";

export interface DecideInput extends Keyed {
  readonly number: number;
  readonly note?: string;
}

/** - 403 `own_release` for each of its authors; 409 `release_decided` where it is decided already */
export async function approveRelease(engine: Engine, scope: Scope, input: DecideInput): Promise<Answer<ReleaseView>> {
  return await decide(engine, scope, input, "approved");
}

/** The same rules as for approving: who wrote it withdraws it by discarding the next draft, not by deciding on it. */
export async function rejectRelease(engine: Engine, scope: Scope, input: DecideInput): Promise<Answer<ReleaseView>> {
  return await decide(engine, scope, input, "rejected");
}

async function decide(engine: Engine, scope: Scope, input: DecideInput, decision: "approved" | "rejected"): Promise<Answer<ReleaseView>> {
  return await inStudio(engine, scope, null, (work) => once(work, input.idempotency, 200, () => decideIn(work, input, decision)));
}

async function decideIn(work: Work, input: DecideInput, decision: "approved" | "rejected"): Promise<ReleaseView | Refused> {
  const release = await loadRelease(work.tx, input.number);
  // An author is told the reason that no permission would mend.
  const isOwn = release !== null && (release.authors.includes(work.actor.id) || release.createdBy === work.actor.id);
  if (!isOwn) requirePermission(work, "rules.publish");
  if (release === null) throw new EngineError("not_found", `There is no release ${input.number}.`);
  if (isOwn) {
    auditAttempt(work, "release_decision_refused", { type: "release", id: String(input.number) }, { decision, code: "own_release" });
    return new Refused(
      new EngineError("own_release", `You changed release ${input.number} yourself; somebody else with rules.publish decides on it.`, {
        authors: release.authors,
      }),
    );
  }
  const note = input.note ?? "";
  const decided = await storeDecision(work.tx, { number: input.number, decision, by: work.actor.id, at: work.at, note });
  auditAttempt(work, decision === "approved" ? "release_approved" : "release_rejected", { type: "release", id: String(input.number) }, { note });
  work.notices.push({ orgId: work.org.id, kind: "release", id: String(input.number), of: decided.state });
  return toReleaseView(decided, await releaseDecisions(work.tx, input.number));
}
