/** Asks one rule set or table for its decision, by facts or about a record; changes nothing. Also for other releases and for drafts. */
import { EngineError } from "../../core/errors.ts";
import type { CompiledDecision } from "../../core/rules/decision.ts";
import { toDecision } from "../../core/rules/decision.ts";
import { unlock } from "../../core/rules/unlock.ts";
import type { Decision } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { findInstanceOfRecord } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { draftRuling, draftState, requireDraft } from "../definitions/draft-program.ts";
import { recordNotFound } from "../records/record-not-found.ts";
import { mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { isHidden } from "../records/visibility.ts";
import { dayIn } from "../work/ask-decision.ts";
import { takeTurns } from "../work/breathe.ts";
import { asTold } from "../work/confidential.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Subject } from "../work/expression.ts";
import { paramsFromSettings, readInputs } from "../work/gate-decision.ts";
import { inWork } from "../work/in-work.ts";
import type { Ruling } from "../work/program-cache.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import { inTime } from "../work/shared-reads.ts";
import type { Work } from "../work/work.ts";

export interface DecideInput {
  /** `<pack>.<id>`, or the id while it is unique. */
  readonly key: string;
  /** Inputs by name; params may be among them. */
  readonly facts?: JsonObject;
  /** In place of facts: inputs are read where the definition says, about this record. */
  readonly record?: { readonly type: string; readonly id: string };
  readonly params?: JsonObject;
  readonly release?: number;
  /** Id of a draft. */
  readonly draft?: string;
}

/**
 * Decides.
 *
 * - throws EngineError `definition_not_found`, `facts_invalid` (a name that is neither input nor param), `record_not_found`, `org_required`
 */
export async function decide(engine: Engine, scope: Scope, input: DecideInput): Promise<Decision> {
  const [answer] = await decideAll(engine, scope, { ...input, batch: [input.facts ?? null] });
  return answer as Decision;
}

/** Many fact objects against one definition, in order: the body of a batch. */
export async function decideAll(
  engine: Engine,
  scope: Scope,
  input: DecideInput & { readonly batch: readonly (JsonObject | null)[] },
): Promise<readonly Decision[]> {
  return await inWork(engine, scope, requireOneOrg(scope), async (opened) => {
    const work = { ...opened, ruling: await rulingFor(opened, input) };
    const compiled = work.ruling.program.decision(input.key);
    if (compiled === null) throw new EngineError("definition_not_found", `There is no rule set or table "${input.key}".`);
    const settings = await paramsFromSettings(work, compiled);
    const answers: Decision[] = [];
    const giveWay = takeTurns();
    for (const facts of input.batch) {
      answers.push(await decideOne(work, compiled, settings, facts, input));
      await giveWay();
    }
    return answers;
  });
}

async function decideOne(work: Work, compiled: CompiledDecision, settings: JsonObject, facts: JsonObject | null, input: DecideInput): Promise<Decision> {
  const given = facts ?? {};
  const inputs = input.record === undefined ? {} : await inputsAbout(work, compiled, input.record);
  const params: Record<string, Json> = { ...settings, ...input.params };
  const values: Record<string, Json> = { ...inputs };
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(compiled.inputs, name)) values[name] = value;
    else if (Object.hasOwn(compiled.params, name)) params[name] = value;
    else throw factsInvalid(compiled, name);
  }
  for (const name of Object.keys(input.params ?? {})) if (!Object.hasOwn(compiled.params, name)) throw factsInvalid(compiled, name);
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  return inTime(work, () => {
    const compact = compiled.evaluate(values, params, moment);
    const decision = toDecision(compact, compiled);
    const options = compact.outcome === "pass" ? [] : unlock(decision, compiled);
    const whole = options.length === 0 ? decision : { ...decision, unlock: options };
    return input.record === undefined ? whole : asTold(work, whole);
  });
}

function factsInvalid(compiled: CompiledDecision, name: string): EngineError {
  const known = [...Object.keys(compiled.inputs), ...Object.keys(compiled.params)].sort().join(", ");
  return new EngineError("facts_invalid", `${compiled.key} has no input "${name.slice(0, 60)}"; it has ${known}.`, {
    errors: [{ path: `/facts/${name}`, message: "is neither an input nor a param" }],
  });
}

async function inputsAbout(work: Work, compiled: CompiledDecision, named: { readonly type: string; readonly id: string }): Promise<JsonObject> {
  const { type, ...subject } = await namedRecord(work, named);
  return await readInputs(work, compiled, subject, type);
}

async function namedRecord(
  work: Work,
  named: { readonly type: string; readonly id: string },
): Promise<Subject & { readonly type: string; readonly record: RecordRow }> {
  const type = recordTypeOf(work.ruling.program, named.type);
  const record = await loadRecord(work.tx, type, named.id);
  if (record === null || !mayView(work, type) || (await isHidden(work, type, record))) throw recordNotFound(named.type, named.id);
  const instance = await findInstanceOfRecord(work.tx, record.id);
  if (instance === null) return { type: record.type, record };
  const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
  return { type: record.type, record, machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq } };
}

/** The release or draft that was asked for, else the one in force. */
async function rulingFor(work: Work, input: DecideInput): Promise<Ruling> {
  if (input.draft !== undefined) return await draftRuling(work.tx, await draftState(work.tx, await requireDraft(work.tx, input.draft)));
  return input.release === undefined ? work.ruling : await work.engine.programs.release(work.tx, input.release);
}
