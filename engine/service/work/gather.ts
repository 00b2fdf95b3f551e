/** Many small questions of one go of the event loop as one: how reading a page of rows stays a bounded number of statements. */

/** What goes into one transaction one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(fn: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(fn, fn);
    this.#last = turn;
    return turn;
  }
}

/** Gives each item its own answer of a load that takes all items asked for at about the same time; loads of the same turns never overlap. */
export function gather<T, R>(turns: Turns, load: (items: readonly T[]) => Promise<readonly R[]>): (item: T) => Promise<R> {
  let waiting: T[] | null = null;
  let loading: Promise<readonly R[]> = Promise.resolve([]);
  return async (item) => {
    if (waiting === null) {
      const items: T[] = [];
      waiting = items;
      loading = new Promise<void>((go) => process.nextTick(go)).then(() => {
        waiting = null;
        return turns.run(() => load(items));
      });
    }
    const index = waiting.push(item) - 1;
    return (await loading)[index] as R;
  };
}
