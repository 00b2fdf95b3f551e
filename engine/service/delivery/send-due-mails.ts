/**
 * Sends the mails that have a schedule, once per org and run: digests and daily packs. Called by the relay's beat. Runs that were
 * missed while nothing ran are made up by one, the newest, under its own date: it tells of everything since the run that was made
 * last, so nothing is left out and nothing is told twice. The mail's own key keeps it from going twice.
 */
import { EngineError } from "../../core/errors.ts";
import { type CompiledMachine, compileMachine } from "../../core/machine/compile.ts";
import type { Instant, OrgContext } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { MachineDefinition } from "../../schema/machine.ts";
import type { MailDefinition } from "../../schema/mail.ts";
import { noteTold, toldUntil } from "../../store/schedule-runs.ts";
import { runCascade } from "../instances/cascade.ts";
import { startFromCascade } from "../instances/start-from-cascade.ts";
import type { Engine } from "../work/engine-context.ts";
import { stepWithFacts } from "../work/fact-loader.ts";
import { freshId } from "../work/fresh-id.ts";
import { inWork } from "../work/in-work.ts";
import { systemScope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { lastRuns, orgsThatRun, runsSeen } from "./schedule.ts";

/** Sends what is due now; gives how many mails were written (suppressed ones too). An org whose mail fails does not hold up the others. */
export async function sendDueMails(engine: Engine): Promise<number> {
  const done = runsSeen(engine);
  let written = 0;
  for (const { org, since } of await orgsThatRun(engine)) {
    for (const mail of await scheduled(engine, org)) {
      const name = `${org.id} ${mail.key}`;
      try {
        const [due, before] = lastRuns(mail.schedule?.cron ?? "", org, engine.clock.now());
        if (due === undefined || due < since || done.get(name) === due) continue;
        done.set(name, due);
        if (await sendOne(engine, org, mail, { since: before ?? since, until: due })) written += 1;
      } catch (error) {
        done.delete(name);
        if (!(error instanceof EngineError)) throw error;
        engine.log.error({ org: org.id, mail: mail.key, code: error.code, detail: error.message }, "a scheduled mail could not be written");
      }
    }
  }
  return written;
}

async function scheduled(engine: Engine, org: OrgContext): Promise<readonly MailDefinition[]> {
  return await engine.store.work({ orgs: [org.id], actorId: "system" }, async (tx) => {
    const { program } = await engine.programs.inForce(tx, org.id, engine.clock.now());
    return program.all("mail").flatMap(({ content }) => (content.schedule === undefined ? [] : [content]));
  });
}

/** What a run tells of: from the run that was made before it (for the first one: that would have been), to itself. Runs meet, so that what happened stands in one of them, however late each is made. */
interface Period {
  readonly since: Instant;
  readonly until: Instant;
}

/** Writes the mail of one run; false where its query gives nothing or it was written before. */
async function sendOne(engine: Engine, org: OrgContext, mail: MailDefinition, first: Period): Promise<boolean> {
  const due = first.until;
  return await inWork(engine, systemScope(org), org, async (work) => {
    const told = await toldUntil(work.tx, org.id, mail.key);
    if (told !== null && told >= due) return false;
    await noteTold(work.tx, org.id, mail.key, due);
    const period: Period = { since: told ?? first.since, until: due };
    const machine = schedulerOf(mail);
    const { result } = await stepWithFacts(work, machine, {
      snapshot: null,
      instance: { id: freshId(due, "schedule", `${org.id} ${mail.key}`), key: `schedule:${mail.key}`, seq: 0 },
      record: null,
      event: { type: START, payload: { ...period }, via: "timer" },
      actor: work.actor,
      org,
      now: due,
      seed: engine.seed(),
    });
    if (result.kind === "failed") throw new EngineError(result.code, result.message);
    return result.kind === "moved" && (await startMails(work, result.effects));
  });
}

async function startMails(work: Work, effects: readonly { readonly kind: string }[]): Promise<boolean> {
  let written = false;
  for (const effect of effects) {
    if (!isMail(effect)) continue;
    const { message, machine, key } = effect;
    const payload = { ...message, about: { schedule: String(message["type"]) } };
    const instanceId = freshId(work.at, work.engine.seed(), key);
    const started = await startFromCascade(work, { kind: "start", cause: key, machine, event: null, payload, unique: String(message["key"]), instanceId });
    if (started.outcome.kind !== "moved") continue;
    written = true;
    await runCascade(work, started.outcome.cascade);
  }
  return written;
}

function isMail(effect: {
  readonly kind: string;
}): effect is { readonly kind: "mail"; readonly key: string; readonly machine: string; readonly message: JsonObject } {
  return effect.kind === "mail";
}

const START = "schedule.due";
const SCHEDULERS = new WeakMap<MailDefinition, CompiledMachine>();

/** The smallest machine that asks for the mail: so recipients, policy and texts are those of every other mail. */
function schedulerOf(mail: MailDefinition): CompiledMachine {
  let machine = SCHEDULERS.get(mail);
  if (machine === undefined) {
    const query = mail.schedule?.query;
    const params = { mail: mail.key, ...(query === undefined ? {} : { when: `count(${query}) > 0` }) };
    const definition: MachineDefinition = {
      kind: "machine",
      key: "engine.schedule",
      title: mail.title,
      record: "none",
      start: { [START]: { title: mail.title, by: "system" } },
      events: {},
      config: { id: "schedule", initial: "due", states: { due: { type: "final", entry: [{ type: "mail", params }] } } },
    };
    machine = compileMachine(definition, `schedule ${mail.key}`);
    SCHEDULERS.set(mail, machine);
  }
  return machine;
}
