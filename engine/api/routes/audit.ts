/** The audit log and the proof that nobody changed it. */
import { listAudit, verifyAudit } from "../../service/queries/audit.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, PAGING, page, ref, SEARCH_TEXT, when } from "../schemas/vocabulary.ts";

export function auditRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/audit",
      id: "listAudit",
      tag: "operations",
      summary: "Search the audit log, newest first",
      query: {
        ...PAGING,
        q: SEARCH_TEXT,
        action: name(100),
        actor: name(100),
        subjectType: name(100),
        subject: name(300),
        from: when,
        to: when,
      },
      answers: { 200: { description: "A page.", schema: page("AuditRow") } },
      handle: ({ scope, query }) => listAudit(engine, scope, query),
    },
    {
      method: "POST",
      path: "/api/v1/audit/verify",
      id: "verifyAudit",
      tag: "operations",
      summary: "Verify the hash chains of the orgs in scope, and their signed checkpoints",
      unkeyed: true,
      answers: { 200: { description: "Whether every row is as it was written.", schema: ref("Verification") } },
      handle: ({ scope }) => verifyAudit(engine, scope),
    },
  ];
}
