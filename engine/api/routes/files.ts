/** Downloads: always as an attachment, never rendered in the product's own origin. */
import { getFile } from "../../service/editing/files.ts";
import { attachment } from "../attachment.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";

export function fileRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/files/:id",
      id: "getFile",
      tag: "files",
      summary: "Download a file",
      answers: { 200: { description: "Its bytes.", contentType: "application/octet-stream" } },
      async handle({ reply, scope, params }) {
        const file = await getFile(engine, scope, { id: params["id"] as string });
        return reply
          .header("content-type", /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/u.test(file.mime) ? file.mime : "application/octet-stream")
          .header("content-disposition", attachment(file.name))
          .header("content-security-policy", "default-src 'none'; sandbox")
          .header("etag", `"${file.sha256}"`)
          .send(Buffer.from(file.bytes));
      },
    },
  ];
}
