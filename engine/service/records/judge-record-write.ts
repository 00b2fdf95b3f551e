/**
 * Holds record writes against the invariants of the machines whose instances stand on the record: those by the API, those
 * that machines and contracts order. A new record has none, so imports, which only add, have nothing to ask.
 *
 * Judged once, before the commit: what the same act mends further on is no fault.
 */
import { EngineError } from "../../core/errors.ts";
import { judgeInvariants } from "../../core/judge-invariants.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { idOf, type Program } from "../../core/program.ts";
import type { RecordState, Violation } from "../../core/step-types.ts";
import type { Json } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { createFactLoader, MAX_FACT_ROUNDS } from "../work/fact-loader.ts";
import { createTimeLimit, STEP_MS } from "../work/time-limit.ts";
import type { Work } from "../work/work.ts";
import { concealFor } from "./conceal.ts";
import { why } from "./refuse-violation.ts";

/** Has what becomes of the record in this transaction judged before its commit. `before`: as it was. */
export function judgeBeforeCommit(work: Work, type: TypeDefinition, before: RecordRow): void {
  const check = `invariants:${before.id}`;
  if (work.lastChecks.has(check) || !typesWithMachines(work.ruling.program).has(before.type)) return;
  work.lastChecks.set(check, () => refuseBroken(work, type, before));
}

const known = new WeakMap<Program, ReadonlySet<string>>();

/** Ids of the record types that machines are about. */
function typesWithMachines(program: Program): ReadonlySet<string> {
  let types = known.get(program);
  if (types === undefined) {
    types = new Set(program.definitions.flatMap(({ content }) => (content.kind === "machine" ? [idOf(content.record)] : [])));
    known.set(program, types);
  }
  return types;
}

async function refuseBroken(work: Work, type: TypeDefinition, before: RecordRow): Promise<void> {
  const after = await loadRecord(work.tx, type, before.id);
  if (after === null) return;
  for (const instance of await instancesOfRecords(work.tx, [after.id])) {
    if (instance.status !== "active") continue;
    const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
    if (machine.invariants.length === 0) continue;
    const violations = await broken(work, machine, instance, before, after);
    if (violations.length > 0) throw await refusal(work, instance, after, violations);
  }
}

/** What is broken, and what can no longer be told; what could not be told before the write either is none of its doing. */
async function broken(work: Work, machine: CompiledMachine, instance: InstanceRow, before: RecordState, after: RecordState): Promise<readonly Violation[]> {
  const violations = await judge(work, machine, instance, after);
  if (violations.every(({ outcome }) => outcome === "broken")) return violations;
  const earlier = await judge(work, machine, instance, before);
  return violations.filter(({ name, outcome }) => outcome === "broken" || !earlier.some((each) => each.name === name && each.outcome === "unknown"));
}

async function judge(work: Work, machine: CompiledMachine, instance: InstanceRow, record: RecordState): Promise<readonly Violation[]> {
  const loader = createFactLoader(work);
  const limit = createTimeLimit(STEP_MS);
  const { id, key, seq, snapshot } = instance;
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const input = { record, snapshot, instance: { id, key, seq }, facts: loader.bag(), actor: work.actor, org: work.org, now: work.at };
    const judgement = judgeInvariants(work.ruling.program, machine, input, limit);
    if (judgement.kind === "judged") return judgement.violations;
    limit.pause();
    await loader.load(judgement.requests);
    limit.resume();
  }
  throw new EngineError("limit_exceeded", `The invariants of ${machine.key} asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** The error; its line in the audit log outlives the transaction that it undoes. */
async function refusal(work: Work, instance: InstanceRow, record: RecordRow, violations: readonly Violation[]): Promise<EngineError> {
  work.undone.push({
    orgId: work.org.id,
    at: work.at,
    actorId: work.actor.id,
    action: "record_change_refused",
    subject: { type: "record", id: record.id },
    detail: {
      type: record.type,
      code: record.code,
      key: instance.key,
      seq: instance.seq,
      reasons: ["INVARIANT_VIOLATED"],
      violations: violations as unknown as Json,
    },
  });
  const told = (await concealFor(work))(violations);
  const names = told.map(({ name }) => `"${name}"`).join(", ");
  return new EngineError(
    "invariant_violated",
    `The change of ${record.type} ${record.code ?? record.id} would break ${names} of ${instance.key}: ${why(told)}`,
    {
      violations: told,
      instanceKey: instance.key,
      state: instance.state,
    },
  );
}
