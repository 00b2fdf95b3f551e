/** The thread that replays: gets a release once and instances page by page, answers what came out alike. Started by replay-threads.ts. */
import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { createProgram, type Program } from "../../core/program.ts";
import { foldAlike, recordedInstances } from "./replay-fold.ts";
import type { Actors } from "./replay-row.ts";
import { createTally } from "./replay-tally.ts";
import type { ThreadAnswer, ThreadTask } from "./replay-threads.ts";

/** Replays that run beside each other use so many releases at most; one more is sent again. */
const PROGRAMS_KEPT = 4;
const programs = new Map<number, Program>();
const actors: Actors = new Map();
const port = parentPort;

// Who waits for an answer goes first. Linux takes it for this thread alone, others for the whole process.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

port?.on("message", (task: ThreadTask) => {
  const answer = (message: ThreadAnswer): void => port.postMessage(message);
  try {
    const program = programOf(task);
    if (program === null) return answer({ task: task.task, kind: "unknown" });
    const book = createTally();
    const others = foldAlike(program, recordedInstances(task.page), book, actors);
    answer({ task: task.task, kind: "folded", tally: book.close(), others });
  } catch (error) {
    answer({ task: task.task, kind: "failed", reason: String(error) });
  }
});
port?.postMessage({ task: 0, kind: "ready" } satisfies ThreadAnswer);

function programOf({ program, definitions }: ThreadTask): Program | null {
  const known = programs.get(program);
  if (known !== undefined || definitions === null) return known ?? null;
  const made = createProgram(definitions);
  programs.set(program, made);
  for (const oldest of programs.keys()) {
    if (programs.size <= PROGRAMS_KEPT) break;
    programs.delete(oldest);
  }
  return made;
}
