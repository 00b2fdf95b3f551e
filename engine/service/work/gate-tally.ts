/**
 * Counts how gates decided, beside the transactions: a row for each send that all sends of a machine write would make them
 * wait for each other. What was counted in the last seconds is lost with a process that is killed; the log still holds it.
 */
import { isOpen } from "../../core/acts/gate.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import { addTallies, type TallyWrite } from "../../store/gate-tallies.ts";
import type { Store } from "../../store/store.ts";

export interface Attempt {
  readonly orgId: string;
  readonly machine: string;
  readonly at: string;
  readonly decisions: readonly CompactDecision[];
}

export interface GateTally {
  /** The decisions of one attempt, moved or blocked. Counted later: whoever acts does not wait for it. */
  note(attempt: Attempt): void;
  /** Writes what was counted so far. Never throws. */
  flush(): Promise<void>;
}

const FLUSH_AFTER_MS = 5_000;
/** Attempts that wait to be counted. */
const MOST_NOTED = 1_000;
const SYSTEM = { orgs: "system", actorId: "system" } as const;

type Counts = { -readonly [K in keyof TallyWrite]: TallyWrite[K] };

export function createGateTally(store: Store, warn: (fields: object, message: string) => void): GateTally {
  let noted: Attempt[] = [];
  let counted = new Map<string, Counts>();
  let timer: NodeJS.Timeout | null = null;
  const countNoted = (): void => {
    for (const attempt of noted) count(counted, attempt);
    noted = [];
  };
  const tally: GateTally = {
    note(attempt) {
      if (attempt.decisions.length === 0) return;
      noted.push(attempt);
      if (noted.length >= MOST_NOTED) countNoted();
      timer ??= setTimeout(() => void tally.flush(), FLUSH_AFTER_MS).unref();
    },
    async flush() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      countNoted();
      if (counted.size === 0) return;
      // In the order of keys, so that two processes do not wait for each other crosswise.
      const writes = [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counts]) => counts);
      counted = new Map();
      try {
        await store.work(SYSTEM, async (tx) => addTallies(tx, writes));
      } catch (error) {
        warn({ err: error, gates: writes.length }, "gate counts were not kept");
      }
    },
  };
  return tally;
}

function count(counted: Map<string, Counts>, { orgId, machine, at, decisions }: Attempt): void {
  const day = at.slice(0, 10);
  for (const [gate, decision] of lastOfEach(decisions)) {
    const key = JSON.stringify([orgId, machine, gate, day]);
    const counts = counted.get(key) ?? { orgId, machine, gate, day, opened: 0, shut: 0, overridden: 0 };
    counts[decision.overridden !== undefined ? "overridden" : isOpen(decision) ? "opened" : "shut"] += 1;
    counted.set(key, counts);
  }
}

/** A gate that a step asks several times counts once, by its last answer. */
function lastOfEach(decisions: readonly CompactDecision[]): ReadonlyMap<string, CompactDecision> {
  return new Map(decisions.filter(({ at }) => at === "guard").map((decision) => [decision.key, decision]));
}
