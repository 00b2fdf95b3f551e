/**
 * The router's own requests wait for a server that does not answer, instead of failing the page with what was typed on it. A reading is asked
 * again; what changes something waits where the connection is doubted, and is sent once: where it broke after that, nobody knows whether it came through.
 */
const AGAIN_MS = 1_000;
const AWAY: readonly number[] = [502, 503, 504];

export interface Patience {
  readonly fetch: typeof fetch;
  readonly wait: (ms: number) => Promise<void>;
  /** Known without asking. */
  readonly isDoubted: () => boolean;
  readonly origin: string;
}

export function createPatientFetch({ fetch, wait, isDoubted, origin }: Patience): typeof fetch {
  const untilThere = async (signal: AbortSignal | null): Promise<void> => {
    while (!(await answers(fetch))) {
      await wait(AGAIN_MS);
      signal?.throwIfAborted();
    }
  };
  return async (input, init) => {
    if (!isOfRouter(input, origin)) return await fetch(input, init);
    const [given, signal] = input instanceof Request ? [input.method, input.signal] : ["GET", init?.signal ?? null];
    if ((init?.method ?? given) !== "GET") {
      if (isDoubted()) await untilThere(signal);
      return await fetch(input, init);
    }
    for (;;) {
      const answer = await fetch(input, init).catch((error: unknown) => {
        if (!isNetworkFault(error)) throw error;
        return null;
      });
      if (answer !== null && !AWAY.includes(answer.status)) return answer;
      await wait(AGAIN_MS);
      await untilThere(signal);
    }
  };
}

/** Whether the server is there at all. */
export async function answers(ask: typeof fetch): Promise<boolean> {
  try {
    return (await ask("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** Browsers throw a TypeError, each with a text of its own, where a request found nobody. */
export const isNetworkFault = (error: unknown): boolean => error instanceof TypeError && /fetch|network|load failed/i.test(error.message);

function isOfRouter(input: Parameters<typeof fetch>[0], origin: string): boolean {
  const url = new URL(input instanceof Request ? input.url : input, origin);
  return url.origin === origin && url.pathname.endsWith(".data");
}
