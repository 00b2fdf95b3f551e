/**
 * What an act means for more instances than one transaction moves goes on by the outbox: an item a row, each in a transaction of its
 * own, in the name of who acted. `deliver-remote.ts` takes the rows in.
 */
import type { Actor } from "../../core/step-types.ts";
import { isJsonObject, type JsonObject } from "../../schema/json.ts";
import { addOutbox } from "../../store/outbox.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import type { Work } from "../work/work.ts";

const ROWS_A_STATEMENT = 500;

/** `depth`: levels of the cascade that lie behind the items: it ends at its limit, however often it is sent on. */
export async function sendOn(work: Work, items: readonly CascadeItem[], depth: number): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map((item) => {
    work.sentOn += 1;
    return {
      key: `${item.cause}:on:${work.sentOn}`,
      kind: "remote",
      payload: {
        ...askedBy(item),
        org: work.org.id,
        actor: work.actor as unknown as JsonObject,
        depth,
        from: { cause: item.cause, ...(item.by === undefined ? {} : { by: item.by }) },
      },
      // Events for one instance keep their order.
      subject: item.kind === "send" ? item.to : null,
      instanceId: null,
    };
  });
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) await addOutbox(work.tx, work.org.id, rows.slice(at, at + ROWS_A_STATEMENT), work.at);
  work.hasWork = true;
}

function askedBy(item: CascadeItem): JsonObject {
  const { machine, event, payload } = item;
  if (item.kind === "send") return { op: "send", machine, to: item.to, event, payload };
  return { op: "start", machine, event, payload, unique: item.unique, instance_id: item.instanceId };
}

/** Who acted, and how deep; nothing for a row that another org or the relay wrote. */
export function sentOnBy(body: JsonObject): { readonly actor?: Actor; readonly depth: number } {
  const { actor, depth } = body;
  return { ...(actor === undefined ? {} : { actor: actor as unknown as Actor }), depth: typeof depth === "number" ? depth : 0 };
}

/** The definition that sends it, where the row says so. */
export function sentBy({ from }: JsonObject): { readonly by?: string } {
  const by = isJsonObject(from) ? from["by"] : undefined;
  return typeof by === "string" ? { by } : {};
}
