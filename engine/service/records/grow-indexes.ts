/**
 * Gives types that have many rows the indexes that they ask for, and types beside them those over fields that both have. A type of a few rows
 * does without: an index costs each write of every type a look, and a page of few rows nothing.
 */
import type { TypeDefinition } from "../../schema/type.ts";
import { typeId } from "../../store/catalogue.ts";
import { listOrgs } from "../../store/people.ts";
import { ensureIndexes, indexesBeside, indexesOf, type RecordIndex } from "../../store/record-indexes.ts";
import type { Engine } from "../work/engine-context.ts";

/** Rows of a type, over all orgs, from which on it has indexes. */
export const MANY_ROWS = 5_000;
/** From which on a type beside one of many has those over fields that both have: going through fewer costs nothing. */
export const SOME_ROWS = 100;

/** Gives the names of the indexes made. Takes seconds to minutes where a type has just become large; writers go on meanwhile. */
export async function growIndexes(engine: Engine, signal?: AbortSignal): Promise<readonly string[]> {
  const indexes = await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const counts = await tx.query<{ type: string; large: boolean }>(
      `select type, count(*) >= ${MANY_ROWS} as large from record group by type having count(*) >= ${SOME_ROWS}`,
    );
    const isLarge = new Map(counts.map(({ type, large }) => [type, large]));
    if (!counts.some(({ large }) => large)) return [];
    const found = new Set<TypeDefinition>();
    for (const org of await listOrgs(tx)) {
      if (!org.active) continue;
      const { program } = await engine.programs.inForce(tx, org.id, engine.clock.now());
      for (const type of program.types()) if (isLarge.has(typeId(type))) found.add(type);
    }
    const large = [...found].filter((type) => isLarge.get(typeId(type)) === true);
    return [...large.flatMap(indexesOf), ...[...found].flatMap((type): readonly RecordIndex[] => (large.includes(type) ? [] : indexesBeside(type, large)))];
  });
  return indexes.length === 0 ? [] : await ensureIndexes(engine.store, indexes, signal);
}
