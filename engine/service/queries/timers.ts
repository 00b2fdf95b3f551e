/** Timers that run, over all instances: what fires by itself next, and what should have fired already. */
import { EngineError } from "../../core/errors.ts";
import { listTimers as listRows, type TimerListRow } from "../../store/timers.ts";
import { concealFor } from "../records/conceal.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, pageOf, worksPermitted } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { withoutHidden } from "./visible-instance.ts";

const PERMISSION = "integration.admin";

export interface TimerAnswer {
  /** `<instance>:<name>`. */
  readonly id: string;
  readonly org: string;
  /** `<state path>.<delay>`. */
  readonly name: string;
  readonly dueAt: string;
  /** `overdue`: its instant has passed, and it has not fired yet. */
  readonly state: "waiting" | "overdue";
  /** 0 while it waits. */
  readonly lateMs: number;
  /** seq of the event that armed it. */
  readonly seq: number;
  readonly instance: { readonly id: string; readonly machine: string; readonly key: string };
}

export interface TimerListInput {
  readonly state?: TimerAnswer["state"];
  /** Key or id. */
  readonly machine?: string;
  /** Due before this instant. */
  readonly before?: string;
  /** Part of the instance's key or of the timer's name. */
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** Next due first. - throws EngineError `permission_denied` */
export async function listTimers(
  engine: Engine,
  scope: Scope,
  input: TimerListInput = {},
): Promise<{ readonly items: readonly TimerAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const works = worksPermitted(reading, PERMISSION);
    const [first] = works;
    if (first === undefined) throw new EngineError("permission_denied", "To see all timers: the permission is missing.", { permission: PERMISSION });
    const filter = {
      orgs: works.map((work) => work.org.id),
      now: first.at,
      ...(input.state === undefined ? {} : { isOverdue: input.state === "overdue" }),
      ...(input.machine === undefined ? {} : { machine: first.ruling.program.resolve("machine", input.machine) ?? input.machine }),
      ...(input.before === undefined ? {} : { before: input.before }),
      ...(input.q === undefined || input.q.trim() === "" ? {} : { search: input.q.trim() }),
    };
    const page = await listRows(reading.tx, filter, pageOf(input));
    const conceal = await concealFor(first);
    const shown = await withoutHidden(reading, page.items, ({ instanceId }) => instanceId);
    return { items: shown.map((row) => conceal(answerTimer(reading.workOf(row.orgId), row))), next: page.next };
  });
}

function answerTimer(work: Work, row: TimerListRow): TimerAnswer {
  const lateMs = Math.max(0, Date.parse(work.at) - Date.parse(row.dueAt));
  return {
    ...{ id: `${row.instanceId}:${row.name}`, org: work.org.code, name: row.name, dueAt: row.dueAt },
    ...{ state: row.dueAt <= work.at ? "overdue" : "waiting", lateMs, seq: row.seq },
    instance: { id: row.instanceId, machine: row.machine, key: row.key },
  };
}
