/** Drafts: working sets of changed definitions on top of a release. */
import { checkDraft } from "../../service/releases/check-draft.ts";
import {
  createDraft,
  deleteDraft,
  deleteDraftDefinition,
  getDraft,
  getDraftDefinition,
  listDrafts,
  putDraftDefinition,
} from "../../service/releases/drafts.ts";
import { answered, pageOf } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, integer, name, object, oneOf, PAGING, page, ref } from "../schemas/vocabulary.ts";
import { RELEASE } from "./definitions.ts";

const DEFINITION_PATH = "/api/v1/drafts/:id/definitions/:kind/:key";
const DEFINITION_LIMIT = 512 * 1024;

export function draftRoutes({ engine }: RouteContext): RouteSpec[] {
  const definitionOf = (params: Readonly<Record<string, string>>) => ({
    id: params["id"] as string,
    kind: params["kind"] as string,
    key: params["key"] as string,
  });
  return [
    {
      method: "POST",
      path: "/api/v1/drafts",
      id: "createDraft",
      tag: "studio",
      summary: "Open a draft",
      body: object({ name: name(200), base: RELEASE }, ["name"]),
      answers: { 201: { description: "The draft.", schema: ref("Draft") } },
      handle: async (call) => answered(call, await createDraft(engine, call.scope, { ...call.body, ...idempotencyOf(call.request) })),
    },
    {
      method: "GET",
      path: "/api/v1/drafts",
      id: "listDrafts",
      tag: "studio",
      summary: "Open drafts",
      query: { ...PAGING, status: oneOf("open", "published", "discarded") },
      answers: { 200: { description: "A page.", schema: page("Draft") } },
      async handle({ scope, query }) {
        const { limit, cursor, ...which } = query;
        return pageOf(await listDrafts(engine, scope, which), { limit, cursor });
      },
    },
    {
      method: "GET",
      path: "/api/v1/drafts/:id",
      id: "getDraft",
      tag: "studio",
      summary: "One draft with what it changes",
      answers: { 200: { description: "The draft.", schema: ref("Draft") } },
      handle: ({ scope, params }) => getDraft(engine, scope, { id: params["id"] as string }),
    },
    {
      method: "DELETE",
      path: "/api/v1/drafts/:id",
      id: "deleteDraft",
      tag: "studio",
      summary: "Throw a draft away",
      answers: { 204: { description: "Gone." } },
      async handle({ reply, scope, params }) {
        await deleteDraft(engine, scope, { id: params["id"] as string });
        return reply.code(204).send();
      },
    },
    {
      method: "GET",
      path: DEFINITION_PATH,
      id: "getDraftDefinition",
      tag: "studio",
      summary: "A definition as the draft has it",
      answers: { 200: { description: "The draft's version, or that of its base.", schema: ref("Definition") } },
      errors: ["definition_not_found"],
      handle: ({ scope, params }) => getDraftDefinition(engine, scope, definitionOf(params)),
    },
    {
      method: "PUT",
      path: DEFINITION_PATH,
      id: "putDraftDefinition",
      tag: "studio",
      summary: "Put a definition into the draft",
      description: "The body is the bare content. Refused where the kind's schema does not hold; lints are answered, not refused.",
      query: { revision: integer(0, 2_147_483_647, { description: "The revision that was read: `draft_conflict` where somebody was faster." }) },
      body: freeObject,
      bodyLimit: DEFINITION_LIMIT,
      answers: { 200: { description: "Stored, with its lints.", schema: ref("DraftChange") } },
      errors: ["definition_invalid", "draft_conflict"],
      async handle({ scope, params, query, body }) {
        const { definition, problems } = await putDraftDefinition(engine, scope, { ...definitionOf(params), content: body, ...query });
        return { ...definition, lints: problems };
      },
    },
    {
      method: "DELETE",
      path: DEFINITION_PATH,
      id: "deleteDraftDefinition",
      tag: "studio",
      summary: "Take a definition out of the draft",
      description: "Undoes the draft's change; a definition that the draft has not changed is taken out of what it will publish.",
      answers: { 200: { description: "The draft.", schema: ref("Draft") } },
      errors: ["definition_not_found"],
      handle: ({ scope, params }) => deleteDraftDefinition(engine, scope, definitionOf(params)),
    },
    {
      method: "POST",
      path: "/api/v1/drafts/:id/check",
      id: "checkDraft",
      tag: "studio",
      summary: "Every publish check, without publishing",
      unkeyed: true,
      answers: { 200: { description: "The report.", schema: ref("Checks") } },
      handle: ({ scope, params }) => checkDraft(engine, scope, { id: params["id"] as string }),
    },
  ];
}
