/** What a reader is shown of a record: rows that the type hides from them, and masked fields. Machines always see all. */
import { sameJson } from "../../core/canonical.ts";
import type { RecordState } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { evaluateOne, type Subject } from "../work/expression.ts";
import type { Work } from "../work/work.ts";

/**
 * Tells whether the type hides the row from this reader.
 *
 * An expression that is unknown hides: nobody is shown what the definition could not judge. For global types the
 * expression sees `through`, the linking rows of the reader's org.
 */
export async function isHidden(work: Work, type: TypeDefinition, row: RecordRow): Promise<boolean> {
  if (type.hiddenWhen === undefined || work.actor.kind === "system") return false;
  const verdict = await evaluateOne(work, await subjectOf(work, type, row), type.hiddenWhen);
  return verdict !== false && verdict !== null;
}

/** The work among `works` that a row is read through: that of its org, or, for a row of no org, the first in which it is not hidden. */
export async function shownThrough(works: readonly Work[], type: TypeDefinition, row: RecordRow): Promise<Work | null> {
  const candidates = row.orgId === null ? works : works.filter((work) => work.org.id === row.orgId);
  for (const work of candidates) if (!(await isHidden(work, type, row))) return work;
  return null;
}

/** The row's data as this reader may see it. */
export async function maskedData(work: Work, type: TypeDefinition, row: RecordState): Promise<JsonObject> {
  if (type.mask === undefined || type.mask.length === 0 || work.actor.kind === "system") return row.data;
  const data: Record<string, Json> = { ...row.data };
  const subject = await subjectOf(work, type, row);
  for (const mask of type.mask) {
    if (!Object.hasOwn(data, mask.field)) continue;
    const value = data[mask.field] ?? null;
    const verdict = await evaluateOne(work, { ...subject, extra: { ...subject.extra, value } }, mask.when);
    if (verdict !== false && verdict !== null && !sameJson(value, mask.as)) data[mask.field] = mask.as;
  }
  return data;
}

async function subjectOf(work: Work, type: TypeDefinition, row: RecordState): Promise<Subject> {
  if (type.visibleThrough === undefined) return { record: row };
  const { type: through, field } = type.visibleThrough;
  const asked = { query: { from: through, where: { [field]: row.id } }, options: { orgs: [work.org.id], limit: 200, prepare: true } };
  const rows = work.shared === null ? await queryRecords(work.tx, work.ruling.catalogue, asked.query, asked.options) : await work.shared.query(asked);
  return { record: row, extra: { through: rows.items } };
}
