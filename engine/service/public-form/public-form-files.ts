/**
 * Files that come with a public form: kept under the form that they were uploaded through, so that a submission can name only
 * its own. What a submission tells about a kept file is replaced by what was kept.
 */
import { EngineError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { MachineDefinition } from "../../schema/machine.ts";
import { type FileRow, loadFile, sizeOfFiles } from "../../store/files.ts";
import type { Standing } from "../instances/transition.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";

/** Who a file of this form is said to come from. */
export const uploaderOf = (instanceId: string): string => `public:${instanceId}`;

export const MAX_FORM_FILES = 20;
export const MAX_FORM_BYTES = 50 * 1024 * 1024;

/** - throws EngineError `too_large` once a form holds 20 files or 50 MiB */
export async function requireRoom(work: Work, instanceId: string, bytes: number): Promise<void> {
  const held = await sizeOfFiles(work.tx, work.org.id, uploaderOf(instanceId));
  if (held.count < MAX_FORM_FILES && held.bytes + bytes <= MAX_FORM_BYTES) return;
  throw new EngineError("too_large", `A form takes ${MAX_FORM_FILES} files of together ${MAX_FORM_BYTES} bytes.`, { limit: MAX_FORM_BYTES });
}

/**
 * The payload with the facts of its kept files: name, type, size and hash as they were uploaded.
 *
 * - throws EngineError `payload_invalid` for a file that was not uploaded through this form
 */
export async function withKeptFiles(
  work: Work,
  { form, standing }: { readonly form: NonNullable<MachineDefinition["publicForm"]>; readonly standing: Standing },
  payload: unknown,
): Promise<unknown> {
  const field = form.files?.field;
  if (field === undefined || !isJsonObject(payload)) return payload;
  const items = payload[field];
  if (!Array.isArray(items)) return payload;
  const kept: Json[] = [];
  for (const [index, item] of (items as readonly Json[]).entries()) kept.push(await keptFile(work, standing.instance.id, item, `/${field}/${index}/file_id`));
  return { ...payload, [field]: kept };
}

/**
 * Every file that a form names was uploaded through it.
 *
 * - throws EngineError `payload_invalid`
 */
export function requireKeptFiles(form: NonNullable<MachineDefinition["publicForm"]>, payload: unknown): void {
  const items = form.files === undefined || !isJsonObject(payload) ? undefined : payload[form.files.field];
  if (form.files === undefined || !Array.isArray(items)) return;
  const missing = (items as readonly Json[]).findIndex((item) => !isJsonObject(item) || typeof item["file_id"] !== "string");
  if (missing < 0) return;
  const path = `/${form.files.field}/${missing}/file_id`;
  throw new EngineError("payload_invalid", "A file was not uploaded through this form.", { errors: [{ path, message: "must name an uploaded file" }] });
}

async function keptFile(work: Work, instanceId: string, item: Json, path: string): Promise<Json> {
  const id = isJsonObject(item) ? item["file_id"] : null;
  if (id === null || id === undefined) return item;
  const row: FileRow | null = typeof id === "string" && isUuid(id) ? await loadFile(work.tx, id) : null;
  if (row === null || row.createdBy !== uploaderOf(instanceId)) {
    throw new EngineError("payload_invalid", "A file was not uploaded through this form.", { errors: [{ path, message: "is not a file of this form" }] });
  }
  return { ...(item as JsonObject), file_name: row.name, mime: row.mime, bytes: row.size, sha256: row.sha256 };
}
