/** Records of the release's types. */
import { createRecord, deleteRecord, updateRecord } from "../../service/editing/records.ts";
import { exportRecords } from "../../service/queries/export-records.ts";
import { getRecord, listRecords, listRecordVersions } from "../../service/queries/records.ts";
import { answered } from "../answer.ts";
import { sendCsv } from "../csv-answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import { IF_MATCH, ifMatchOf, quoted } from "../if-match.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { FILTER, freeObject, instant, LIST_QUERY, PAGING, page, ref, SEARCH_TEXT, SORT } from "../schemas/vocabulary.ts";

const AS_OF = { ...instant, description: "The record as it was then." };

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
      errors: ["record_not_found", "limit_exceeded"],
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
      async handle(call) {
        const record = answered(
          call,
          await createRecord(engine, call.scope, { type: call.params["type"] as string, data: call.body, ...idempotencyOf(call.request) }),
        );
        call.reply.header("etag", quoted(record.etag));
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
      errors: ["permission_denied", "record_not_found"],
      async handle({ reply, scope, params, query }) {
        const lines = await exportRecords(engine, scope, { type: params["type"] as string, ...listInput(query) });
        return sendCsv(reply, `${params["type"]}.csv`, lines);
      },
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
      errors: ["record_not_found", "record_changed", "unique_taken", "invariant_violated", "method_not_allowed"],
      async handle(call) {
        const change = { ...addressOf(call.params), data: call.body, ...ifMatchOf(call), ...idempotencyOf(call.request) };
        const record = answered(call, await updateRecord(engine, call.scope, change));
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
      handle: ({ scope, params, query }) => listRecordVersions(engine, scope, { ...addressOf(params), ...listInput(query) }),
    },
  ];
}
