/** Titles of what a record refers to, so that no screen shows a bare id. */
import type { JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { loadPerson } from "../../store/people.ts";
import { loadRecord } from "../../store/records.ts";
import { findReferences } from "../records/payload.ts";
import { titleOf } from "../records/record-type.ts";
import { maskedData } from "../records/visibility.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";

export interface RecordTitle {
  readonly type: string;
  readonly id: string;
  readonly code: string | null;
  readonly title: string;
}

/** By JSON pointer of the field. People's ids in fields that end in `_id` or `_by` are named too; what is not visible is left out. */
export async function recordTitles(work: Work, type: Pick<TypeDefinition, "schema">, data: JsonObject): Promise<Readonly<Record<string, RecordTitle>>> {
  const titles: Record<string, RecordTitle> = {};
  for (const reference of findReferences(type.schema, data)) {
    const target = work.ruling.program.type(reference.type);
    const person = reference.type === "people" && isUuid(reference.value) ? await loadPerson(work.tx, reference.value) : null;
    if (person !== null) titles[reference.path] = { type: "people", id: person.id, code: null, title: person.name };
    const row = target === null ? null : await loadRecord(work.tx, target, reference.value);
    if (target === null || row === null) continue;
    const title = titleOf(target, { ...row, data: await maskedData(work, target, row) });
    titles[reference.path] = { type: reference.type, id: row.id, code: row.code, title };
  }
  for (const [field, value] of Object.entries(data)) {
    if (typeof value !== "string" || !isUuid(value) || titles[`/${field}`] !== undefined || !/_(id|by)$/.test(field)) continue;
    const person = await loadPerson(work.tx, value);
    if (person !== null) titles[`/${field}`] = { type: "people", id: person.id, code: null, title: person.name };
  }
  return titles;
}
