/** Long work gives way: between its pieces other requests of this process have their turn. */

/** The longest that such work keeps others waiting, one piece of it aside. */
const TURN_MS = 4;

export const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Call it after each piece: it gives way when the last time is a turn ago. */
export function takeTurns(now: () => number = () => performance.now()): () => Promise<void> {
  let rested = now();
  return async () => {
    if (now() - rested <= TURN_MS) return;
    await breathe();
    rested = now();
  };
}
