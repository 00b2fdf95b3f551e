/**
 * The router's own requests wait for a server that does not answer, instead of failing the page with what was typed on it. A reading is asked
 * again; what changes something waits where the connection is doubted, and is sent once: where it broke after that, nobody knows whether it came through.
 * An answer is handed over whole: React Router does not listen to the end of a body it reads, so one that is given up, as every page that is left
 * early does, would be an unhandled rejection. No page streams parts of its data later, so nothing comes later for it.
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
      return await whole(await fetch(input, init));
    }
    for (;;) {
      const answer = await fetch(input, init)
        .then(whole)
        .catch((error: unknown) => {
          if (!isNetworkFault(error)) throw error;
          return null;
        });
      if (answer !== null && !AWAY.includes(answer.status)) return answer;
      await wait(AGAIN_MS);
      await untilThere(signal);
    }
  };
}

async function whole(answer: Response): Promise<Response> {
  if (answer.body === null) return answer;
  const { status, statusText, headers } = answer;
  return new Response(await answer.arrayBuffer(), { status, statusText, headers });
}

/** Whether the server is there at all. */
export async function answers(ask: typeof fetch): Promise<boolean> {
  try {
    return (await ask("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/** Browsers throw a TypeError, each with texts of its own, where a request found nobody or its answer broke off. */
export const isNetworkFault = (error: unknown): boolean => error instanceof TypeError && /fetch|network|load failed|body stream/i.test(error.message);

function isOfRouter(input: Parameters<typeof fetch>[0], origin: string): boolean {
  const url = new URL(input instanceof Request ? input.url : input, origin);
  return url.origin === origin && url.pathname.endsWith(".data");
}
