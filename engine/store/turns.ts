/**
 * Who lost a race for locks goes again alone: transactions that began together and met in each other's rows would meet there once more.
 * Only while somebody does, others of the same orgs wait at the door; who is inside ends by himself.
 */

/** Nobody waits longer: a turn that does not end (work begun within work) would hold up everything. */
const PATIENCE_MS = 5_000;

export interface Turns {
  /** Waits while somebody has a turn; null where nobody has. */
  enter(key: string): Promise<void> | null;
  /** Waits for all who asked before; what it gives ends the turn. */
  take(key: string): Promise<() => void>;
}

export function createTurns(patienceMs: number = PATIENCE_MS): Turns {
  const lines = new Map<string, Promise<void>>();

  const passed = async (key: string): Promise<void> => {
    const deadline = AbortSignal.timeout(patienceMs);
    for (let line = lines.get(key); line !== undefined && !deadline.aborted; line = lines.get(key)) await atMost(line, deadline);
  };

  return {
    enter: (key) => (lines.has(key) ? passed(key) : null),
    async take(key) {
      const before = lines.get(key);
      const mine = Promise.withResolvers<void>();
      const line = before === undefined ? mine.promise : before.then(() => mine.promise);
      lines.set(key, line);
      if (before !== undefined) await atMost(before, AbortSignal.timeout(patienceMs));
      return () => {
        mine.resolve();
        if (lines.get(key) === line) lines.delete(key);
      };
    },
  };
}

async function atMost(line: Promise<void>, deadline: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  deadline.addEventListener("abort", end, { once: true });
  if (deadline.aborted) end();
  await Promise.race([line, over.promise]);
  deadline.removeEventListener("abort", end);
}
