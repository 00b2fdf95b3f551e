/** Attempts that a gate refused, asked again under another ruling. */

import type { CompactDecision } from "../../core/step-types.ts";
import { within } from "../../core/time-limit.ts";
import type { JsonObject } from "../../schema/json.ts";
import { searchAudit } from "../../store/audit.ts";
import type { ReplayFilter } from "../../store/events.ts";
import { dayIn } from "../work/ask-decision.ts";
import { breathe } from "../work/breathe.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { createTimeLimit, REPLAY_STEP_MS } from "../work/time-limit.ts";
import { narrowed } from "./replay-filter.ts";
import { inputsOf, type ReplayFinding, type ReplayPlan } from "./replay-run.ts";
import { meaningOf, type TallyBook } from "./replay-tally.ts";

const MAX_ATTEMPTS = 2_000;

/**
 * Attempts that a gate refused leave no event, only their decisions in the audit log: those decisions are asked again, so that a
 * loosened gate shows what it would have let through. Answers findings for attempts that would pass.
 */
export async function replayAttempts(engine: Engine, plan: ReplayPlan, book: TallyBook): Promise<readonly ReplayFinding[]> {
  return await engine.store.work(plan.session, async (tx) => {
    const findings: ReplayFinding[] = [];
    let cursor: string | null = null;
    let seen = 0;
    do {
      const page: Awaited<ReturnType<typeof searchAudit>> = await searchAudit(
        tx,
        { action: "event_blocked", ...windowOf(plan.filter) },
        { limit: 200, cursor },
      );
      seen += page.items.length;
      cursor = page.next;
      const subjects = page.items.flatMap((item) => (item.subject !== null && isUuid(item.subject.id) ? [item.subject.id] : []));
      const taken = await narrowed(engine, tx, plan, subjects);
      for (const item of page.items) {
        if (plan.narrowing !== null && !taken.has(item.subject?.id ?? "")) continue;
        const finding = reaskAttempt(plan, book, item);
        if (finding !== null) findings.push(finding);
      }
      await breathe();
    } while (cursor !== null && seen < MAX_ATTEMPTS);
    return findings;
  });
}

const windowOf = (filter: ReplayFilter) => ({
  ...(filter.orgs === undefined ? {} : { orgs: filter.orgs }),
  ...(filter.from === undefined ? {} : { from: filter.from }),
  ...(filter.to === undefined ? {} : { to: filter.to }),
});

function reaskAttempt(
  plan: ReplayPlan,
  book: TallyBook,
  item: {
    readonly orgId: string | null;
    readonly at: string;
    readonly subject: { readonly type: string; readonly id: string } | null;
    readonly detail: JsonObject;
  },
): ReplayFinding | null {
  const recorded = Array.isArray(item.detail["decisions"]) ? (item.detail["decisions"] as unknown as readonly CompactDecision[]) : [];
  const org = item.orgId === null ? undefined : plan.orgs.get(item.orgId);
  const key = typeof item.detail["key"] === "string" ? item.detail["key"] : "";
  const machine = plan.ruling.program.resolve("machine", key.slice(0, Math.max(0, key.indexOf(":"))));
  if (recorded.length === 0 || org === undefined || item.subject === null || item.orgId === null) return null;
  if (machine !== null && plan.filter.machines !== undefined && !plan.filter.machines.includes(machine)) return null;
  const moment = { now: item.at, today: dayIn(org.timeZone, item.at) };
  const asked = recorded.flatMap((decision) => {
    const compiled = plan.ruling.program.decision(decision.key);
    if (compiled === null || !decision.at.startsWith("guard")) return [];
    const again = within(createTimeLimit(REPLAY_STEP_MS), () => compiled.evaluate(decision.inputs, decision.params, moment));
    return [
      {
        key: decision.key,
        was: meaningOf(decision),
        now: meaningOf({ ...again, ...(decision.expect === undefined ? {} : { expect: decision.expect }) }),
        decision,
        again,
      },
    ];
  });
  if (asked.length === 0) return null;
  book.addAttempt(machine ?? item.subject.type, asked);
  const wouldPass = asked.some((one) => one.was === "blocked") && asked.every((one) => one.now !== "blocked");
  const turned = asked.find((one) => one.was !== one.now);
  if (!wouldPass || turned === undefined) return null;
  const brief = (decision: Pick<CompactDecision, "outcome" | "output" | "fired" | "version">) => ({
    outcome: decision.outcome,
    output: decision.output,
    fired: decision.fired,
    version: decision.version,
  });
  const diff = {
    instance: { id: item.subject.id, machine, code: key.slice(key.indexOf(":") + 1) || null },
    seq: Number(item.detail["seq"] ?? 0),
    at: item.at,
    event: item.detail["event"] ?? "",
    verdict: "diverged",
    was: { state: null, release: null, outcome: "blocked" },
    now: { state: null, outcome: "moved" },
    decisions: asked
      .filter((one) => one.was !== one.now)
      .map((one) => ({ key: one.key, at: one.decision.at, recorded: brief(one.decision), replayed: brief(one.again), conditions: [] })),
    effects: null,
    facts: inputsOf(recorded),
    following: 0,
  };
  return { orgId: item.orgId, instanceId: item.subject.id, seq: Number(item.detail["seq"] ?? 0), cause: turned.key, diff: diff as unknown as JsonObject };
}
