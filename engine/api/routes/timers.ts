/** Timers over all instances. */
import { listTimers } from "../../service/queries/timers.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, oneOf, PAGING, page, SEARCH_TEXT, when } from "../schemas/vocabulary.ts";

export function timerRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/timers",
      id: "listTimers",
      tag: "operations",
      summary: "Every timer that runs, next due first",
      query: { ...PAGING, q: SEARCH_TEXT, state: oneOf("waiting", "overdue"), machine: name(200), before: when },
      answers: { 200: { description: "A page.", schema: page("TimerRow") } },
      handle: ({ scope, query }) => listTimers(engine, scope, query),
    },
  ];
}
