/** Who may read or write records of a type: the type's own permissions, asked of the access decision. */
import { EngineError } from "../../core/errors.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { dayIn } from "../work/ask-decision.ts";
import { judge, refusalOf } from "../work/authorize.ts";
import type { Work } from "../work/work.ts";
import { nameOfType } from "./record-type.ts";

type Access = "view" | "create" | "edit" | "delete";

const VERBS = { view: "view", create: "edit", edit: "edit", delete: "edit" } as const;

/**
 * Lets the access pass or throws.
 *
 * - throws EngineError `method_not_allowed` where the type is not written by API, `permission_denied`, `record_not_found` for a
 *   reader without the permission to view
 */
export function authorizeRecord(work: Work, type: TypeDefinition, access: Access): void {
  const permission = type.permissions[access];
  const name = nameOfType(type);
  if (work.actor.kind === "system") return;
  requireWritable(work, type, access);
  const permissions = permission === undefined ? [] : [permission];
  const act = { orgId: work.org.id, permissions, verb: VERBS[access] };
  const verdict = judge(work.ruling.program, work.scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) });
  if (!verdict.allow) throw refusalOf(verdict, act, { hidden: "record_not_found", forbidden: "permission_denied", what: `To ${access} ${name}` });
}

/**
 * What nobody may do to a type's records is refused before any record is looked for: the same answer for everybody.
 *
 * - throws EngineError `method_not_allowed`
 */
export function requireWritable(work: Work, type: TypeDefinition, access: Access): void {
  if (work.actor.kind === "system" || access === "view") return;
  if (type.permissions[access] === undefined || (type.insertOnly === true && access !== "create")) {
    throw new EngineError("method_not_allowed", `Records of type "${nameOfType(type)}" are not written here.`);
  }
}

/** Tells whether the actor may view records of the type in this org. */
export function mayView(work: Work, type: TypeDefinition): boolean {
  if (work.actor.kind === "system") return true;
  const permission = type.permissions.view;
  // What is open to every member of an org is open to people: a program reads what it was given a permission for.
  if (permission === undefined && work.actor.kind === "client") return false;
  const act = { orgId: work.org.id, permissions: permission === undefined ? [] : [permission], verb: "view" };
  return judge(work.ruling.program, work.scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) }).allow;
}
