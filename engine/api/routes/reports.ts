/** The views of the packs as data: what a page shows, for programs. */
import { exportView } from "../../service/queries/export-view.ts";
import { getView, listViews } from "../../service/queries/view.ts";
import { getViewDetail } from "../../service/queries/view-detail.ts";
import { sendCsv } from "../csv-answer.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { FILTER, LIST_QUERY, name, page, ref, SEARCH_TEXT, SORT } from "../schemas/vocabulary.ts";

export function reportRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/reports",
      id: "listReports",
      tag: "platform",
      summary: "Views that the caller may open",
      answers: { 200: { description: "By their order.", schema: page("ReportLink") } },
      handle: async ({ scope }) => ({ items: await listViews(engine, scope), next: null }),
    },
    {
      method: "GET",
      path: "/api/v1/reports/:name",
      id: "report",
      tag: "platform",
      summary: "A view: its tabs with counts, the facts above them, the rows of one tab",
      query: { tab: name(100, { description: "Default: the first." }), ...LIST_QUERY },
      answers: { 200: { description: "One page of the tab.", schema: ref("Report") } },
      errors: ["not_found", "query_invalid", "limit_exceeded"],
      handle: ({ scope, params, query }) => getView(engine, scope, { ...listInput(query), view: params["name"] as string }),
    },
    {
      method: "GET",
      path: "/api/v1/reports/:name/export",
      id: "exportReport",
      tag: "platform",
      summary: "All rows of a view's tab as CSV, as its page shows them",
      takesOrgQuery: true,
      query: {
        org: name(40, { description: "As X-Org, for links." }),
        ...{ tab: name(100, { description: "Default: the first." }), q: SEARCH_TEXT, sort: SORT, filter: FILTER },
      },
      answers: { 200: { description: "RFC 4180, UTF-8, header row.", contentType: "text/csv" } },
      errors: ["not_found", "permission_denied", "query_invalid"],
      async handle({ reply, scope, params, query }) {
        const lines = await exportView(engine, scope, { ...listInput(query), view: params["name"] as string });
        return sendCsv(reply, `${params["name"]}.csv`, lines);
      },
    },
    {
      method: "GET",
      path: "/api/v1/reports/:name/:code",
      id: "reportDetail",
      tag: "platform",
      summary: "The second page of a view: one record with its panels, the suggested act and the events offered first",
      answers: { 200: { description: "By the record's code or the instance's id.", schema: ref("ReportDetail") } },
      errors: ["not_found", "limit_exceeded"],
      handle: ({ scope, params }) => getViewDetail(engine, scope, { view: params["name"] as string, code: params["code"] as string }),
    },
  ];
}
