/** Effects on their way out. */
import { discardOutbox, listOutbox, retryOutbox } from "../../service/queries/outbox.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, object, oneOf, PAGING, page, ref } from "../schemas/vocabulary.ts";

export function outboxRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/outbox",
      id: "listOutbox",
      tag: "operations",
      summary: "Every effect with its state, newest first",
      description: "`q` looks through the newest 50,000 that fit `state` and `kind`.",
      query: {
        ...PAGING,
        state: oneOf("pending", "sending", "delivered", "dead", "possibly_sent", "discarded"),
        kind: name(100),
        q: name(200, { description: "Part of a key, code, event or last answer." }),
      },
      answers: { 200: { description: "A page.", schema: page("OutboxRow") } },
      handle: ({ scope, query }) => listOutbox(engine, scope, query),
    },
    {
      method: "POST",
      path: "/api/v1/outbox/:id/retry",
      id: "retryOutbox",
      tag: "operations",
      summary: "Deliver it again",
      answers: { 200: { description: "The row.", schema: ref("OutboxRow") } },
      handle: async (call) => answered(call, await retryOutbox(engine, call.scope, { id: call.params["id"] as string, ...idempotencyOf(call.request) })),
    },
    {
      method: "POST",
      path: "/api/v1/outbox/:id/discard",
      id: "discardOutbox",
      tag: "operations",
      summary: "Give it up, with a reason",
      body: object({ reason: name(2_000) }, ["reason"]),
      answers: { 200: { description: "The row.", schema: ref("OutboxRow") } },
      async handle(call) {
        const { request, scope, params, body } = call;
        return answered(call, await discardOutbox(engine, scope, { id: params["id"] as string, reason: body.reason, ...idempotencyOf(request) }));
      },
    },
  ];
}
