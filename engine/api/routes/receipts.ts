/** What was received under a contract, and what became of it. */
import { listReceipts } from "../../service/queries/receipts.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, PAGING, page } from "../schemas/vocabulary.ts";

export function receiptRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/contracts/:contract/receipts",
      id: "listReceipts",
      tag: "contracts",
      summary: "Every event received: result, cause, key, sequence, decision, instance",
      query: { ...PAGING, key: name(400), result: name(40) },
      answers: { 200: { description: "A page, newest first.", schema: page("Receipt") } },
      errors: ["definition_not_found"],
      handle: ({ scope, params, query }) => listReceipts(engine, scope, { contract: params["contract"] as string, ...query }),
    },
  ];
}
