/** One search over everything that the reader may see: a few rows of each record type. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { queryRecords } from "../../store/record-query.ts";
import { loadRecords } from "../../store/records.ts";
import { mayView } from "../records/record-permission.ts";
import { nameOfType, titleOf } from "../records/record-type.ts";
import { maskedData, shownThrough } from "../records/visibility.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";

export interface SearchHit {
  readonly type: string;
  readonly typeTitle: string;
  readonly id: string;
  readonly code: string | null;
  readonly org: string | null;
  readonly title: string;
  /** Id of the record's instance, where its type has a machine. */
  readonly instance: string | null;
  readonly state: JsonObject[string];
}

const HITS_PER_TYPE = 5;
const MAX_LENGTH = 200;

/** - throws EngineError `query_invalid` for an empty or overlong query */
export async function search(
  engine: Engine,
  scope: Scope,
  input: { readonly q: string; readonly types?: readonly string[] },
): Promise<{ readonly items: readonly SearchHit[] }> {
  const words = input.q.trim();
  if (words === "" || words.length > MAX_LENGTH) {
    throw new EngineError("query_invalid", `The search has ${words.length} characters, expected 1 to ${MAX_LENGTH}.`, {
      errors: [{ path: "/q", message: `must have 1 to ${MAX_LENGTH} characters` }],
    });
  }
  return await inReading(engine, scope, async (reading) => {
    const items: SearchHit[] = [];
    for (const type of reading.works[0].ruling.program.types()) {
      if ((type.searchable ?? []).length === 0 && type.code === undefined && type.codeField === undefined) continue;
      if (input.types !== undefined && !input.types.includes(nameOfType(type))) continue;
      items.push(...(await searchType(reading, type, words)));
    }
    return { items };
  });
}

async function searchType(reading: Reading, type: TypeDefinition, words: string): Promise<readonly SearchHit[]> {
  const permitted = reading.works.filter((work) => mayView(work, type));
  const orgs = permitted.map((work) => work.org.id);
  if (orgs.length === 0) return [];
  const found = await queryRecords(reading.tx, reading.works[0].ruling.catalogue, { from: nameOfType(type) }, { orgs, search: words, limit: HITS_PER_TYPE });
  const rows = new Map(
    (
      await loadRecords(
        reading.tx,
        type,
        found.items.map((item) => String(item["id"])),
      )
    ).map((row) => [row.id, row]),
  );
  const hits: SearchHit[] = [];
  for (const item of found.items) {
    const row = rows.get(String(item["id"]));
    if (row === undefined) continue;
    const work = await shownThrough(permitted, type, row);
    if (work === null) continue;
    const data = await maskedData(work, type, row);
    hits.push({
      type: nameOfType(type),
      typeTitle: type.title,
      id: row.id,
      code: row.code,
      org: row.orgId === null ? null : work.org.code,
      title: titleOf(type, { ...row, data }),
      instance: typeof item["instance"] === "string" ? item["instance"] : null,
      state: item["state"] ?? null,
    });
  }
  return hits;
}
