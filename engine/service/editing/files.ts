/** Files that records refer to: kept as they came, named by a hash, given back only inside the org that holds them. */
import { createHash } from "node:crypto";
import { EngineError } from "../../core/errors.ts";
import { type FileRow, loadFile, loadFileBytes, saveFile as storeFile } from "../../store/files.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId, isUuid } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";

export interface SaveFileInput extends Keyed {
  readonly name: string;
  /** As the sender says; the file is only ever given back as a download. */
  readonly mime: string;
  readonly bytes: Uint8Array;
}

export interface FileAnswer {
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
}

export const MAX_FILE_BYTES = 25 * 1024 * 1024;
const MIME = /^[a-z0-9][a-z0-9.+-]{0,63}\/[a-z0-9][a-z0-9.+-]{0,63}$/u;

/**
 * Keeps a file in the one chosen org.
 *
 * - `name`: its last path segment is kept; 1 to 255 characters without control characters
 * - throws EngineError `payload_invalid`, `too_large`, `org_required`, `permission_denied` for a caller without any role in the org
 */
export async function saveFile(engine: Engine, scope: Scope, input: SaveFileInput): Promise<Answer<FileAnswer>> {
  const org = requireOneOrg(scope);
  if (input.bytes.length > MAX_FILE_BYTES) throw new EngineError("too_large", `The file has ${input.bytes.length} bytes.`, { limit: MAX_FILE_BYTES });
  return await inWork(engine, scope, org, (work) =>
    once(work, input.idempotency, 201, async () => {
      if (work.actor.kind !== "system" && work.actor.permissions.length === 0)
        throw new EngineError("permission_denied", "Files are kept for people who work in the org.");
      const row = fileRow(work, input);
      await storeFile(work.tx, row, input.bytes);
      auditAttempt(work, "file_saved", { type: "file", id: row.id }, { sha256: row.sha256, size: row.size });
      return fileAnswer(row);
    }),
  );
}

/** Marks that turn the direction of a text: a name with them reads as another. */
const TURNS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A new row for the file, of the work's actor. - throws EngineError `payload_invalid` for a name that cannot be kept */
export function fileRow(work: Work, input: SaveFileInput): FileRow {
  const name = input.name.replace(TURNS, "").replaceAll("\\", "/").split("/").at(-1)?.trim() ?? "";
  if (name === "" || name.length > 255 || /\p{Cc}/u.test(name)) {
    throw new EngineError("payload_invalid", "A file's name has 1 to 255 characters and no control characters.", {
      errors: [{ path: "/name", message: "must have 1 to 255 characters" }],
    });
  }
  return {
    orgId: work.org.id,
    id: freshId(work.at, work.engine.seed(), "file"),
    name,
    mime: MIME.test(input.mime) ? input.mime : "application/octet-stream",
    size: input.bytes.length,
    sha256: createHash("sha256").update(input.bytes).digest("hex"),
    createdBy: work.actor.id,
    createdAt: work.at,
  };
}

/** - throws EngineError `not_found`, for files of other orgs too */
export async function getFile(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<FileAnswer & { readonly bytes: Uint8Array }> {
  const found = await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => {
    const row = isUuid(input.id) ? await loadFile(tx, input.id) : null;
    const bytes = row === null ? null : await loadFileBytes(tx, row.id);
    return row === null || bytes === null ? null : { ...fileAnswer(row), bytes };
  });
  if (found === null) throw new EngineError("not_found", "There is no such file.");
  return found;
}

export const fileAnswer = ({ id, name, mime, size, sha256 }: FileRow): FileAnswer => ({ id, name, mime, size, sha256 });
