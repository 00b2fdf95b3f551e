/** Points an org at a release from an instant on; an older release is a rollback. What has not begun can be taken back. */
import { EngineError } from "../../core/errors.ts";
import type { Instant } from "../../core/step-types.ts";
import { type ActivationRow, activate, cancelActivation as dropActivation, listActivations as storedActivations } from "../../store/activations.ts";
import { loadOrg } from "../../store/people.ts";
import { loadRelease, releaseDecisions } from "../../store/releases.ts";
import { inStudio } from "../definitions/studio-work.ts";
import { askToRearm } from "../work/ask-to-rearm.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId, isUuid } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";

export interface ActivationView {
  readonly id: string;
  readonly org: string;
  readonly release: number;
  readonly at: Instant;
  readonly percent: number;
  readonly note: string;
  readonly by: string;
  readonly createdAt: Instant;
  /** Whether it decides for (some) instances now. */
  readonly inForce: boolean;
}

export interface ActivateInput extends Keyed {
  readonly release: number;
  /** Default: now. In the past it counts as now. */
  readonly at?: string;
  /** 1 to 100, default 100: the share of instances that follow it. */
  readonly percent?: number;
  readonly note?: string;
}

/**
 * Activates a release for the one org of the scope. Timers whose delay it changes follow once it holds.
 *
 * - 409 `release_not_approved` for one that is pending or rejected, or that nobody has approved where the org demands four eyes
 * - 422 `payload_invalid` for an instant or a percentage that is none
 */
export async function activateRelease(engine: Engine, scope: Scope, input: ActivateInput): Promise<Answer<ActivationView>> {
  requireOneOrg(scope);
  const answer = await inStudio(engine, scope, "rules.publish", (work) => once(work, input.idempotency, 201, () => activateIn(work, input)));
  engine.programs.forget(scope.orgs[0]?.id);
  return answer;
}

async function activateIn(work: Work, input: ActivateInput): Promise<ActivationView> {
  const release = await loadRelease(work.tx, input.release);
  if (release === null) throw new EngineError("not_found", `There is no release ${input.release}.`);
  const org = await loadOrg(work.tx, work.org.id);
  const decisions = await releaseDecisions(work.tx, release.number);
  const needsApproval = org?.fourEyes !== false && release.authors.length > 0;
  if (release.state !== "approved" || (needsApproval && !decisions.some((one) => one.decision === "approved"))) {
    throw new EngineError(
      "release_not_approved",
      `Release ${release.number} is ${release.state === "approved" ? "not approved by a second person" : release.state}.`,
      { state: release.state },
    );
  }
  const row: ActivationRow = {
    orgId: work.org.id,
    id: freshId(work.at, work.engine.seed()),
    release: release.number,
    from: instantOf(input.at, work.at),
    percent: percentOf(input.percent),
    note: input.note ?? "",
    createdBy: work.actor.id,
    createdAt: work.at,
  };
  await activate(work.tx, row);
  await askToRearm(work, { activation: row.id }, row.from);
  auditAttempt(
    work,
    "release_activated",
    { type: "release", id: String(release.number) },
    { from: row.from, percent: row.percent, note: row.note, before: work.ruling.release },
  );
  work.notices.push({ orgId: work.org.id, kind: "release", id: String(release.number), of: "activated" });
  return toView(row, work.org.code, row.from <= work.at);
}

/**
 * Takes back an activation that has not begun: as if it had never been asked for, but for the audit log.
 *
 * - 409 `activation_started` for one that has decided since, or does
 */
export async function cancelActivation(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<void> {
  requireOneOrg(scope);
  await inStudio(engine, scope, "rules.publish", async (work) => {
    const row = isUuid(input.id) ? (await storedActivations(work.tx, work.org.id)).find((one) => one.id === input.id) : undefined;
    if (row === undefined) throw new EngineError("not_found", `There is no activation "${input.id.slice(0, 60)}".`);
    if (!(await dropActivation(work.tx, row, work.at)))
      throw new EngineError("activation_started", `The activation of release ${row.release} began at ${row.from}.`, { at: row.from });
    const subject = { type: "release", id: String(row.release) };
    auditAttempt(work, "activation_cancelled", subject, { from: row.from, percent: row.percent, note: row.note });
    work.notices.push({ orgId: work.org.id, kind: "release", id: subject.id, of: "activation_cancelled" });
  });
  engine.programs.forget(scope.orgs[0]?.id);
}

/** Newest first. */
export async function listActivations(engine: Engine, scope: Scope): Promise<readonly ActivationView[]> {
  const org = requireOneOrg(scope);
  return await inStudio(engine, scope, "rules.view", async (work) => {
    const rows = await storedActivations(work.tx, org.id);
    const past = rows.filter((row) => row.from <= work.at);
    // Everything newer than the newest full activation has a say, and that one has the rest.
    const full = past.findIndex((row) => row.percent === 100);
    const deciding = new Set(past.slice(0, full < 0 ? past.length : full + 1).map((row) => row.id));
    return rows.map((row) => toView(row, org.code, deciding.has(row.id)));
  });
}

const toView = (row: ActivationRow, org: string, inForce: boolean): ActivationView => ({
  id: row.id,
  org,
  release: row.release,
  at: row.from,
  percent: row.percent,
  note: row.note,
  by: row.createdBy,
  createdAt: row.createdAt,
  inForce,
});

function instantOf(text: string | undefined, now: Instant): Instant {
  if (text === undefined) return now;
  const milliseconds = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(milliseconds)) throw invalid("/at", "must be an instant such as 2026-03-02T06:00:00Z");
  const at = new Date(milliseconds).toISOString();
  return at < now ? now : at;
}

function percentOf(percent: number | undefined): number {
  const value = percent ?? 100;
  if (!Number.isInteger(value) || value < 1 || value > 100) throw invalid("/percent", "must be a whole number from 1 to 100");
  return value;
}

const invalid = (path: string, message: string): EngineError =>
  new EngineError("payload_invalid", `${path.slice(1)} ${message}`, { errors: [{ path, message }] });
