/** What a pass asks the shell for: canonical keys, values that are there, and the list of those that are not. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { canonicalJson } from "../canonical.ts";
import { TooManyRows, Unknown } from "../feel/values.ts";
import type { FactBag, FactRequest } from "../step-types.ts";

/** Not loaded yet: the pass is in vain, and the request is noted. */
export const MISSING = Symbol("missing");
/** Failed to load, and why; `most` where there are more rows than that. */
export class Unavailable {
  readonly reason: string;
  readonly most: number | null;
  constructor(reason: string, most: number | null = null) {
    this.reason = reason;
    this.most = most;
  }
  /** What expressions see of it; `asked` names the fact. */
  toUnknown(asked: string): Unknown {
    return this.most === null ? new Unknown(this.reason) : new TooManyRows(this.reason, asked, this.most);
  }
}

/** The facts of one pass. */
export class Requests {
  readonly bag: FactBag;
  private wanted: Map<string, FactRequest> | null = null;
  /** Locks of the facts that are being evaluated: whatever they ask for is loaded under them. */
  private locks: readonly string[] = [];

  constructor(bag: FactBag) {
    this.bag = bag;
  }
  get pending(): boolean {
    return this.wanted !== null;
  }
  /** Sorted by key, so that locks and loads always come in the same order. */
  list(): readonly FactRequest[] {
    return [...(this.wanted?.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
  /** The loaded value; `MISSING` notes the request. */
  want(request: Omit<FactRequest, "locks">, locks: readonly string[] = []): Json | Unavailable | typeof MISSING {
    if (Object.hasOwn(this.bag, request.key)) {
      const value = this.bag[request.key]!;
      if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, "$unknown")) {
        const { $unknown: reason, $most: most } = value as JsonObject;
        return new Unavailable(String(reason), typeof most === "number" ? most : null);
      }
      return value;
    }
    this.wanted ??= new Map();
    const known = this.wanted.get(request.key);
    const all = [...new Set([...(known?.locks ?? []), ...this.locks, ...locks])].sort();
    this.wanted.set(request.key, { ...request, locks: all });
    return MISSING;
  }
  under<T>(locks: readonly string[], run: () => T): T {
    if (locks.length === 0) return run();
    const before = this.locks;
    this.locks = [...before, ...locks];
    try {
      return run();
    } finally {
      this.locks = before;
    }
  }
}

export const requestFor = {
  fact: (key: string, args: JsonObject, scope: "org" | "system"): Omit<FactRequest, "locks"> => ({
    key: `fact:${key}?${canonicalJson(args)}`,
    kind: "fact",
    name: key,
    args,
    scope,
  }),
  get: (type: string, ref: string): Omit<FactRequest, "locks"> => ({ key: `get:${type}:${ref}`, kind: "get", name: type, args: { ref }, scope: "org" }),
  find: (type: string, filter: JsonObject): Omit<FactRequest, "locks"> => ({
    key: `find:${type}?${canonicalJson(filter)}`,
    kind: "find",
    name: type,
    args: { filter },
    scope: "org",
  }),
  findAll: (type: string, filter: JsonObject): Omit<FactRequest, "locks"> => ({
    key: `findAll:${type}?${canonicalJson(filter)}`,
    kind: "findAll",
    name: type,
    args: { filter },
    scope: "org",
  }),
  people: (selector: JsonObject): Omit<FactRequest, "locks"> => ({
    key: `people:${canonicalJson(selector)}`,
    kind: "people",
    name: "people",
    args: selector,
    scope: "org",
  }),
  settings: (key: string): Omit<FactRequest, "locks"> => ({ key: `settings:${key}`, kind: "settings", name: key, args: {}, scope: "org" }),
  instance: (machine: string, record: string): Omit<FactRequest, "locks"> => ({
    key: `instance:${machine}:${record}`,
    kind: "instance",
    name: machine,
    args: { record },
    scope: "org",
  }),
};
