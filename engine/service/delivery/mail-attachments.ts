/** Reads what goes with a mail when it is handed over: files and documents up to a limit in all, links for what is larger. */
import type { EffectHandler } from "../../core/ports.ts";
import { escapeHtml } from "../../core/templates/render-template.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { loadFile, loadFileBytes } from "../../store/files.ts";
import { documentForMail } from "../queries/documents.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";

/** Sum of the attached bytes before they are encoded; many servers refuse mails above 20 MB. */
export const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;

interface Part {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
  /** Where a person who may see it finds it. */
  readonly path: string;
}

/** - `origin`: of the product as its people open it */
export function withAttachments(engine: Engine, origin: string, handler: EffectHandler): EffectHandler {
  return {
    ...handler,
    async deliver(item, signal) {
      const listed = item.body["attachments"];
      if (!Array.isArray(listed) || listed.length === 0) return await handler.deliver(item, signal);
      const attached: JsonObject[] = [];
      const linked: Part[] = [];
      let bytes = 0;
      for (const entry of listed as readonly Json[]) {
        const part = await partOf(engine, item.org, entry);
        if (part === null) return { result: "refused", reason: `The attachment ${JSON.stringify(entry).slice(0, 200)} does not exist` };
        if (bytes + part.bytes.length > MAX_ATTACHED_BYTES) linked.push(part);
        else {
          bytes += part.bytes.length;
          attached.push({ name: part.name, mime: part.mime, base64: Buffer.from(part.bytes).toString("base64") });
        }
      }
      return await handler.deliver({ ...item, body: { ...withLinks(item.body, origin, linked), attachments: attached } }, signal);
    },
  };
}

async function partOf(engine: Engine, orgId: string, entry: Json): Promise<Part | null> {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
  const { document, file, name } = entry as JsonObject;
  if (typeof document === "string") {
    const found = await documentForMail(engine, orgId, document);
    return found === null ? null : { ...found, path: `/api/v1/documents/${document}/pdf` };
  }
  if (typeof file !== "string" || !isUuid(file)) return null;
  const found = await engine.store.work({ orgs: [orgId], actorId: "system" }, async (tx) => {
    const row = await loadFile(tx, file);
    const bytes = row === null ? null : await loadFileBytes(tx, row.id);
    return row === null || bytes === null ? null : { row, bytes };
  });
  if (found === null) return null;
  return { name: typeof name === "string" ? name : found.row.name, mime: found.row.mime, bytes: found.bytes, path: `/api/v1/files/${file}` };
}

/** Links ask for a sign-in: what is too large to be sent stays inside. */
function withLinks(body: JsonObject, origin: string, linked: readonly Part[]): JsonObject {
  if (linked.length === 0) return body;
  const entries = linked.map(({ name, path }) => ({ name, url: `${origin}${path}` }));
  const text = `${String(body["text"] ?? "")}\n\nToo large to attach:\n${entries.map(({ name, url }) => `- ${name}: ${url}`).join("\n")}\n`;
  const list = `<p>Too large to attach:</p><ul>${entries.map(({ name, url }) => `<li><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></li>`).join("")}</ul>`;
  const html = String(body["html"] ?? "");
  const end = html.lastIndexOf("</body>");
  return { ...body, text, html: end < 0 ? html + list : html.slice(0, end) + list + html.slice(end) };
}
