/** Search over everything that the caller may see. */
import { search } from "../../service/queries/search.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { integer, page, text } from "../schemas/vocabulary.ts";

export function searchRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/search",
      id: "search",
      tag: "platform",
      summary: "Records and instances by text",
      query: { q: text(200), limit: integer(1, 50) },
      answers: { 200: { description: "Best first.", schema: page("SearchHit") } },
      handle: async ({ scope, query }) => ({ items: (await search(engine, scope, { q: query.q ?? "" })).items.slice(0, query.limit ?? 20), next: null }),
    },
  ];
}
