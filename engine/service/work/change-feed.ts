/**
 * Tells listeners in this process what was committed: screens that wait by server-sent events, and the relay.
 *
 * In memory on purpose (performance.md E): other processes poll. A notice names what changed, never its content, so that a
 * listener reads it again under its own scope.
 */
export interface ChangeNotice {
  readonly orgId: string;
  readonly kind: "instance" | "record" | "task" | "settings" | "release";
  readonly id: string;
  /** Machine or record type. */
  readonly of: string;
  readonly seq?: number;
}

export interface ChangeFeed {
  publish(notices: readonly ChangeNotice[]): void;
  /** Gives the function that ends the subscription. A listener that throws is dropped. */
  subscribe(listener: (notice: ChangeNotice) => void): () => void;
}

export function createChangeFeed(): ChangeFeed {
  const listeners = new Set<(notice: ChangeNotice) => void>();
  return {
    publish(notices) {
      if (listeners.size === 0) return;
      for (const notice of notices) {
        for (const listener of listeners) {
          try {
            listener(notice);
          } catch {
            listeners.delete(listener);
          }
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
