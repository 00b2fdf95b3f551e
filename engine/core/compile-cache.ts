/** Keeps compiled definitions by version hash, shared by all programs of a process: a release that changes one rule compiles one rule. */

import { uncounted } from "./time-limit.ts";

export interface CompileCache {
  /** The compiled form of a version; made once. Errors are not kept. */
  get<T>(kind: string, hash: string, compile: () => T): T;
  readonly size: number;
}

/** Least recently used first out. */
export function createCompileCache(max: number): CompileCache {
  const entries = new Map<string, unknown>();
  return {
    get(kind, hash, compile) {
      const name = `${kind} ${hash}`;
      const known = entries.get(name);
      if (known !== undefined) {
        entries.delete(name);
        entries.set(name, known);
        return known as ReturnType<typeof compile>;
      }
      const made = uncounted(compile);
      entries.set(name, made);
      if (entries.size > max) entries.delete(entries.keys().next().value!);
      return made;
    },
    get size() {
      return entries.size;
    },
  };
}

/** For whoever brings no cache of their own. */
export const sharedCompileCache = createCompileCache(4_000);
