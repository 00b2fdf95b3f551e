/** Papers about records: what there is, and handing one out. */
import { getDocument, type HandOut, handOut, listDocuments } from "../../service/queries/documents.ts";
import { attachment } from "../attachment.ts";
import type { Call, RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { object, ref } from "../schemas/vocabulary.ts";

export function documentRoutes({ engine }: RouteContext): RouteSpec[] {
  const idOf = (params: Readonly<Record<string, string>>): string => params["id"] as string;
  return [
    {
      method: "GET",
      path: "/api/v1/records/:type/:id/documents",
      id: "listDocuments",
      tag: "files",
      summary: "Documents about a record, newest first",
      answers: { 200: { description: "At most 200.", schema: object({ items: { type: "array", items: ref("Document") } }, ["items"]) } },
      errors: ["record_not_found"],
      handle: ({ scope, params }) => listDocuments(engine, scope, { type: params["type"] as string, id: idOf(params) }),
    },
    {
      method: "GET",
      path: "/api/v1/documents/:id",
      id: "getDocument",
      tag: "files",
      summary: "One document: its number, its hashes, and whether it may be handed out",
      answers: { 200: { description: "The document.", schema: ref("Document") } },
      handle: ({ scope, params }) => getDocument(engine, scope, { id: idOf(params) }),
    },
    {
      method: "GET",
      path: "/api/v1/documents/:id/pdf",
      id: "getDocumentPdf",
      tag: "files",
      summary: "Its PDF; noted in the audit log",
      answers: { 200: { description: "The same bytes every time.", contentType: "application/pdf" } },
      errors: ["gate_blocked"],
      handle: async ({ reply, scope, params }) => send(reply, await handOut(engine, scope, { id: idOf(params), as: "pdf" })),
    },
    {
      method: "GET",
      path: "/api/v1/documents/:id/html",
      id: "getDocumentHtml",
      tag: "files",
      summary: "Its HTML as it was rendered; noted in the audit log",
      answers: { 200: { description: "The bytes that its hash is of.", contentType: "text/html" } },
      errors: ["gate_blocked"],
      handle: async ({ reply, scope, params }) => send(reply, await handOut(engine, scope, { id: idOf(params), as: "html" })),
    },
  ];
}

/** Nothing in it runs and nothing is fetched, also where a browser shows it. */
function send(reply: Call["reply"], file: HandOut) {
  return reply
    .header("content-type", file.mime)
    .header("content-disposition", attachment(file.name))
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
    .header("etag", `"${file.sha256}"`)
    .send(Buffer.from(file.bytes));
}
