/** Rule sets and tables as a stateless service. */
import { decide } from "../../service/queries/decide.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, name, object, ref } from "../schemas/vocabulary.ts";
import { RELEASE } from "./definitions.ts";

export const DECISION_QUERY = { release: RELEASE, draft: name(100) };

export function decisionRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "POST",
      path: "/api/v1/decisions/:key",
      id: "decide",
      tag: "decisions",
      summary: "Ask a rule set or table",
      description: "`facts` are the inputs by name, params may be given too; or `record`, from which the inputs are read.",
      unkeyed: true,
      integration: "decisions.read",
      query: DECISION_QUERY,
      body: object({ facts: freeObject, params: freeObject, record: object({ type: name(200), id: name(300) }, ["type", "id"]) }),
      answers: { 200: { description: "The decision.", schema: ref("Decision") } },
      errors: ["definition_not_found", "record_not_found", "facts_invalid", "limit_exceeded"],
      handle: ({ scope, params, query, body }) => decide(engine, scope, { key: params["key"] as string, ...query, ...body }),
    },
  ];
}
