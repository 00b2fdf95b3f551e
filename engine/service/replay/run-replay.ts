/** Replays as background jobs: started, watched, cancelled. One job runs in the process that took the request; its rows tell how far it is. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { countEvents, replayInstances } from "../../store/events.ts";
import { addReplayDiffs, createReplay, failSilentReplays, type ReplayDiffRow, type ReplayJobRow, updateReplay } from "../../store/replays.ts";
import type { Tx } from "../../store/tx.ts";
import { draftRuling, draftState, requireDraft } from "../definitions/draft-program.ts";
import { inStudio } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId, isUuid } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import type { Ruling } from "../work/program-cache.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { replayAttempts } from "./replay-attempts.ts";
import { requireNarrowing } from "./replay-filter.ts";
import { type ReplayView, requireReplay, toReplayView } from "./replay-queries.ts";
import { type MissingFacts, planOf, type ReplayFinding, type ReplayPlan, replayPages } from "./replay-run.ts";
import { createTally } from "./replay-tally.ts";

export interface ReplayInput extends Keyed {
  readonly against: { readonly release?: number; readonly draft?: string };
  /** Ids or keys; default: all. */
  readonly machines?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** FEEL over an instance as it stands now (`record`, `state`, `context` ...): only those for which it is true. Default: all. */
  readonly filter?: string;
  readonly missingFacts?: MissingFacts;
}

const MISSING: readonly MissingFacts[] = ["asOf", "recorded", "unknown"];

/**
 * Starts a replay of the scope's orgs and answers at once.
 *
 * - 404 for a release or draft that is not there; 422 `payload_invalid` for anything else that is wrong
 */
export async function startReplay(engine: Engine, scope: Scope, input: ReplayInput): Promise<Answer<ReplayView>> {
  const started: { job: ReplayJobRow; plan: ReplayPlan }[] = [];
  const answer = await inStudio(engine, scope, "replay.run", (work) =>
    once(work, input.idempotency, 202, async () => {
      const { job, plan } = await queueReplay(work, scope, input);
      started.push({ job, plan });
      return toReplayView(job);
    }),
  );
  for (const { job, plan } of started.slice(-1)) void runJob(engine, job.orgId, job.id, plan);
  return answer;
}

async function queueReplay(work: Work, scope: Scope, input: ReplayInput): Promise<{ readonly job: ReplayJobRow; readonly plan: ReplayPlan }> {
  const ruling = await rulingOf(work, input.against);
  const filter = { ...machinesOf(ruling, input.machines), ...instant("from", input.from), ...instant("to", input.to) };
  const missingFacts = input.missingFacts ?? "asOf";
  if (!MISSING.includes(missingFacts)) throw invalid("/missingFacts", `must be one of ${MISSING.join(", ")}`);
  const expression = input.filter === undefined || input.filter.trim() === "" ? null : requireNarrowing(input.filter);
  const request = {
    ...{ against: { ...input.against }, orgs: scope.orgs.map((org) => org.code), missingFacts, ...filter },
    ...(expression === null ? {} : { filter: expression }),
  } as unknown as JsonObject;
  const row = await createReplay(work.tx, {
    orgId: work.org.id,
    id: freshId(work.at, work.engine.seed()),
    request,
    createdBy: work.actor.id,
    createdAt: work.at,
  });
  auditAttempt(work, "replay_started", { type: "replay", id: row.id }, request);
  return { job: row, plan: planOf(scope, ruling, filter, missingFacts, expression === null ? null : { expression, actor: work.actor, now: work.at }) };
}

/** Stops a running replay after its present page; what it found stays. A finished one is left as it is. */
export async function cancelReplay(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<ReplayView> {
  return await inStudio(engine, scope, "replay.run", async (work) => {
    const job = await requireReplay(work, input.id);
    if (job.status !== "queued" && job.status !== "running") return toReplayView(job);
    return toReplayView((await updateReplay(work.tx, job.id, { status: "cancelled", at: work.at })) ?? job);
  });
}

async function rulingOf(work: Work, against: ReplayInput["against"]): Promise<Ruling> {
  const { release, draft } = against;
  if (release !== undefined && draft === undefined) return await work.engine.programs.release(work.tx, release);
  if (draft !== undefined && release === undefined) {
    if (!isUuid(draft)) throw new EngineError("not_found", `There is no draft "${draft.slice(0, 60)}".`);
    return await draftRuling(work.tx, await draftState(work.tx, await requireDraft(work.tx, draft)));
  }
  throw invalid("/against", "must name either a release or a draft");
}

function machinesOf(ruling: Ruling, machines: readonly string[] | undefined): { readonly machines?: readonly string[] } {
  if (machines === undefined || machines.length === 0) return {};
  return {
    machines: machines.map((ref, index) => {
      const key = ruling.program.resolve("machine", ref);
      if (key === null) throw invalid(`/machines/${index}`, `there is no machine "${ref.slice(0, 80)}"`);
      return key;
    }),
  };
}

function instant(name: "from" | "to", text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  const milliseconds = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(milliseconds)) throw invalid(`/${name}`, "must be an instant or a date");
  return { [name]: new Date(milliseconds).toISOString() };
}

const invalid = (path: string, message: string): EngineError =>
  new EngineError("payload_invalid", `${path.slice(1)} ${message}`, { errors: [{ path, message }] });

/** Jobs of this process. Every page of one writes to its row, so a row that is silent for longer belongs to a process that is gone. */
const underWay = new Set<string>();
const SILENCE_MS = 300_000;

/** Ends the jobs of processes that stopped in the middle; gives how many. Called at every beat of the relay. */
export async function settleDeadReplays(engine: Engine): Promise<number> {
  const at = engine.clock.now();
  const before = new Date(Date.parse(at) - SILENCE_MS).toISOString();
  const error = "The process that ran it has stopped. What it found so far stands; start it again for the rest.";
  return await engine.store.single({ orgs: "system", actorId: "system" }, (tx) => failSilentReplays(tx, { before, at, error, except: [...underWay] }));
}

/** Never rejects: a fault ends in the job's row and in the log. */
async function runJob(engine: Engine, orgId: string, id: string, plan: ReplayPlan): Promise<void> {
  underWay.add(id);
  try {
    await runPages(engine, orgId, id, plan);
  } catch (error) {
    engine.log.error({ replay: id, err: error }, "A replay failed");
    const message = error instanceof EngineError ? error.message : "Something failed on our side.";
    await inJob(engine, plan, (tx) => updateReplay(tx, id, { status: "failed", error: message, at: engine.clock.now() })).catch((fault: unknown) =>
      engine.log.error({ replay: id, err: fault }, "A failed replay could not be marked"),
    );
  } finally {
    underWay.delete(id);
  }
}

const inJob = <T>(engine: Engine, plan: ReplayPlan, fn: (tx: Tx) => Promise<T>): Promise<T> => engine.store.work(plan.session, fn);

async function runPages(engine: Engine, orgId: string, id: string, plan: ReplayPlan): Promise<void> {
  const book = createTally();
  let done = 0;
  let count = 0;
  const total = await inJob(engine, plan, async (tx) => {
    const instances = await countInstances(tx, plan);
    await updateReplay(tx, id, { status: "running", total: instances, at: engine.clock.now() });
    return instances;
  });
  const store = async (findings: readonly ReplayFinding[], change: { readonly status?: "done" }): Promise<boolean> => {
    const rows = findings.map(
      (finding): ReplayDiffRow => ({
        orgId,
        jobId: id,
        n: ++count,
        instanceId: finding.instanceId,
        seq: finding.seq,
        cause: finding.cause,
        diff: { ...finding.diff, org: plan.orgs.get(finding.orgId)?.code ?? null },
      }),
    );
    const tally = book.close();
    return await inJob(engine, plan, async (tx) => {
      if (rows.length > 0) await addReplayDiffs(tx, rows);
      const counts = { gates: tally.byGate, machines: tally.byMachine, unknown: tally.unknown, events: tally.events } as unknown as Json;
      const row = await updateReplay(tx, id, {
        ...change,
        total: Math.max(total, done),
        done,
        same: tally.same,
        changed: tally.changed,
        byGate: counts,
        at: engine.clock.now(),
      });
      return row !== null && row.status !== "cancelled";
    });
  };
  for await (const page of replayPages(engine, plan, book)) {
    done += page.done;
    if (!(await store(page.findings, {}))) return;
  }
  await store(await replayAttempts(engine, plan, book), { status: "done" });
}

/** How many instances there will be; counted by pages of ids, because the log's own count is of events. */
async function countInstances(tx: Tx, plan: ReplayPlan): Promise<number> {
  if ((await countEvents(tx, plan.filter)) === 0) return 0;
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof replayInstances>> = await replayInstances(tx, plan.filter, { limit: 1_000, cursor });
    count += page.items.length;
    cursor = page.next;
  } while (cursor !== null);
  return count;
}
