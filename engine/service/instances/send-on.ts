/**
 * What an act means for more instances than one transaction moves goes on by the outbox, a hundred items a row, each row in a transaction
 * of its own, in the name of who acted: what its items tell one instance together is told once there too. `deliver-remote.ts` takes the
 * rows in.
 */
import type { Actor } from "../../core/step-types.ts";
import { isJsonObject, type JsonObject } from "../../schema/json.ts";
import { addOutbox, type OutboxWrite } from "../../store/outbox.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import type { Work } from "../work/work.ts";

/** Half of what a transaction moves: the other half is for what they bring. */
const ITEMS_A_ROW = 100;
/** One after the other in an org: events for one instance keep their order, whichever rows they are in. */
const SUBJECT = "sent on";

/** `depth`: the items' own level of the cascade: it ends at its limit, however often it is sent on. */
export async function sendOn(work: Work, items: readonly CascadeItem[], depth: number): Promise<void> {
  const rows: OutboxWrite[] = [];
  for (let at = 0; at < items.length; at += ITEMS_A_ROW) {
    const part = items.slice(at, at + ITEMS_A_ROW);
    work.sentOn += 1;
    rows.push({
      key: `${part[0]?.cause}:on:${work.sentOn}`,
      kind: "remote",
      payload: { op: "cascade", items: part as unknown as JsonObject[], org: work.org.id, actor: work.actor as unknown as JsonObject, depth },
      subject: SUBJECT,
      instanceId: null,
    });
  }
  await addRows(work, rows);
}

/** The items of a row that failed as a whole, a row each: what does not fit fails alone. */
export async function sendOnSingly(work: Work, key: string, body: JsonObject): Promise<void> {
  const { org = null, actor = null, depth = 0 } = body;
  const rows = sentOnItems(body).map((item, n): OutboxWrite => {
    const from = { cause: item.cause, ...(item.by === undefined ? {} : { by: item.by }) };
    return {
      key: `${key}:${n + 1}`,
      kind: "remote",
      payload: { ...askedBy(item), org, actor, depth, from },
      subject: item.kind === "send" ? item.to : null,
      instanceId: null,
    };
  });
  await addRows(work, rows);
}

async function addRows(work: Work, rows: readonly OutboxWrite[]): Promise<void> {
  if (rows.length === 0) return;
  await addOutbox(work.tx, work.org.id, rows, work.at);
  work.hasWork = true;
}

function askedBy(item: CascadeItem): JsonObject {
  const { machine, event, payload } = item;
  if (item.kind === "send") return { op: "send", machine, to: item.to, event, payload };
  return { op: "start", machine, event, payload, unique: item.unique, instance_id: item.instanceId };
}

/** Items of a row of many; none for every other row. */
export function sentOnItems({ op, items }: JsonObject): readonly CascadeItem[] {
  return op === "cascade" && Array.isArray(items) ? (items as unknown as readonly CascadeItem[]) : [];
}

/** Who acted, and how deep; nothing for a row that another org or the relay wrote. */
export function sentOnBy(body: JsonObject): { readonly actor?: Actor; readonly depth: number } {
  const { actor, depth } = body;
  return { ...(actor === undefined || actor === null ? {} : { actor: actor as unknown as Actor }), depth: typeof depth === "number" ? depth : 0 };
}

/** The definition that sends it, where the row says so. */
export function sentBy({ from }: JsonObject): { readonly by?: string } {
  const by = isJsonObject(from) ? from["by"] : undefined;
  return typeof by === "string" ? { by } : {};
}
