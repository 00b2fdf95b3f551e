/** Definitions as the caller's org resolves them. */

import { KINDS } from "../../schema/definition-base.ts";
import { getDefinition, listDefinitions } from "../../service/releases/studio-queries.ts";
import { pageOf } from "../answer.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { integer, name, oneOf, PAGING, page, ref, SEARCH_TEXT } from "../schemas/vocabulary.ts";

export const RELEASE = integer(1, 2_147_483_647, { description: "A release in place of the active one." });

export function definitionRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/definitions",
      id: "listDefinitions",
      tag: "studio",
      summary: "Definitions of the active release",
      query: { ...PAGING, q: SEARCH_TEXT, kind: oneOf(...KINDS), release: RELEASE },
      answers: { 200: { description: "By kind and key.", schema: page("DefinitionSummary") } },
      async handle({ scope, query }) {
        const { q, limit, cursor, ...which } = query;
        const all = await listDefinitions(engine, scope, which);
        const wanted = String(q ?? "")
          .trim()
          .toLowerCase();
        return pageOf(wanted === "" ? all : all.filter(({ key, title }) => `${key} ${title}`.toLowerCase().includes(wanted)), { limit, cursor });
      },
    },
    {
      method: "GET",
      path: "/api/v1/definitions/:kind/:key",
      id: "getDefinition",
      tag: "studio",
      summary: "One definition",
      query: { release: RELEASE, version: name(64, { description: "Version hash." }) },
      answers: { 200: { description: "The definition.", schema: ref("Definition") } },
      errors: ["definition_not_found"],
      handle: ({ scope, params, query }) => getDefinition(engine, scope, { kind: params["kind"] as string, key: params["key"] as string, ...query }),
    },
  ];
}
