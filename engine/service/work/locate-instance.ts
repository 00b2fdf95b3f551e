/** Finds the instance that a caller names, among the orgs that they chose: by uuid or by `<machine>:<record code>`. */
import { EngineError } from "../../core/errors.ts";
import type { OrgContext } from "../../core/step-types.ts";
import { findInstanceByKey, loadInstance } from "../../store/instances.ts";
import type { Tx } from "../../store/tx.ts";
import type { Engine } from "./engine-context.ts";
import { isUuid } from "./fresh-id.ts";
import type { Scope } from "./scope.ts";

export interface Location {
  readonly org: OrgContext;
  readonly id: string;
}

export function instanceNotFound(name: string): EngineError {
  return new EngineError("instance_not_found", `There is no instance "${name.slice(0, 100)}".`);
}

/**
 * Org and id of the instance. A uuid in a scope of one org is not looked up: opening it will tell.
 *
 * - throws EngineError `instance_not_found` for unknown, foreign and malformed names alike
 */
export async function locateInstance(engine: Engine, scope: Scope, name: string): Promise<Location> {
  const [first] = scope.orgs;
  if (first === undefined) throw instanceNotFound(name);
  if (scope.orgs.length === 1 && isUuid(name)) return { org: first, id: name };
  return await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, (tx) => locateIn(tx, scope, name));
}

/** The same inside a transaction that sees the scope's orgs. */
export async function locateIn(tx: Tx, scope: Scope, name: string): Promise<Location> {
  const row = isUuid(name) ? await loadInstance(tx, name) : name.includes(":") ? await findInstanceByKey(tx, idKey(name)) : null;
  const org = scope.orgs.find((candidate) => candidate.id === row?.orgId);
  if (row === null || org === undefined) throw instanceNotFound(name);
  return { org, id: row.id };
}

/** `<pack>.<machine>:<code>` and `<machine>:<code>` name the same instance. */
function idKey(name: string): string {
  const colon = name.indexOf(":");
  const machine = name.slice(0, colon);
  return `${machine.slice(machine.indexOf(".") + 1)}${name.slice(colon)}`;
}
