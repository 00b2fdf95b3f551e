/** Orgs, people and their grants. Roles are names of the access definition; what they permit is the caller's knowledge. */
import type { JsonObject } from "../schema/json.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

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
  /** Inclusive; null: since ever. */
  readonly validFrom: string | null;
  /** Exclusive; null: for ever. */
  readonly validTo: string | null;
}

const ORG = `o.id, o.code, o.name, o.time_zone as "timeZone", o.branding, o.four_eyes as "fourEyes", o.active, o.activation_epoch as "activationEpoch", o.settings_epoch as "settingsEpoch"`;
const SAVE_ORG = statement(
  "org_save",
  `insert into org as o (id, code, name, time_zone, branding, four_eyes, active) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (id) do update set code = excluded.code, name = excluded.name, time_zone = excluded.time_zone, branding = excluded.branding, four_eyes = excluded.four_eyes,
     active = excluded.active, settings_epoch = o.settings_epoch + 1 returning ${ORG}`,
);
const LIST_ORGS = statement("org_list", `select ${ORG} from org o where $1::uuid[] is null or o.id = any ($1) order by o.code`);
const LOAD_ORG = statement("org_load", `select ${ORG} from org o where (o.id::text = $1 or o.code = $1) and ($2::uuid[] is null or o.id = any ($2))`);

const PERSON = `p.id, p.email, p.name, p.status, p.password_hash as "passwordHash", p.totp_secret as "totpSecret", p.level, p.default_org_id as "defaultOrgId", p.preferences,
  p.last_login_at as "lastLoginAt", p.created_at as "createdAt", p.updated_at as "updatedAt"`;
const SAVE_PERSON = statement(
  "person_save",
  `insert into person as p (id, email, name, status, password_hash, totp_secret, level, default_org_id, preferences, last_login_at, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
   on conflict (id) do update set email = excluded.email, name = excluded.name, status = excluded.status, password_hash = excluded.password_hash, totp_secret = excluded.totp_secret,
     level = excluded.level, default_org_id = excluded.default_org_id, preferences = excluded.preferences, last_login_at = excluded.last_login_at, updated_at = excluded.updated_at
   returning ${PERSON}`,
);
const LOAD_PERSON = statement("person_load", `select ${PERSON} from person p where p.id = $1`);
const LOAD_PEOPLE = statement("people_load", `select ${PERSON} from person p where p.id = any ($1::uuid[])`);
const PERSON_BY_EMAIL = statement("person_by_email", `select ${PERSON} from person p where lower(p.email) = lower($1)`);
const LIST_PEOPLE = statement(
  "person_list",
  `select ${PERSON} from person p where ($1::uuid[] is null or exists (select from org_grant g where g.person_id = p.id and g.org_id = any ($1)))
     and ($2::text is null or strpos(lower(p.name || ' ' || p.email), lower($2)) > 0) order by lower(p.name), p.id limit $3`,
);

const GRANT = `g.org_id as "orgId", g.person_id as "personId", g.role, g.valid_from as "validFrom", g.valid_to as "validTo"`;
const IN_FORCE = "($2::timestamptz is null or (coalesce(g.valid_from, '-infinity') <= $2 and coalesce(g.valid_to, 'infinity') > $2))";
const GRANTS_OF = statement("grants_of", `select ${GRANT} from org_grant g where g.person_id = $1 and ${IN_FORCE} order by g.org_id, g.role`);
const GRANTS_IN = statement("grants_in", `select ${GRANT} from org_grant g where g.org_id = $1 and ${IN_FORCE} order by g.person_id, g.role`);
const SAVE_GRANT = statement(
  "grant_save",
  `insert into org_grant (org_id, person_id, role, valid_from, valid_to) values ($1, $2, $3, $4, $5)
   on conflict (org_id, person_id, role) do update set valid_from = excluded.valid_from, valid_to = excluded.valid_to`,
);
const REMOVE_GRANT = statement("grant_remove", "delete from org_grant where org_id = $1 and person_id = $2 and role = $3 returning 1");
const WITH_ROLES = statement(
  "people_with_roles",
  `select p.id, p.name, p.email from person p where p.status = 'active' and exists (select from org_grant g where g.person_id = p.id and g.org_id = $1 and ${IN_FORCE} and g.role = any ($3::text[]))
   order by p.name, p.id`,
);

/** Creates or replaces by id. System session. */
export async function saveOrg(tx: Tx, org: Omit<OrgRow, "activationEpoch" | "settingsEpoch">): Promise<OrgRow> {
  const [row] = await tx.query<OrgRow>(SAVE_ORG, [org.id, org.code, org.name, org.timeZone, JSON.stringify(org.branding), org.fourEyes, org.active]);
  return row!;
}

/** Those of the session, by code. */
export async function listOrgs(tx: Tx): Promise<readonly OrgRow[]> {
  return tx.query<OrgRow>(LIST_ORGS, [orgsOf(tx)]);
}

export async function loadOrg(tx: Tx, idOrCode: string): Promise<OrgRow | null> {
  return (await tx.query<OrgRow>(LOAD_ORG, [idOrCode, orgsOf(tx)]))[0] ?? null;
}

/** Creates or replaces by id. System session: people belong to no org. @throws unique_taken (email) */
export async function savePerson(tx: Tx, person: Omit<PersonRow, "createdAt" | "updatedAt">, at: string): Promise<PersonRow> {
  const [row] = await tx.query<PersonRow>(SAVE_PERSON, [
    person.id,
    person.email,
    person.name,
    person.status,
    person.passwordHash,
    person.totpSecret,
    person.level,
    person.defaultOrgId,
    JSON.stringify(person.preferences),
    person.lastLoginAt,
    at,
  ]);
  return row!;
}

/** Under an org session: only people who share one of its orgs. */
export async function loadPerson(tx: Tx, id: string): Promise<PersonRow | null> {
  return (await tx.query<PersonRow>(LOAD_PERSON, [id]))[0] ?? null;
}

/** The same for several at once, in no order. */
export async function loadPeople(tx: Tx, ids: readonly string[]): Promise<readonly PersonRow[]> {
  return await tx.query<PersonRow>(LOAD_PEOPLE, [ids]);
}

/** Case-insensitive. Sign-in does this under the system session. */
export async function findPersonByEmail(tx: Tx, email: string): Promise<PersonRow | null> {
  return (await tx.query<PersonRow>(PERSON_BY_EMAIL, [email]))[0] ?? null;
}

/** People with a grant in one of the session's orgs, by name. `search` looks into name and address. */
export async function listPeople(
  tx: Tx,
  filter: { readonly orgs?: readonly string[]; readonly search?: string; readonly limit?: number } = {},
): Promise<readonly PersonRow[]> {
  return tx.query<PersonRow>(LIST_PEOPLE, [filter.orgs ?? orgsOf(tx), filter.search ?? null, filter.limit ?? 200]);
}

/** Grants in force at `at` (all, when left out). Under an org session: those in its orgs. */
export async function grantsOf(tx: Tx, personId: string, at?: string): Promise<readonly GrantRow[]> {
  return tx.query<GrantRow>(GRANTS_OF, [personId, at ?? null]);
}

export async function grantsIn(tx: Tx, orgId: string, at?: string): Promise<readonly GrantRow[]> {
  return tx.query<GrantRow>(GRANTS_IN, [orgId, at ?? null]);
}

export async function saveGrant(tx: Tx, grant: GrantRow): Promise<void> {
  await tx.query(SAVE_GRANT, [grant.orgId, grant.personId, grant.role, grant.validFrom, grant.validTo]);
}

export async function removeGrant(tx: Tx, grant: Pick<GrantRow, "orgId" | "personId" | "role">): Promise<boolean> {
  return (await tx.query(REMOVE_GRANT, [grant.orgId, grant.personId, grant.role])).length > 0;
}

/** Active people who hold one of these roles in the org at `at`, by name. */
export async function peopleWithRoles(
  tx: Tx,
  orgId: string,
  roles: readonly string[],
  at: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly email: string }[]> {
  return tx.query(WITH_ROLES, [orgId, at, roles]);
}
