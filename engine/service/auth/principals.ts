/**
 * Turns a person or an API client into the Principal that every use case judges. Read anew for each request, under the
 * system's grant: who somebody is does not depend on the orgs that they chose.
 */
import type { Instant, OrgContext } from "../../core/step-types.ts";
import type { ApiClientRow } from "../../store/api-keys.ts";
import { type GrantRow, grantsOf, listOrgs, loadPerson, type OrgRow, type PersonRow } from "../../store/people.ts";
import type { Session, Tx } from "../../store/tx.ts";
import type { Grant, Principal } from "../work/scope.ts";

/** Sign-in looks across all orgs. */
export const SIGN_IN_SESSION: Session = { orgs: "system", actorId: "system" };

/** The permission of a person's own key that narrows nothing. */
export const ALL_PERMISSIONS = "*";

/** An active person with the grants in force at `now`; null where there is none. */
export async function loadPersonPrincipal(tx: Tx, personId: string, now: Instant, known?: readonly OrgRow[]): Promise<Principal | null> {
  const [person, grants, orgs] = await Promise.all([loadPerson(tx, personId), grantsOf(tx, personId, now), known ?? listOrgs(tx)]);
  return person === null ? null : toPrincipal(person, grants, orgs);
}

export async function principalOfPerson(tx: Tx, person: PersonRow, now: Instant): Promise<Principal | null> {
  const [grants, orgs] = await Promise.all([grantsOf(tx, person.id, now), listOrgs(tx)]);
  return toPrincipal(person, grants, orgs);
}

function toPrincipal(person: PersonRow, grants: readonly GrantRow[], orgs: readonly OrgRow[]): Principal | null {
  if (person.status !== "active") return null;
  return {
    id: person.id,
    kind: "person",
    name: person.name,
    email: person.email,
    level: person.level,
    grants: toGrants(grants, orgs),
    defaultOrgId: person.defaultOrgId,
    narrowedTo: null,
    direct: [],
  };
}

/**
 * A client acts for itself with the permissions that it was given, or for a person with that person's rights cut down to
 * the client's orgs and permissions (`*`: all that the person has). An inactive client or person is nobody.
 */
export async function principalOfClient(
  tx: Tx,
  client: ApiClientRow,
  now: Instant,
  /** All orgs, where the caller has read them in the same flight as the client. */
  known?: readonly OrgRow[],
): Promise<Principal | null> {
  if (!client.active) return null;
  if (client.personId !== null) {
    const person = await loadPersonPrincipal(tx, client.personId, now, known);
    if (person === null) return null;
    return {
      ...person,
      grants: client.orgIds.length === 0 ? person.grants : person.grants.filter((grant) => client.orgIds.includes(grant.org.id)),
      narrowedTo: client.permissions.includes(ALL_PERMISSIONS) ? null : client.permissions,
    };
  }
  const orgs = (known ?? (await listOrgs(tx))).filter((org) => org.active && client.orgIds.includes(org.id));
  return {
    id: client.id,
    kind: "client",
    name: client.name,
    level: null,
    grants: orgs.map((org) => ({ org: toOrgContext(org), roles: [] })),
    defaultOrgId: orgs[0]?.id ?? null,
    narrowedTo: null,
    direct: client.permissions,
  };
}

function toGrants(grants: readonly GrantRow[], orgs: readonly OrgRow[]): Grant[] {
  return orgs
    .filter((org) => org.active)
    .map((org) => ({ org: toOrgContext(org), roles: grants.filter((grant) => grant.orgId === org.id).map((grant) => grant.role) }))
    .filter((grant) => grant.roles.length > 0);
}

export function toOrgContext(org: OrgRow): OrgContext {
  return { id: org.id, code: org.code, name: org.name, timeZone: org.timeZone, branding: org.branding };
}
