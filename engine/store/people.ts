/** Orgs, people and their grants. Roles are names of the access definition; what they permit is the caller's knowledge. */
import type { JsonObject } from "../schema/types.ts";
import type { Tx } from "./tx.ts";

export interface OrgRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly branding: JsonObject;
  /** Whether publishing needs a second person. */
  readonly fourEyes: boolean;
  readonly active: boolean;
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
}
export interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly status: "invited" | "active" | "disabled";
  readonly passwordHash: string | null;
  readonly totpSecret: string | null;
  /** Name of a level of the access definition; null: its default. */
  readonly level: string | null;
  readonly defaultOrgId: string | null;
  readonly preferences: JsonObject;
  readonly lastLoginAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface GrantRow {
  readonly orgId: string;
  readonly personId: string;
  readonly role: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}
/** Creates or replaces by id. */
export declare function saveOrg(tx: Tx, org: Omit<OrgRow, "activationEpoch" | "settingsEpoch">): Promise<OrgRow>;
/** Those of the session, by code. */
export declare function listOrgs(tx: Tx): Promise<readonly OrgRow[]>;
export declare function loadOrg(tx: Tx, idOrCode: string): Promise<OrgRow | null>;
/** @throws unique_taken (email) */
export declare function savePerson(tx: Tx, person: Omit<PersonRow, "createdAt" | "updatedAt">, at: string): Promise<PersonRow>;
export declare function loadPerson(tx: Tx, id: string): Promise<PersonRow | null>;
/** Case-insensitive. Sign-in does this under the system session. */
export declare function findPersonByEmail(tx: Tx, email: string): Promise<PersonRow | null>;
/** People with a grant in one of the session's orgs, by name. */
export declare function listPeople(
  tx: Tx,
  filter?: { readonly orgs?: readonly string[]; readonly search?: string; readonly limit?: number },
): Promise<readonly PersonRow[]>;
/** Grants in force at `at` (all, when left out). */
export declare function grantsOf(tx: Tx, personId: string, at?: string): Promise<readonly GrantRow[]>;
export declare function grantsIn(tx: Tx, orgId: string, at?: string): Promise<readonly GrantRow[]>;
export declare function saveGrant(tx: Tx, grant: GrantRow): Promise<void>;
export declare function removeGrant(tx: Tx, grant: Pick<GrantRow, "orgId" | "personId" | "role">): Promise<boolean>;
/** Active people who hold one of these roles in the org at `at`, by name. */
export declare function peopleWithRoles(
  tx: Tx,
  orgId: string,
  roles: readonly string[],
  at: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly email: string }[]>;
