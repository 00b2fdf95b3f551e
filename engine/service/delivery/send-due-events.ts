/**
 * Sends the events that have a schedule: a look, once per run and org, at the instances that a query names. So an instance follows
 * what no event of its own tells it: a setting that changed, a release that was activated, a day that came. Called by the relay's
 * beat. Each instance is sent to in a transaction of its own, and its log has the event as any other; the query names only what the
 * event would move, so that a run of which nothing is left to do writes nothing, and one that was cut short is made up by the next.
 */
import { EngineError } from "../../core/errors.ts";
import type { Instant, OrgContext } from "../../core/step-types.ts";
import type { Feel } from "../../schema/json.ts";
import { noteTold, toldUntil } from "../../store/schedule-runs.ts";
import { findTarget, runCascade, sendTo } from "../instances/cascade.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateOne, textsOf } from "../work/expression.ts";
import { inWork } from "../work/in-work.ts";
import { systemScope } from "../work/scope.ts";
import { lastRuns, orgsThatRun, runsSeen } from "./schedule.ts";

interface Look {
  readonly machine: string;
  readonly event: string;
  readonly cron: string;
  readonly each: Feel;
}

/** Sends what is due now; gives how many instances moved. One that fails does not hold up the others. */
export async function sendDueEvents(engine: Engine): Promise<number> {
  const done = runsSeen(engine);
  let moved = 0;
  for (const { org, since } of await orgsThatRun(engine)) {
    for (const look of await looksOf(engine, org)) {
      const [due] = await reported(engine, org, look, async () => lastRuns(look.cron, org, engine.clock.now()), []);
      const name = `${org.id} ${look.machine} ${look.event}`;
      if (due === undefined || due < since || done.get(name) === due) continue;
      done.set(name, due);
      for (const instance of await reported(engine, org, look, () => instancesOf(engine, org, look, due), [])) {
        if (await reported(engine, org, look, () => sendOne(engine, org, look, instance), false)) moved += 1;
      }
    }
  }
  return moved;
}

/** What a fault leaves out is made up by the next run. */
async function reported<T>(engine: Engine, org: OrgContext, { machine, event }: Look, run: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    engine.log.error({ org: org.id, machine, event, code: error.code, detail: error.message }, "a scheduled event could not be sent");
    return otherwise;
  }
}

async function looksOf(engine: Engine, org: OrgContext): Promise<readonly Look[]> {
  return await engine.store.work({ orgs: [org.id], actorId: "system" }, async (tx) => {
    const { program } = await engine.programs.inForce(tx, org.id, engine.clock.now());
    return program
      .all("machine")
      .flatMap(({ key, content }) =>
        Object.entries(content.events).flatMap(([event, { schedule }]) => (schedule === undefined ? [] : [{ machine: key, event, ...schedule }])),
      );
  });
}

/** Takes the run, and says whom it is for; none where another process has taken it. */
async function instancesOf(engine: Engine, org: OrgContext, look: Look, due: Instant): Promise<readonly string[]> {
  return await inWork(engine, systemScope(org), org, async (work) => {
    const name = `${look.machine} ${look.event}`;
    const told = await toldUntil(work.tx, org.id, name);
    if (told !== null && told >= due) return [];
    await noteTold(work.tx, org.id, name, due);
    const found = await evaluateOne(work, {}, look.each);
    if (!Array.isArray(found)) throw new EngineError("internal", `${name}: \`each\` gives no list, but ${JSON.stringify(found ?? null).slice(0, 200)}.`);
    return textsOf(found);
  });
}

async function sendOne(engine: Engine, org: OrgContext, look: Look, instance: string): Promise<boolean> {
  return await inWork(engine, systemScope(org), org, async (work) => {
    const target = await findTarget(work, look.machine, instance);
    if (target === null) return false;
    const { outcome } = await sendTo(work, target.id, { type: look.event, payload: {}, via: "system" });
    if (outcome.kind !== "moved") return false;
    await runCascade(work, outcome.cascade);
    return true;
  });
}
