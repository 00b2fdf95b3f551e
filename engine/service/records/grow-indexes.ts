/**
 * Gives types that have many rows the indexes that they ask for. A type of a few rows does without: an index costs each write of every type a
 * look, and a page of few rows nothing.
 */
import type { TypeDefinition } from "../../schema/type.ts";
import { typeId } from "../../store/catalogue.ts";
import { listOrgs } from "../../store/people.ts";
import { ensureIndexes } from "../../store/record-indexes.ts";
import type { Engine } from "../work/engine-context.ts";

/** Rows of a type, over all orgs, from which on it has indexes. */
export const MANY_ROWS = 5_000;

/** Gives the names of the indexes made. Takes seconds to minutes where a type has just become large; writers go on meanwhile. */
export async function growIndexes(engine: Engine, signal?: AbortSignal): Promise<readonly string[]> {
  const types = await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const counts = await tx.query<{ type: string }>(`select type from record group by type having count(*) >= ${MANY_ROWS}`);
    const large = new Set(counts.map(({ type }) => type));
    const found = new Set<TypeDefinition>();
    if (large.size === 0) return found;
    for (const org of await listOrgs(tx)) {
      if (!org.active) continue;
      const { program } = await engine.programs.inForce(tx, org.id, engine.clock.now());
      for (const type of program.types()) if (large.has(typeId(type))) found.add(type);
    }
    return found;
  });
  return types.size === 0 ? [] : await ensureIndexes(engine.store, [...types], signal);
}
