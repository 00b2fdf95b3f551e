/**
 * Row-level security, the second wall: every query of the app names its orgs too (reliability, "RLS use").
 *
 * `app.orgs`, an array of ids as PostgreSQL writes it, is set for one transaction by Store.work; unset or empty means no rows.
 */
export const APP_ROLE = "gatehouse_app";
export const RELAY_ROLE = "gatehouse_relay";
export const OWNER_ROLE = "gatehouse_owner";

export const SESSION_ORGS = "(nullif(current_setting('app.orgs'::text, true), ''::text))::uuid[]";
export const inOrgs = (column = "org_id"): string => `${column} = any (${SESSION_ORGS})`;
const GLOBAL = "'00000000-0000-0000-0000-000000000000'::uuid";
/** Global rows are open to every org. */
export const inOrgsOrGlobal = `${inOrgs()} or org_id = ${GLOBAL}`;
/** Of a condition that no index answers, because it is one of two: the session's orgs are read once a statement, not once a row (3 µs each). Named as PostgreSQL tells it back. */
const ONCE = `(select ${SESSION_ORGS} as "nullif")::uuid[]`;
/** Global rows that a type restricts are seen only by orgs with a grant; `id` is the record's. */
export const visibleRecord = (id: string): string =>
  `org_id = any (${ONCE}) or (org_id = ${GLOBAL} and (not restricted or exists (select 1 from record_grant g where g.record_id = ${id} and g.${inOrgs()})))`;

/** Policies of one table: the app sees and writes what `using` and `check` say, the relay (the system's own session) everything. */
export function orgPolicies(table: string, using: string = inOrgs(), check: string = using) {
  return {
    rowLevelSecurity: "force" as const,
    policies: [
      { name: `${table}_app`, command: "all" as const, roles: [APP_ROLE], using, check },
      { name: `${table}_relay`, command: "all" as const, roles: [RELAY_ROLE], using: "true", check: "true" },
    ],
  };
}
