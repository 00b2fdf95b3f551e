/** What an expression reads from: names, the functions of the shell, and the budget of one evaluation. */
import { tick } from "../time-limit.ts";
import { type FeelValue, LIMIT, UNKNOWN, type Unknown } from "./values.ts";

export interface FeelScope {
  /** The value of a name; `undefined` where there is none. */
  get(name: string): FeelValue | undefined;
  /** Answers the external functions (get, find, decide, ...). PENDING where the answer must be loaded first. */
  call?(name: string, args: readonly FeelValue[]): FeelValue;
}
/** A scope over a plain object's own properties. */
export function scopeOf(values: { readonly [name: string]: FeelValue }): FeelScope {
  return { get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) };
}
const EMPTY: FeelScope = { get: () => undefined };

/** Operations (nodes within loops, list entries touched) that one evaluation may spend. */
export const BUDGET = 500_000;
/** What an evaluation counts for beside its loops, in operations. */
const EVALUATION = 8;
/** Nested calls of function literals. */
const MAX_CALLS = 64;

/** Leaves an evaluation whose budget is spent; never seen outside of `run`. */
class BudgetSpent extends Error {}
const SPENT = new BudgetSpent("limit");

/** The state of one evaluation. Closures made by compile.ts get it as their only argument. */
export class Env {
  readonly scope: FeelScope;
  /** Values of the names that were compiled to slots (rule sets, tables). */
  readonly frame: readonly FeelValue[];
  /** Loop variables and parameters, by compile-time index. */
  locals: FeelValue[] = [];
  /** `?` of a unary test. */
  input: FeelValue = UNKNOWN;
  private left: number = BUDGET;
  private calls = 0;

  constructor(scope: FeelScope | null, frame: readonly FeelValue[]) {
    this.scope = scope ?? EMPTY;
    this.frame = frame;
  }
  charge(operations: number): void {
    this.left -= operations;
    if (this.left < 0) throw SPENT;
    tick(operations);
  }
  enterCall(): void {
    if (++this.calls > MAX_CALLS) throw SPENT;
  }
  leaveCall(): void {
    this.calls--;
  }
}

/** Runs compiled code; total: a spent budget or a stack too deep is Unknown ("limit"). */
export function run<T extends FeelValue, E>(code: (env: E) => T, env: E): T | Unknown {
  try {
    tick(EVALUATION);
    return code(env);
  } catch (error) {
    if (error instanceof BudgetSpent || error instanceof RangeError) return LIMIT;
    throw error;
  }
}
