/** Narrows a replay to the instances that an expression is true for, each as it stands now. */

import { EngineError } from "../../core/errors.ts";
import { type Evaluation, evaluateAll } from "../../core/evaluate.ts";
import { tryCompileFeel } from "../../core/feel/compile.ts";
import type { Actor, FactBag, Instant, OrgContext } from "../../core/step-types.ts";
import { within } from "../../core/time-limit.ts";
import type { Feel } from "../../schema/json.ts";
import { loadFacts } from "../../store/facts.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { loadInstances } from "../../store/instances.ts";
import { recordsOfInstances } from "../../store/records.ts";
import type { Tx } from "../../store/tx.ts";
import type { Engine } from "../work/engine-context.ts";
import { MAX_FACT_ROUNDS } from "../work/fact-loader.ts";
import type { Ruling } from "../work/program-cache.ts";
import { createTimeLimit, STEP_MS } from "../work/time-limit.ts";

export interface Narrowing {
  readonly expression: Feel;
  /** Who asks; `actor`, `now` and `today` of the expression. */
  readonly actor: Actor;
  readonly now: Instant;
}

/** What an expression may name; there is no event, for none is under way. */
const NAMES = ["record", "context", "state", "states", "instance", "actor", "org", "now", "today", "settings", "fact", "decision"];
const MAX_LENGTH = 4_000;

/** - throws EngineError `payload_invalid` for a text that is no FEEL, or that names what an instance does not have */
export function requireNarrowing(text: string): Feel {
  const refuse = (message: string): never => {
    throw new EngineError("payload_invalid", `filter ${message}`, { errors: [{ path: "/filter", message }] });
  };
  if (text.length > MAX_LENGTH) refuse(`must not be longer than ${MAX_LENGTH} characters`);
  const result = tryCompileFeel(text, { names: NAMES });
  return result.ok ? text : refuse(`is no FEEL: ${result.error.message}`);
}

/** What of a replay's plan says which instances it takes. */
export interface Narrowed {
  readonly narrowing: Narrowing | null;
  readonly ruling: Ruling;
  readonly orgs: ReadonlyMap<string, OrgContext>;
}

interface Candidate {
  readonly instance: InstanceRow;
  readonly record: RecordRow | null;
  readonly org: OrgContext;
}

/** Those of the instances that the replay takes: for which the expression is true, not false, null or unknown. */
export async function narrowed(engine: Engine, tx: Tx, plan: Narrowed, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { narrowing } = plan;
  if (narrowing === null || ids.length === 0) return new Set(ids);
  const instances = await loadInstances(tx, ids);
  const records = new Map((await recordsOfInstances(tx, instances)).map((record) => [record.id, record]));
  const taken = new Set<string>();
  for (const [orgId, own] of Map.groupBy(instances, (instance) => instance.orgId)) {
    const org = plan.orgs.get(orgId);
    if (org === undefined) continue;
    const candidates = own.map((instance) => ({ instance, record: records.get(instance.recordId) ?? null, org }));
    for (const id of await matching(engine, tx, plan.ruling, narrowing, candidates)) taken.add(id);
  }
  return taken;
}

/** Of one org: what they all ask for is loaded together. */
async function matching(engine: Engine, tx: Tx, ruling: Ruling, narrowing: Narrowing, candidates: readonly Candidate[]): Promise<readonly string[]> {
  const taken: string[] = [];
  let facts: FactBag = {};
  let left = candidates;
  for (let round = 0; left.length > 0; round++) {
    const needs = new Map<string, Extract<Evaluation<"taken">, { kind: "needs" }>["requests"][number]>();
    const waiting: Candidate[] = [];
    for (const candidate of left) {
      const result = await evaluateFor(engine, tx, ruling, narrowing, candidate, facts);
      if (result.kind === "needs") {
        waiting.push(candidate);
        for (const request of result.requests) needs.set(request.key, request);
      } else if (result.values.taken === true) taken.push(candidate.instance.id);
    }
    left = waiting;
    const [first] = left;
    if (first === undefined) break;
    if (round >= MAX_FACT_ROUNDS)
      throw new EngineError("limit_exceeded", `The filter asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
    const requests = [...needs.values()].map((request) => ({ ...request, locks: [] }));
    facts = { ...facts, ...(await loadFacts(tx, requests, ruling.catalogue, { orgId: first.instance.orgId, now: narrowing.now })) };
  }
  return taken;
}

async function evaluateFor(
  engine: Engine,
  tx: Tx,
  ruling: Ruling,
  narrowing: Narrowing,
  { instance, record, org }: Candidate,
  facts: FactBag,
): Promise<Evaluation<"taken">> {
  const { id, key, seq, snapshot } = instance;
  // States are read by the version of the machine that the instance is on, whatever the replay's release makes of them.
  const machine = await engine.programs.machine(tx, ruling, instance.machine, instance.machineVersion);
  const input = { record, snapshot, machine, instance: { id, key, seq }, facts, actor: narrowing.actor, org, now: narrowing.now };
  return within(createTimeLimit(STEP_MS, "The filter"), () => evaluateAll(ruling.program, input, { taken: narrowing.expression }));
}
