/** One reading transaction over all chosen orgs: each org with its own release and the reader's rights there. */
import { EngineError } from "../../core/errors.ts";
import type { Tx } from "../../store/tx.ts";
import type { Engine } from "./engine-context.ts";
import { actorIn, type Scope } from "./scope.ts";
import { forReading } from "./shared-reads.ts";
import { blankWork, type Work } from "./work.ts";

export interface Reading {
  readonly engine: Engine;
  readonly tx: Tx;
  readonly scope: Scope;
  /** By code of the org; never empty. */
  readonly works: readonly [Work, ...Work[]];
  /** Work of an org among the chosen; of the first for global rows. */
  workOf(orgId: string | null): Work;
}

/**
 * Reads under the scope's orgs.
 *
 * - throws EngineError `not_found` for a principal without any org: to them there is nothing
 */
export async function inReading<T>(engine: Engine, scope: Scope, fn: (reading: Reading) => Promise<T>): Promise<T> {
  return await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => {
    const at = engine.clock.now();
    const works: Work[] = [];
    for (const org of scope.orgs) {
      const ruling = await engine.programs.inForce(tx, org.id, at);
      const actor = actorIn(scope, org.id, ruling.program.access);
      works.push(forReading(blankWork({ engine, tx, scope, org, ruling, actor, at })));
    }
    const [first, ...others] = works;
    if (first === undefined) throw new EngineError("not_found", "There is nothing here.");
    const workOf = (orgId: string | null): Work => works.find((work) => work.org.id === orgId) ?? first;
    return await fn({ engine, tx, scope, works: [first, ...others], workOf });
  });
}

/** The chosen orgs in which the reader holds a permission (all, where none is needed). */
export function worksPermitted(reading: Reading, permission: string | undefined): readonly Work[] {
  if (permission === undefined) return reading.works;
  return reading.works.filter((work) => work.actor.kind === "system" || work.actor.permissions.includes(permission));
}

/** `?limit=` as it is used: 1 to 200, 50 when missing. */
export function pageOf(page: { readonly limit?: number | undefined; readonly cursor?: string | null | undefined }): {
  readonly limit: number;
  readonly cursor: string | null;
} {
  const limit = page.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new EngineError("query_invalid", `limit is ${String(limit)}, expected 1 to 200.`, { errors: [{ path: "/limit", message: "must be 1 to 200" }] });
  }
  return { limit, cursor: page.cursor ?? null };
}
