/** What an accepted contract event does, in the order of its definition: records, starts, sends, tasks; all in one transaction. */
import { EngineError } from "../../core/errors.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import type { ContractEffect } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { findInstanceOfRecord } from "../../store/instances.ts";
import { addTask, listTasks } from "../../store/tasks.ts";
import { findTarget, runCascade, sendTo } from "../instances/cascade.ts";
import { startFromCascade } from "../instances/start-from-cascade.ts";
import { why } from "../records/refuse-violation.ts";
import { writeRecordEffect } from "../records/write-record.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { evaluateMap, evaluateMaps, evaluateOne, fillText, repetitions, type Subject, textsOf } from "../work/expression.ts";
import { freshId, isUuid } from "../work/fresh-id.ts";
import { noteAttempt } from "../work/note-attempt.ts";
import { healable, type Work } from "../work/work.ts";

/** The envelope as expressions see it. */
export interface ContractMessage {
  readonly name: string;
  readonly key: string;
  readonly subject: JsonObject;
  readonly sequence: number | null;
  readonly occurredAt: string;
  readonly sender: Json;
  readonly data: JsonObject;
  /** Id of the record that the subject names; null for free text. */
  readonly recordId: string | null;
}

/** A machine would not take the event: the contract event as a whole is refused, and its transaction undone. */
export class ContractRefusal extends EngineError {
  readonly kind: keyof typeof CODES;
  readonly decisions: readonly CompactDecision[];
  readonly errors: Json;
  constructor(kind: keyof typeof CODES, detail: string, decisions: readonly CompactDecision[] = [], errors: Json = []) {
    super(CODES[kind], detail);
    this.kind = kind;
    this.decisions = decisions;
    this.errors = errors;
  }
}

const CODES = { not_found: "not_found", not_allowed: "event_not_allowed", blocked: "gate_closed", invalid: "payload_invalid" } as const;

/**
 * Runs the effects and gives the instances that moved.
 *
 * - throws ContractRefusal where an instance is missing, not in a state for the event, or blocked by a gate
 */
export async function runContractEffects(work: Work, effects: readonly ContractEffect[], message: ContractMessage): Promise<readonly InstanceRow[]> {
  const touched = new Map<string, InstanceRow>();
  for (const effect of effects) {
    for (const subject of await repetitions(work, subjectOf(message), effect)) {
      for (const instance of await runOne(work, effect, subject, message)) touched.set(instance.id, instance);
    }
  }
  return [...touched.values()];
}

/** Names that a contract's expressions find: `data` and all of the envelope; `event.payload` is the data too. */
export function subjectOf(message: ContractMessage): Subject {
  return {
    event: { type: message.name, payload: message.data, via: "contract", idempotencyKey: message.key },
    extra: {
      data: message.data,
      subject: { ...message.subject, id: message.recordId },
      sequence: message.sequence,
      occurred_at: message.occurredAt,
      sender: message.sender,
      key: message.key,
    },
  };
}

async function runOne(work: Work, effect: ContractEffect, subject: Subject, message: ContractMessage): Promise<readonly InstanceRow[]> {
  switch (effect.type) {
    case "record": {
      const { by, set } = await evaluateMaps(work, subject, { by: effect.by, set: effect.set });
      await cascade(work, await writeRecordEffect(work, { op: effect.op, type: effect.record, by, set }));
      return [];
    }
    case "start": {
      const payload = await evaluateMap(work, subject, effect.payload);
      const instanceId = freshId(work.at, work.engine.seed(), effect.machine);
      const start = { kind: "start" as const, cause: message.key, machine: effect.machine, event: effect.event, payload, unique: null, instanceId };
      const started = await startFromCascade(work, start).catch((error: unknown) => {
        // Another event began it in the meantime: read again, this one finds it.
        throw error instanceof EngineError && error.code === "unique_taken" ? healable(error) : error;
      });
      return await settle(work, started.outcome, started.instance, effect.event);
    }
    case "send": {
      const moved: InstanceRow[] = [];
      const targets = textsOf(await evaluateOne(work, subject, effect.to));
      if (targets.length === 0) throw new ContractRefusal("not_found", `"${message.name}" names nothing that takes "${effect.event}".`);
      for (const to of targets) {
        const target = await findTarget(work, effect.machine, to);
        if (target === null) throw new ContractRefusal("not_found", `There is no ${effect.machine} for "${to}".`);
        const payload = await evaluateMap(work, subject, effect.payload);
        const sent = await sendTo(work, target.id, { type: effect.event, payload, via: "contract", idempotencyKey: message.key });
        moved.push(...(await settle(work, sent.outcome, sent.instance, effect.event)));
      }
      return moved;
    }
    case "task":
      await handTask(work, effect, subject, message);
      return [];
  }
}

type Outcome = Awaited<ReturnType<typeof sendTo>>["outcome"] | { readonly kind: "existing" };

async function settle(work: Work, outcome: Outcome, instance: InstanceRow | null, event: string): Promise<readonly InstanceRow[]> {
  switch (outcome.kind) {
    case "moved":
      await cascade(work, outcome.cascade);
      return [outcome.instance];
    case "existing":
      return instance === null ? [] : [instance];
    case "blocked":
      if (instance !== null) noteAttempt(work, instance, event, outcome.decisions);
      throw new ContractRefusal("blocked", `A gate blocks "${event}" for ${instance?.key ?? "the instance"}.`, outcome.decisions);
    case "violated":
      throw new ContractRefusal("not_allowed", `"${event}" would break ${instance?.key ?? "an invariant"}: ${why(outcome.violations)}`);
    case "not_available":
      throw new ContractRefusal("not_allowed", `${instance?.key ?? "The instance"} is in a state that does not allow "${event}".`);
    case "not_found":
      throw new ContractRefusal("not_found", `There is nothing that takes "${event}".`);
  }
}

async function cascade(work: Work, items: readonly CascadeItem[]): Promise<void> {
  await runCascade(work, items);
}

/**
 * A task about the record that `about` names (id or code of the subject's record), open to a role or permission. A sender
 * that repeats its event adds none to one that is still open.
 */
async function handTask(work: Work, effect: Extract<ContractEffect, { type: "task" }>, subject: Subject, message: ContractMessage): Promise<void> {
  const about = await evaluateOne(work, subject, effect.about);
  const ref = typeof about === "string" ? about : message.recordId;
  const instance = ref === null ? null : await instanceAbout(work, ref);
  if (instance !== null) {
    const open = { orgs: [work.org.id], instanceId: instance.id, kind: effect.kind, status: "open" } as const;
    if ((await listTasks(work.tx, open, { limit: 1 })).items.length > 0) return;
  }
  const id = freshId(work.at, work.engine.seed(), effect.kind);
  await addTask(
    work.tx,
    work.org.id,
    {
      id,
      kind: effect.kind,
      form: "task",
      title: await fillText(work, subject, effect.title),
      ref: typeof message.subject["ref"] === "string" ? message.subject["ref"] : ref,
      assignee: null,
      permission: effect.permission ?? null,
      role: effect.role ?? null,
      minRank: 0,
      excluded: [],
      dueAt: null,
      outcomes: {},
      relies: {},
    },
    {
      instanceId: instance?.id ?? null,
      machine: instance?.machine ?? null,
      recordType: instance?.recordType ?? null,
      recordId: instance?.recordId ?? null,
      seq: instance?.seq ?? 0,
    },
    work.at,
  );
  work.notices.push({ orgId: work.org.id, kind: "task", id, of: effect.kind });
}

/** The instance that carries a record, or one named by its own id or key. */
async function instanceAbout(work: Work, ref: string): Promise<InstanceRow | null> {
  try {
    if (isUuid(ref)) return (await findInstanceOfRecord(work.tx, ref)) ?? (await findTarget(work, null, ref));
    return ref.includes(":") ? await findTarget(work, null, ref) : null;
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
