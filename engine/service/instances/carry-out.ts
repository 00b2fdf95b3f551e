/**
 * Turns the effects of a step into what its commit writes: records at once, tasks and outbox rows with the event row,
 * starts and sends of the same org as a cascade, those of another org as outbox rows.
 */
import { assertNever } from "../../core/errors.ts";
import type { Effect, TaskDraft } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import { addDocument } from "../../store/documents.ts";
import type { OutboxWrite } from "../../store/outbox.ts";
import { documentRow } from "../records/document-row.ts";
import { writeRecordEffect } from "../records/write-record.ts";
import type { Acting } from "../work/acting.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { freshId } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";
import { emitRows } from "./emit.ts";

export interface Carried {
  readonly tasks: readonly TaskDraft[];
  readonly cancelTasks: readonly { readonly kind: string; readonly ref: string | null }[];
  readonly outbox: readonly OutboxWrite[];
  readonly cascade: readonly CascadeItem[];
}

/** Carries the effects out in their order. Record writes may add to the cascade (change hooks of their type). */
export async function carryOut(work: Work, acting: Acting, effects: readonly Effect[]): Promise<Carried> {
  const tasks: TaskDraft[] = [];
  const cancelTasks: { kind: string; ref: string | null }[] = [];
  const outbox: OutboxWrite[] = [];
  const cascade: CascadeItem[] = [];
  for (const effect of effects) {
    switch (effect.kind) {
      case "record":
        if (isElsewhere(work, effect.org))
          outbox.push(remoteRow(acting, effect.key, effect.org ?? "", { op: "record", effect: effect as unknown as JsonObject }));
        else cascade.push(...(await writeRecordEffect(work, effect)));
        break;
      case "mail":
        cascade.push({
          kind: "start",
          cause: effect.key,
          by: acting.machine.key,
          machine: effect.machine,
          event: null,
          payload: { ...(effect.message as unknown as JsonObject), about: aboutOf(acting) },
          unique: effect.message.key,
          instanceId: freshId(work.at, work.engine.seed(), effect.key),
        });
        break;
      case "document":
        addDocument(work.tx, documentRow(work, acting, effect), effect.html);
        outbox.push({ key: effect.key, kind: "document", payload: { document: effect.id }, subject: null, instanceId: acting.instanceId });
        break;
      case "task":
        tasks.push(effect.task);
        break;
      case "cancelTask":
        cancelTasks.push({ kind: effect.taskKind, ref: effect.ref });
        break;
      case "emit":
        outbox.push(...(await emitRows(work, acting, effect)));
        break;
      case "start":
        if (isElsewhere(work, effect.org)) {
          const { machine, event, payload, unique } = effect;
          outbox.push(remoteRow(acting, effect.key, effect.org ?? "", { op: "start", machine, event, payload, unique: unique ?? null }));
        } else {
          const { machine, event, payload, instanceId } = effect;
          cascade.push({ kind: "start", cause: effect.key, by: acting.machine.key, machine, event, payload, unique: effect.unique ?? null, instanceId });
        }
        break;
      case "send":
        if (isElsewhere(work, effect.org)) {
          const { machine, to, event, payload } = effect;
          outbox.push(remoteRow(acting, effect.key, effect.org ?? "", { op: "send", machine, to, event, payload }));
        } else {
          const { machine, to, event, payload } = effect;
          cascade.push({ kind: "send", cause: effect.key, by: acting.machine.key, machine, to, event, payload });
        }
        break;
      case "deliver":
        outbox.push({
          key: effect.key,
          kind: effect.channel,
          payload: { ...effect.message, class: effect.class, instance: acting.instanceId },
          subject: null,
          instanceId: acting.instanceId,
        });
        break;
      case "note":
        break;
      default:
        assertNever(effect);
    }
  }
  return { tasks, cancelTasks, outbox, cascade };
}

function isElsewhere(work: Work, org: string | undefined): boolean {
  return org !== undefined && org !== work.org.code && org !== work.org.id;
}

/** A row that another org's end of the engine takes in under the system's own grant; both logs name the other end. */
function remoteRow(acting: Acting, key: string, org: string, body: JsonObject): OutboxWrite {
  return {
    key,
    kind: "remote",
    payload: { ...body, org, from: { instance: acting.instanceId, seq: acting.seq, by: acting.machine.key } },
    subject: null,
    instanceId: acting.instanceId,
  };
}

/** What a mail is about: kept with the message, so that it is found from its record and its instance. */
function aboutOf(acting: Acting): JsonObject {
  return {
    instance: acting.instanceId,
    machine: acting.machine.key,
    key: acting.key,
    seq: acting.seq,
    record_type: acting.record?.type ?? null,
    record_id: acting.record?.id ?? null,
    record_code: acting.record?.code ?? null,
  };
}
