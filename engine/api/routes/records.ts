/** Records of the release's types. */
import { EngineError } from "../../core/errors.ts";
import { getRecord } from "../../service/queries/get-record.ts";
import { listRecords } from "../../service/queries/list-records.ts";
import { recordVersions } from "../../service/queries/record-versions.ts";
import { createRecord, deleteRecord, updateRecord } from "../../service/records.ts";
import { listInput } from "../list-input.ts";
import { exportRecords } from "../record-export.ts";
import type { Call, RouteSpec } from "../route.ts";
import { FILTER, freeObject, instant, LIST_QUERY, name, PAGING, page, ref, SEARCH_TEXT, SORT } from "../schemas/vocabulary.ts";
import type { RouteContext } from "../server.ts";

const AS_OF = { ...instant, description: "The record as it was then." };
const IF_MATCH = { "if-match": name(100, { description: "The record's `etag`, quoted or not." }) };

export function recordRoutes({ engine }: RouteContext): RouteSpec[] {
  const addressOf = (params: Readonly<Record<string, string>>) => ({ type: params["type"] as string, id: params["id"] as string });
  return [
    {
      method: "GET",
      path: "/api/v1/records/:type",
      id: "listRecords",
      tag: "records",
      summary: "Records of a type",
      query: LIST_QUERY,
      answers: { 200: { description: "A page.", schema: page("Record") } },
      errors: ["record_not_found"],
      handle: ({ scope, params, query }) => listRecords(engine, scope, { type: params["type"] as string, ...listInput(query) }),
    },
    {
      method: "POST",
      path: "/api/v1/records/:type",
      id: "createRecord",
      tag: "records",
      summary: "Create a record; the body is its fields",
      body: freeObject,
      answers: { 201: { description: "The record.", schema: ref("Record") } },
      errors: ["unique_taken", "method_not_allowed"],
      async handle({ reply, scope, params, body }) {
        const record = await createRecord(engine, scope, { type: params["type"] as string, data: body });
        reply.code(201).header("etag", quoted(record.etag));
        return record;
      },
    },
    {
      method: "GET",
      path: "/api/v1/records/:type/export",
      id: "exportRecords",
      tag: "records",
      summary: "All records of the filter as CSV",
      query: { q: SEARCH_TEXT, sort: SORT, filter: FILTER },
      answers: { 200: { description: "RFC 4180, UTF-8, header row.", contentType: "text/csv" } },
      handle: ({ reply, scope, params, query }) => exportRecords(engine, scope, reply, { type: params["type"] as string, ...listInput(query) }),
    },
    {
      method: "GET",
      path: "/api/v1/records/:type/:id",
      id: "getRecord",
      tag: "records",
      summary: "One record by id or code",
      query: { asOf: AS_OF },
      answers: { 200: { description: "The record; its etag also as header.", schema: ref("Record") } },
      errors: ["record_not_found"],
      async handle({ reply, scope, params, query }) {
        const record = await getRecord(engine, scope, { ...addressOf(params), ...query });
        reply.header("etag", quoted(record.etag));
        return record;
      },
    },
    {
      method: "PATCH",
      path: "/api/v1/records/:type/:id",
      id: "updateRecord",
      tag: "records",
      summary: "Change fields; null takes one away",
      headers: IF_MATCH,
      body: freeObject,
      answers: { 200: { description: "The record now.", schema: ref("Record") } },
      errors: ["record_not_found", "record_changed", "unique_taken", "method_not_allowed"],
      async handle(call) {
        const record = await updateRecord(engine, call.scope, { ...addressOf(call.params), data: call.body, ...ifMatchOf(call) });
        call.reply.header("etag", quoted(record.etag));
        return record;
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/records/:type/:id",
      id: "deleteRecord",
      tag: "records",
      summary: "Delete a record that nothing refers to",
      headers: IF_MATCH,
      answers: { 204: { description: "Gone." } },
      errors: ["record_not_found", "record_changed", "record_referenced", "method_not_allowed"],
      async handle(call) {
        await deleteRecord(engine, call.scope, { ...addressOf(call.params), ...ifMatchOf(call) });
        return call.reply.code(204).send();
      },
    },
    {
      method: "GET",
      path: "/api/v1/records/:type/:id/versions",
      id: "recordVersions",
      tag: "records",
      summary: "The record's history",
      query: { ...PAGING },
      answers: { 200: { description: "A page, newest first.", schema: page("RecordVersion") } },
      errors: ["record_not_found"],
      handle: ({ scope, params, query }) => recordVersions(engine, scope, { ...addressOf(params), ...listInput(query) }),
    },
  ];
}

function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

/** `*` guards nothing; several tags are not understood. */
function ifMatchOf({ request }: Call): { readonly ifMatch?: string } {
  const header = request.headers["if-match"];
  if (header === undefined || header === "*") return {};
  const etag = /^(?:W\/)?"?([\x21\x23-\x7e]{1,100}?)"?$/u.exec(header.trim())?.[1];
  if (etag === undefined || etag.includes(","))
    throw new EngineError("query_invalid", "If-Match must be one etag.", { errors: [{ path: "/if-match", message: "must be one etag" }] });
  return { ifMatch: etag };
}
