/** Records of a filter as a stream of CSV lines, read page by page under the caller's scope. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { EngineError } from "../core/errors.ts";
import type { JsonObject, TypeDefinition } from "../schema/types.ts";
import type { Engine } from "../service/engine-context.ts";
import { getDefinition } from "../service/queries/get-definition.ts";
import { listRecords } from "../service/queries/list-records.ts";
import type { Scope } from "../service/scope.ts";
import { csvLine } from "./csv.ts";

export interface ExportInput {
  readonly type: string;
  readonly q?: string;
  readonly sort?: string;
  readonly filter?: JsonObject;
}

const PAGE = 200;
const MAX_ROWS = 100_000;

/** Columns: id, code, org, the fields of the type's schema in their order, createdAt, updatedAt. */
export async function exportRecords(engine: Engine, scope: Scope, reply: FastifyReply, input: ExportInput): Promise<FastifyReply> {
  const first = await listRecords(engine, scope, { ...input, limit: PAGE });
  const definition = await getDefinition(engine, scope, { kind: "type", key: input.type });
  const fields = Object.keys(((definition.content as unknown as TypeDefinition).schema["properties"] ?? {}) as JsonObject);
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(["id", "code", "org", ...fields, "created_at", "updated_at"]);
    let rows = 0;
    for (let page = first; ; page = await listRecords(engine, scope, { ...input, limit: PAGE, cursor: page.next as string })) {
      for (const record of page.items) {
        yield csvLine([record.id, record.code ?? null, record.org ?? null, ...fields.map((field) => record.data[field]), record.createdAt, record.updatedAt]);
      }
      rows += page.items.length;
      if (page.next === null) return;
      if (rows >= MAX_ROWS) throw new EngineError("too_large", `More than ${MAX_ROWS} rows; narrow the filter.`, { limit: MAX_ROWS });
    }
  }
  return reply
    .type("text/csv; charset=utf-8")
    .header("content-disposition", `attachment; filename="${input.type.replace(/[^a-z0-9.-]/gu, "_")}.csv"`)
    .send(Readable.from(lines()));
}
