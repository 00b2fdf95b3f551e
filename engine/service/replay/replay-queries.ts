/** What is known of a replay: how far it is, what it counted, every instance that went elsewhere. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { loadReplay, type ReplayJobRow, replayDiffs, listReplays as storedReplays } from "../../store/replays.ts";
import { inStudio } from "../definitions/studio-work.ts";
import { differenceAsTold } from "../work/confidential.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import type { GateTally, MachineTally } from "./replay-tally.ts";

export interface ReplayView {
  readonly id: string;
  readonly request: JsonObject;
  readonly status: ReplayJobRow["status"];
  readonly done: number;
  readonly total: number;
  readonly same: number;
  readonly changed: number;
  readonly unknown: number;
  readonly events: number;
  readonly byGate: readonly GateTally[];
  readonly byMachine: readonly MachineTally[];
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface ReplayDiffView {
  readonly n: number;
  readonly instance: string;
  readonly seq: number;
  readonly cause: string;
  readonly diff: JsonObject;
}

export function toReplayView(row: ReplayJobRow): ReplayView {
  const counts = (typeof row.byGate === "object" && row.byGate !== null && !Array.isArray(row.byGate) ? row.byGate : {}) as { readonly [key: string]: Json };
  const list = <T>(name: string): readonly T[] => (Array.isArray(counts[name]) ? (counts[name] as unknown as readonly T[]) : []);
  const { id, request, status, done, total, same, changed, error, createdBy, createdAt, updatedAt } = row;
  return {
    id,
    request,
    status,
    done,
    total,
    same,
    changed,
    unknown: Number(counts["unknown"] ?? 0),
    events: Number(counts["events"] ?? 0),
    byGate: list("gates"),
    byMachine: list("machines"),
    error,
    createdBy,
    createdAt,
    updatedAt,
  };
}

/** The job, where the asker holds a grant to every org that it looked at: its sums tell about all of them. */
export async function requireReplay(work: Work, id: string): Promise<ReplayJobRow> {
  const row = isUuid(id) ? await loadReplay(work.tx, id) : null;
  if (row === null || !mayRead(work, row)) throw new EngineError("not_found", `There is no replay "${id.slice(0, 60)}".`);
  return row;
}

function mayRead(work: Work, row: ReplayJobRow): boolean {
  const granted = new Set(work.scope.principal.grants.map((grant) => grant.org.code));
  const orgs = Array.isArray(row.request["orgs"]) ? row.request["orgs"] : [];
  return orgs.every((code) => granted.has(String(code)));
}

export async function getReplay(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<ReplayView> {
  return await inStudio(engine, scope, "replay.run", async (work) => toReplayView(await requireReplay(work, input.id)));
}

/** Newest first. */
export async function listReplays(engine: Engine, scope: Scope, input: { readonly limit?: number } = {}): Promise<readonly ReplayView[]> {
  return await inStudio(engine, scope, "replay.run", async (work) => {
    const rows = await storedReplays(work.tx, Math.min(100, Math.max(1, input.limit ?? 30)));
    return rows.filter((row) => mayRead(work, row)).map(toReplayView);
  });
}

/** In the order found; `cause` narrows to one. */
export async function listReplayDiffs(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly limit?: number; readonly cursor?: string | null; readonly cause?: string },
): Promise<{ readonly items: readonly ReplayDiffView[]; readonly next: string | null }> {
  return await inStudio(engine, scope, "replay.run", async (work) => {
    await requireReplay(work, input.id);
    const limit = Math.min(200, Math.max(1, input.limit ?? 50));
    const page = await replayDiffs(work.tx, input.id, { limit, cursor: input.cursor ?? null, ...(input.cause === undefined ? {} : { cause: input.cause }) });
    return {
      items: page.items.map((row) => ({ n: row.n, instance: row.instanceId, seq: row.seq, cause: row.cause, diff: differenceAsTold(work, row.diff) })),
      next: page.next,
    };
  });
}
