/** A record's page and its form. */

import { EngineError } from "#engine/core/errors.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { updateRecord } from "#engine/service/editing/records.ts";
import { listInstances } from "#engine/service/queries/instance.ts";
import { recordTitles } from "#engine/service/queries/record-titles.ts";
import { getRecord, listRecordVersions } from "#engine/service/queries/records.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { words } from "#studio/ui/describe-value.ts";
import { propertiesOf } from "#studio/ui/form/schema-kind.ts";
import { toRefusal } from "../problem.server.ts";
import type { ActResult } from "../screens/guided.ts";
import type { RecordPage } from "../screens/lists.ts";
import { fieldsOf, type Reference } from "./cells.ts";

export async function record(engine: Engine, scope: Scope, type: string, id: string): Promise<RecordPage> {
  const answer = await getRecord(engine, scope, { type, id });
  const versions = await listRecordVersions(engine, scope, { type, id: answer.id, limit: 50 });
  const instances = await listInstances(engine, scope, { record: `${answer.type}:${answer.id}`, limit: 5 });
  return await inReading(engine, scope, async (reading) => {
    const work = reading.works.find((candidate) => candidate.org.code === answer.org) ?? reading.works[0];
    const definition = work.ruling.program.type(answer.type);
    if (definition === null) throw new EngineError("record_not_found", "There is no such record.");
    const references = await recordTitles(work, definition, answer.data);
    const edit = definition.permissions.edit;
    const [instance] = instances.items;
    return {
      type: answer.type,
      typeTitle: definition.title,
      id: answer.id,
      code: answer.code ?? null,
      org: answer.org ?? null,
      title: headOf(definition.schema, references, answer.title),
      etag: answer.etag,
      fields: [
        ...fieldsOf(definition.schema, answer.data, references, true),
        { title: "Created", cell: { as: "time", at: answer.createdAt } },
        { title: "Changed", cell: { as: "time", at: answer.updatedAt } },
      ],
      instance: instance === undefined ? null : { id: instance.id, state: words(JSON.stringify(instance.state)) },
      mayEdit: edit !== undefined && work.actor.permissions.includes(edit) && definition.insertOnly !== true,
      schema: definition.schema,
      data: answer.data,
      moreVersions: versions.next !== null,
      versions: versions.items.map((version, index) => ({
        version: version.version,
        at: version.at,
        by: personName(version.by, scope),
        changes: changesBetween(definition.schema, versions.items[index + 1]?.data ?? null, version.data),
      })),
    };
  });
}

/** A record whose first field names another is called by that one and itself; a title begins with a capital. */
function headOf(schema: JsonObject, references: Readonly<Record<string, Reference>>, title: string): string {
  const [first] = propertiesOf(schema);
  const owner = references[`/${first?.[0] ?? ""}`];
  return owner === undefined ? title.charAt(0).toUpperCase() + title.slice(1) : `${owner.title}, ${title}`;
}

const personName = (id: string, scope: Scope): string => (id === scope.principal.id ? "you" : id === "system" ? "the engine" : "somebody");

/** Fields that a version changed; none for the first one at hand. */
function changesBetween(schema: JsonObject, before: JsonObject | null, after: JsonObject): RecordPage["versions"][number]["changes"] {
  if (before === null) return [];
  const changed = Object.keys({ ...before, ...after }).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (data: JsonObject, name: string): JsonObject => ({ [name]: data[name] ?? null, currency: data["currency"] ?? null });
  return changed.slice(0, 8).flatMap((name) => {
    const one = { ...schema, properties: Object.fromEntries(Object.entries((schema["properties"] ?? {}) as JsonObject).filter(([key]) => key === name)) };
    const was = fieldsOf(one, pick(before, name), {}, true)[0];
    const is = fieldsOf(one, pick(after, name), {}, true)[0];
    return is === undefined && was === undefined
      ? []
      : [{ title: is?.title ?? was?.title ?? name, before: was?.cell ?? { as: "none" }, after: is?.cell ?? { as: "none" } }];
  });
}

export async function saveRecord(engine: Engine, scope: Scope, type: string, id: string, etag: string, changes: JsonObject): Promise<ActResult> {
  try {
    const answer = await updateRecord(engine, scope, { type, id, data: changes, ifMatch: etag });
    return { ok: true, message: `${answer.body.title} is saved` };
  } catch (error) {
    return toRefusal(error);
  }
}
