/**
 * Takes other orgs out of what a reader is told of decisions, facts and effects: they are stored as they were, and may name an
 * org that the reader holds no grant on (reliability P12).
 */
import type { FactBag } from "../../core/step-types.ts";
import type { Json } from "../../schema/json.ts";
import { listOrgs } from "../../store/people.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Work } from "../work/work.ts";

/** What stands in place of an org that is not the reader's. */
const CONCEALED = "PARTNER";
const KEPT_MS = 60_000;

interface KnownOrgs {
  readonly at: number;
  /** Codes and ids by code. */
  readonly names: readonly { readonly id: string; readonly code: string }[];
}
const known = new WeakMap<Engine, KnownOrgs>();

export type Conceal = <T>(value: T) => T;

/** A function that replaces every text that is the code or id of a foreign org; the value is copied only where needed. */
export async function concealFor(work: Work): Promise<Conceal> {
  if (work.actor.kind === "system") return (value) => value;
  const granted = new Set(work.scope.principal.grants.map((grant) => grant.org.id));
  const foreign = new Set((await allOrgs(work)).filter((org) => !granted.has(org.id)).flatMap((org) => [org.id, org.code]));
  if (foreign.size === 0) return (value) => value;
  return (value) => concealed(value as Json, foreign) as typeof value;
}

async function allOrgs(work: Work): Promise<KnownOrgs["names"]> {
  const cached = known.get(work.engine);
  if (cached !== undefined && performance.now() - cached.at < KEPT_MS) return cached.names;
  const rows = await work.tx.asSystem(() => listOrgs(work.tx));
  const names = rows.map(({ id, code }) => ({ id, code }));
  known.set(work.engine, { at: performance.now(), names });
  return names;
}

function concealed(value: Json | undefined, foreign: ReadonlySet<string>): Json | undefined {
  if (typeof value === "string") return foreign.has(value) ? CONCEALED : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => concealed(each, foreign) as Json);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, concealed(member as Json, foreign) as Json]));
}

/** The facts of an event without those that were loaded across orgs, under the system's own grant. */
export function ownFacts(work: Work, bag: FactBag): FactBag {
  return Object.fromEntries(Object.entries(bag).filter(([key]) => !isAcrossOrgs(work, key)));
}

function isAcrossOrgs(work: Work, key: string): boolean {
  if (!key.startsWith("fact:")) return false;
  const end = key.indexOf("?");
  return work.ruling.program.fact(key.slice("fact:".length, end < 0 ? undefined : end))?.definition.scope === "system";
}
