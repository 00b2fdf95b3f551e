/** Who the caller is, in which orgs, with which rights. */

import type { Engine } from "../../service/work/engine-context.ts";
import { actorIn, type Principal, rankOf } from "../../service/work/scope.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { page, ref } from "../schemas/vocabulary.ts";

export function meRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/me",
      integration: "self",
      id: "me",
      tag: "access",
      summary: "The caller, its orgs, permissions and security level",
      answers: { 200: { description: "The caller.", schema: ref("Me") } },
      handle: ({ scope }) => describePrincipal(engine, scope.principal),
    },
    {
      method: "GET",
      path: "/api/v1/orgs",
      id: "listOrgs",
      tag: "access",
      summary: "The orgs that the caller holds a grant in",
      answers: { 200: { description: "By code; never any other.", schema: page("Org") } },
      handle: ({ scope }) => ({
        items: scope.principal.grants
          .map(({ org }) => ({ id: org.id, code: org.code, name: org.name, timeZone: org.timeZone }))
          .sort((a, b) => (a.code < b.code ? -1 : 1)),
        next: null,
      }),
    },
  ];
}

/** Permissions by org, as the org's active release defines its roles; none where an org has no release yet. */
export async function describePrincipal(engine: Engine, principal: Principal): Promise<object> {
  const now = engine.clock.now();
  const orgIds = principal.grants.map((grant) => grant.org.id);
  return await engine.store.work({ orgs: orgIds, actorId: principal.id }, async (tx) => {
    const orgs: object[] = [];
    let rank = 0;
    for (const { org, roles } of [...principal.grants].sort((a, b) => (a.org.code < b.org.code ? -1 : 1))) {
      const access = await engine.programs.inForce(tx, org.id, now).then(
        (ruling) => ruling.program.access,
        () => null,
      );
      const actor = actorIn({ principal, orgs: [org], mode: "one", channel: "api" }, org.id, access);
      rank = Math.max(rank, rankOf(access, principal.level));
      orgs.push({ id: org.id, code: org.code, name: org.name, timeZone: org.timeZone, roles: [...roles].sort(), permissions: actor.permissions });
    }
    return {
      id: principal.id,
      kind: principal.kind,
      name: principal.name,
      email: principal.email ?? null,
      level: principal.level,
      rank,
      defaultOrg: principal.grants.find((grant) => grant.org.id === principal.defaultOrgId)?.org.code ?? null,
      orgs,
    };
  });
}
