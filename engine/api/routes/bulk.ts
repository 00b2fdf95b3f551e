/** Many events at once, each in its own transaction. */
import type { EngineError } from "../../core/errors.ts";
import { bulkEvents } from "../../service/instances/bulk-events.ts";
import { idempotencyOf } from "../idempotency.ts";
import { toProblem } from "../problem.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, list, name, object, ref } from "../schemas/vocabulary.ts";

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
      async handle({ request, reply, scope, body }) {
        const { results } = await bulkEvents(engine, scope, { ...body, ...idempotencyOf(request) });
        reply.code(207);
        return { results: results.map(({ error, ...result }) => (error === undefined ? result : refusedItem(result, error, request.id))) };
      },
    },
  ];
}

/** What the single call would have been answered. */
function refusedItem(item: { readonly index: number; readonly instance: string }, error: EngineError, requestId: string): object {
  const body = toProblem(error, requestId);
  return { index: item.index, instance: item.instance, status: body.status, body };
}
