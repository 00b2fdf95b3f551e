/** What has a schedule, mails and events, shares its calendar: which orgs run, and which runs of a pattern were due. */
import { Cron } from "croner";
import { EngineError } from "../../core/errors.ts";
import type { Instant, OrgContext } from "../../core/step-types.ts";
import { listActivations } from "../../store/activations.ts";
import { listOrgs } from "../../store/people.ts";
import { toOrgContext } from "../auth/principals.ts";
import type { Engine } from "../work/engine-context.ts";

/** Active orgs that ever had a release, each with the instant of its first: before it nothing was due. */
export async function orgsThatRun(engine: Engine): Promise<readonly { readonly org: OrgContext; readonly since: Instant }[]> {
  return await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const found: { org: OrgContext; since: Instant }[] = [];
    for (const row of (await listOrgs(tx)).filter(({ active }) => active)) {
      const since = (await listActivations(tx, row.id)).at(-1)?.createdAt;
      if (since !== undefined) found.push({ org: toOrgContext(row), since });
    }
    return found;
  });
}

/** Runs that this process has seen to: org and what runs -> the run's instant. Other processes are kept apart by what is stored. */
const seen = new WeakMap<Engine, Map<string, Instant>>();

export function runsSeen(engine: Engine): Map<string, Instant> {
  const runs = seen.get(engine) ?? new Map<string, Instant>();
  seen.set(engine, runs);
  return runs;
}

/** For a database that was emptied: nothing has run yet. */
export function forgetRuns(engine: Engine): void {
  seen.delete(engine);
}

/**
 * The newest run at or before now, in the org's zone, and the one before it; none for a pattern that never ran.
 *
 * - throws EngineError `internal`: a pattern that fits its schema and says nothing, as the 99th hour
 */
export function lastRuns(pattern: string, org: OrgContext, now: Instant): readonly Instant[] {
  const cron = cronOf(pattern, org.timeZone);
  const from = new Date(Date.parse(now) + 1);
  return cron.previousRuns(2, from).map((run) => run.toISOString());
}

function cronOf(pattern: string, timezone: string): Cron {
  try {
    return new Cron(pattern, { timezone, paused: true });
  } catch (cause) {
    throw new EngineError("internal", `"${pattern}" is not a schedule.`, {}, { cause });
  }
}
