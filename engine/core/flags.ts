/**
 * Numbered changes of what definitions mean. A flag is added when the same definition, event and facts would give another result than
 * before; histories older than its release are replayed without it. Numbers are never used twice and never removed.
 */

export interface Flag {
  readonly number: number;
  readonly name: string;
  /** Why the meaning had to change. */
  readonly reason: string;
}

/** None yet: the first release defines the meaning. */
export const FLAGS: readonly Flag[] = [];
