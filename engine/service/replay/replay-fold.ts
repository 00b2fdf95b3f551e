/** Replays instances that need nothing but their own rows, and sorts out the others. No database: it runs in a thread of its own too. */
import type { Program } from "../../core/program.ts";
import { type ReplayResult, replayInstance } from "../../core/replay.ts";
import type { OrgContext } from "../../core/step-types.ts";
import { type PlayedRow, readPlayedRows } from "../../store/played-rows.ts";
import { createTimeLimit, REPLAY_STEP_MS } from "../work/time-limit.ts";
import { type Actors, recordedRows } from "./replay-row.ts";
import type { TallyBook } from "./replay-tally.ts";

export interface RecordedInstance {
  readonly id: string;
  readonly org: OrgContext;
  /** Key of its machine. */
  readonly machine: string;
  /** In order of `seq`; at least one. */
  readonly rows: readonly PlayedRow[];
}

/** Instances of one page, and their rows as the server copied them out: in memory that a thread reads as it is. */
export interface CopiedPage {
  readonly instances: readonly { readonly id: string; readonly org: OrgContext }[];
  readonly rows: Uint8Array<SharedArrayBuffer>;
}

/** The page's instances that have rows, each made when its turn comes. */
export function* recordedInstances({ instances, rows }: CopiedPage): Generator<RecordedInstance, void, void> {
  if (instances.length === 0) return;
  const byInstance = readPlayedRows(rows);
  for (const { id, org } of instances) {
    const own = byInstance.get(id)?.();
    const first = own?.[0];
    if (own !== undefined && first !== undefined) yield { id, org, machine: first.machine, rows: own };
  }
}

/**
 * Counts the instances that come out as recorded, and gives the ids of all others: those that differ, for want of facts perhaps, and
 * those whose machine is not there, and those of which an event takes longer than `limitMs`. They are replayed again where facts can be loaded and differences told.
 */
export function foldAlike(
  program: Program,
  instances: Iterable<RecordedInstance>,
  book: TallyBook,
  actors: Actors,
  limitMs = REPLAY_STEP_MS,
): readonly string[] {
  const others: string[] = [];
  for (const { id, org, machine: key, rows } of instances) {
    const machine = program.machine(key);
    if (machine === null) {
      others.push(id);
      continue;
    }
    const played = { program, machine };
    const recorded = recordedRows(rows, org, actors);
    const result: ReplayResult = replayInstance({
      instance: { id, key: machine.key },
      rows: recorded,
      under: () => played,
      strict: false,
      limit: () => createTimeLimit(limitMs),
    });
    if (result.verdict === "identical") book.addInstance(key, result.recorded, result);
    else others.push(id);
  }
  return others;
}
