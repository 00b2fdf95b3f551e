/** Every mail, sent or not, and why. */
import { listMails } from "../../service/queries/list-mails.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { LIST_QUERY, name, oneOf, page } from "../schemas/vocabulary.ts";

export function mailRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/mails",
      id: "listMails",
      tag: "operations",
      summary: "Mails created or suppressed, newest first",
      query: {
        ...LIST_QUERY,
        type: name(200),
        record: name(400, { description: "`<type>:<id or code>`, or the id or code alone." }),
        state: oneOf("queued", "sent", "suppressed", "possibly_sent", "failed"),
      },
      answers: { 200: { description: "A page.", schema: page("Mail") } },
      handle: ({ scope, query }) => listMails(engine, scope, listInput(query)),
    },
  ];
}
