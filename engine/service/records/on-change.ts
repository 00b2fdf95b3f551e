/** What a changed record means for running instances: the `onChange` events of its type. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { evaluateMap, evaluateOne, repetitions, textsOf } from "../work/expression.ts";
import type { Work } from "../work/work.ts";

/** The events to send, in the order of the definition. `before` is null for a new record. */
export async function changeHooks(work: Work, type: TypeDefinition, before: RecordRow | null, after: RecordRow): Promise<readonly CascadeItem[]> {
  const items: CascadeItem[] = [];
  for (const hook of type.onChange ?? []) {
    const subject = { record: after, extra: { before: before === null ? null : viewOf(before) } };
    for (const each of await repetitions(work, subject, hook)) {
      const targets = textsOf(await evaluateOne(work, each, hook.to));
      const payload = targets.length === 0 ? {} : await evaluateMap(work, each, hook.payload);
      const asked = { cause: `${after.id}:${after.version}`, by: type.key, machine: hook.machine, event: hook.event, payload };
      for (const to of targets) items.push({ kind: "send", ...asked, to });
    }
  }
  return items;
}

function viewOf(row: RecordRow): JsonObject {
  const fields: Record<string, Json> = { ...row.data, id: row.id, code: row.code, type: row.type, version: row.version };
  return fields;
}
