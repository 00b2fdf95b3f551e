/** Every mail, sent or not, and why. */
import { listMails } from "../../service/queries/mails.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, PAGING, page, SEARCH_TEXT } from "../schemas/vocabulary.ts";

export function mailRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/mails",
      id: "listMails",
      tag: "operations",
      summary: "Mails created or suppressed, newest first",
      query: {
        ...PAGING,
        q: SEARCH_TEXT,
        type: name(200),
        record: name(400, { description: "`<type>:<id or code>` of the record that it is about, or the id or code alone." }),
        state: name(60),
      },
      answers: { 200: { description: "A page.", schema: page("Mail") } },
      handle: ({ scope, query }) => listMails(engine, scope, query.record === undefined ? query : { ...query, record: withoutType(query.record) }),
    },
  ];
}

/** Codes and ids are unique by themselves. */
function withoutType(record: string): string {
  return record.slice(record.indexOf(":") + 1);
}
