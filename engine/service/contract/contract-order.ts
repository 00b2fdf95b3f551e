/** Sequence marks of a contract event: one for the event, or one for each of its items. They only move up. */
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { advanceWatermark, loadWatermark } from "../../store/watermarks.ts";
import type { Work } from "../work/work.ts";
import { fillTemplate, readPath } from "./contract-key.ts";

/** One thing to be ordered. `scope` null: nothing orders it. */
export interface Ordering {
  readonly scope: string | null;
  readonly sequence: number | null;
  /** The mark as it stands; null: none yet. */
  readonly last: number | null;
  readonly item: Json;
}

export interface Sequenced {
  readonly subject: JsonObject;
  readonly data: JsonObject;
  readonly sequence: number | null;
}

/** What the event is to be ordered by, with the marks as they stand. */
export async function readOrdering(work: Work, contract: ContractDefinition, event: ContractEvent, sequenced: Sequenced): Promise<readonly Ordering[]> {
  const values: JsonObject = { org: work.org.code, subject: sequenced.subject["ref"] ?? null, data: sequenced.data, ...scalars(sequenced.data) };
  if (event.items === undefined) return [await ordering(work, contract, event, values, sequenced.sequence, null)];
  const items = readPath(sequenced.data, event.items.path);
  const { sequence: path } = event.items;
  return await Promise.all(
    (Array.isArray(items) ? (items as readonly Json[]) : []).map((item) => {
      const sequence = readPath(item, path);
      return ordering(work, contract, event, { ...values, item }, typeof sequence === "number" ? sequence : sequenced.sequence, item);
    }),
  );
}

async function ordering(
  work: Work,
  contract: ContractDefinition,
  event: ContractEvent,
  values: JsonObject,
  sequence: number | null,
  item: Json,
): Promise<Ordering> {
  const scope = event.sequenceScope === undefined ? null : fillTemplate(event.sequenceScope, values);
  if (scope === null || sequence === null) return { scope, sequence, last: null, item };
  const mark = await loadWatermark(work.tx, work.org.id, contract.key, scope);
  return { scope, sequence, last: mark?.sequence ?? null, item };
}

/** `{po_code}` as well as `{data.po_code}`. */
function scalars(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value === "string" || typeof value === "number"));
}

/** Moves the marks up; gives those that did move, and those that nothing orders. A race that was lost here is an old event. */
export async function advance(work: Work, contract: ContractDefinition, orderings: readonly Ordering[], fingerprint: string): Promise<readonly Ordering[]> {
  const kept: Ordering[] = [];
  for (const each of [...orderings].sort((a, b) => ((a.scope ?? "") < (b.scope ?? "") ? -1 : 1))) {
    if (each.scope === null || each.sequence === null) {
      kept.push(each);
      continue;
    }
    const mark = { source: contract.key, scope: each.scope, sequence: each.sequence, fingerprint };
    if ((await advanceWatermark(work.tx, work.org.id, mark, work.at)) !== "advanced") continue;
    // Of several for one scope in one event the newest alone counts.
    if (kept.at(-1)?.scope === each.scope && kept.at(-1)?.sequence !== null) kept.pop();
    kept.push(each);
  }
  return kept;
}
