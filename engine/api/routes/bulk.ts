/** Many events at once, each in its own transaction. */
import { bulkEvents } from "../../service/bulk-events.ts";
import type { RouteSpec } from "../route.ts";
import { freeObject, list, name, object, ref } from "../schemas/vocabulary.ts";
import type { RouteContext } from "../server.ts";

export function bulkRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "POST",
      path: "/api/v1/bulk/events",
      id: "bulkEvents",
      tag: "instances",
      summary: "Send up to 500 events, one result each",
      body: object({ items: list(object({ instance: name(400), type: name(200), payload: freeObject }, ["instance", "type"]), 500, 1) }, ["items"]),
      answers: {
        207: {
          description: "What each single call would have answered, in order.",
          schema: { type: "object", required: ["results"], properties: { results: { type: "array", items: ref("ItemResult") } } },
        },
      },
      errors: ["override_single_only"],
      async handle({ reply, scope, body }) {
        const answer = await bulkEvents(engine, scope, body);
        reply.code(207);
        return answer;
      },
    },
  ];
}
