/** Which release an org works with, and from when. */
import { activateRelease, cancelActivation, listActivations } from "../../service/releases/activate-release.ts";
import { answered, pageOf } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { instant, integer, object, PAGING, page, ref, text } from "../schemas/vocabulary.ts";

export function activationRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "POST",
      path: "/api/v1/activations",
      id: "activateRelease",
      tag: "studio",
      summary: "Point the org at a release",
      description: "An older release is a rollback. With `percent` a share of the instances, chosen by id.",
      body: object({ release: integer(1, 2_147_483_647), at: instant, percent: integer(1, 100), note: text(4_000) }, ["release"]),
      answers: { 201: { description: "The activation.", schema: ref("Activation") } },
      errors: ["release_not_approved", "own_release"],
      handle: async (call) => answered(call, await activateRelease(engine, call.scope, { ...call.body, ...idempotencyOf(call.request) })),
    },
    {
      method: "DELETE",
      path: "/api/v1/activations/:id",
      id: "cancelActivation",
      tag: "studio",
      summary: "Take back an activation that has not begun",
      answers: { 204: { description: "Gone." } },
      errors: ["activation_started"],
      async handle({ reply, scope, params }) {
        await cancelActivation(engine, scope, { id: params["id"] as string });
        return reply.code(204).send();
      },
    },
    {
      method: "GET",
      path: "/api/v1/activations",
      id: "listActivations",
      tag: "studio",
      summary: "Activations of the org, newest first",
      query: { ...PAGING },
      answers: { 200: { description: "A page.", schema: page("Activation") } },
      handle: async ({ scope, query }) => pageOf(await listActivations(engine, scope), query),
    },
  ];
}
