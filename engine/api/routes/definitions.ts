/** Definitions as the caller's org resolves them. */

import { KINDS } from "../../schema/types.ts";
import { getDefinition } from "../../service/queries/get-definition.ts";
import { listDefinitions } from "../../service/queries/list-definitions.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import { integer, name, oneOf, PAGING, page, ref, SEARCH_TEXT } from "../schemas/vocabulary.ts";
import type { RouteContext } from "../server.ts";

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
      handle: ({ scope, query }) => listDefinitions(engine, scope, listInput(query)),
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
      handle: ({ scope, params, query }) => getDefinition(engine, scope, { kind: params["kind"] as never, key: params["key"] as string, ...query }),
    },
  ];
}
