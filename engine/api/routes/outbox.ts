/** Effects on their way out. */
import { discardOutbox, retryOutbox } from "../../service/outbox.ts";
import { listOutbox } from "../../service/queries/list-outbox.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { LIST_QUERY, name, object, page, ref, text } from "../schemas/vocabulary.ts";

export function outboxRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/outbox",
      id: "listOutbox",
      tag: "operations",
      summary: "Every effect with its state, newest first",
      query: { ...LIST_QUERY, state: name(40), kind: name(100) },
      answers: { 200: { description: "A page.", schema: page("OutboxRow") } },
      handle: ({ scope, query }) => listOutbox(engine, scope, listInput(query)),
    },
    {
      method: "POST",
      path: "/api/v1/outbox/:id/retry",
      id: "retryOutbox",
      tag: "operations",
      summary: "Deliver it again",
      body: { anyOf: [object({ note: text(2_000) }), { type: "null" }] },
      answers: { 200: { description: "The row.", schema: ref("OutboxRow") } },
      handle: ({ scope, params, body }) => retryOutbox(engine, scope, { id: params["id"] as string, note: body?.note ?? "" }),
    },
    {
      method: "POST",
      path: "/api/v1/outbox/:id/discard",
      id: "discardOutbox",
      tag: "operations",
      summary: "Give it up, with a reason",
      body: object({ reason: name(2_000) }, ["reason"]),
      answers: { 200: { description: "The row.", schema: ref("OutboxRow") } },
      handle: ({ scope, params, body }) => discardOutbox(engine, scope, { id: params["id"] as string, reason: body.reason }),
    },
  ];
}
