/** Rows of a CSV or XLSX file as records, and the templates that say which columns a type expects. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import { cancelImport, getImport, importErrors, listImports } from "../../service/import/import-queries.ts";
import { importRecords } from "../../service/import/import-records.ts";
import { importTemplate } from "../../service/import/import-template.ts";
import { rollBackImport } from "../../service/import/roll-back-import.ts";
import { answered } from "../answer.ts";
import { LARGE_BODY, rawBodyOf } from "../content.ts";
import { sendCsv } from "../csv-answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import { parseJson } from "../json-text.ts";
import type { Call, RouteSpec } from "../route.ts";
import type { RouteGroup } from "../route-context.ts";
import { boolean, integer, object, ref, text } from "../schemas/vocabulary.ts";
import { formatOf, TABLE_TYPES } from "../table-types.ts";

export const importRoutes: RouteGroup = ({ engine }) => [
  {
    method: "POST",
    path: "/api/v1/records/:type/import",
    id: "importRecords",
    tag: "records",
    summary: "Import rows; the body is the file",
    description:
      "The first row names fields, or `<stem>_<field>` for what `<stem>_id` refers to. Good rows are written and bad ones told, unless `atomic`; a row that an earlier import has written is left unchanged.",
    query: {
      dryRun: boolean("Tells what would happen; writes nothing."),
      atomic: boolean("All or nothing."),
      background: boolean("Answers 202 with a job at once; so do files of more than 2,000 rows."),
      name: text(255, { description: "Name of the file, as its list shows it." }),
      defaults: text(4_000, { description: "JSON object: values of fields that the file has no column for." }),
    },
    rawBody: TABLE_TYPES,
    bodyLimit: LARGE_BODY,
    answers: {
      200: { description: "One result a row.", schema: ref("Import") },
      202: { description: "The job that works on it.", schema: ref("ImportJob") },
    },
    errors: ["record_not_found", "method_not_allowed", "import_invalid", "org_required"],
    async handle(call) {
      const { request, scope, params, query } = call;
      return answered(
        call,
        await importRecords(engine, scope, {
          type: params["type"] as string,
          format: formatOf(request),
          bytes: rawBodyOf(request),
          atomic: query.atomic === true,
          dryRun: query.dryRun === true,
          background: query.background === true || /\brespond-async\b/iu.test(String(request.headers["prefer"] ?? "")),
          ...(query.name === undefined ? {} : { fileName: query.name as string }),
          ...defaultsOf(query.defaults),
          ...idempotencyOf(request),
        }),
      );
    },
  },
];

function defaultsOf(given: string | undefined): { readonly defaults?: JsonObject } {
  if (given === undefined) return {};
  let value: unknown;
  try {
    value = parseJson(given);
  } catch (error) {
    throw notAnObject(error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  return { defaults: value as JsonObject };
}

const notAnObject = (cause?: unknown): EngineError =>
  new EngineError("query_invalid", "`defaults` must be a JSON object.", { errors: [{ path: "/defaults", message: "must be a JSON object" }] }, { cause });

export const importTemplateRoutes: RouteGroup = ({ engine }) => {
  const answers = { 200: { description: "The header row.", contentType: "text/csv" } };
  const send = async ({ reply, scope }: Call, wanted: Parameters<typeof importTemplate>[2]) => {
    const { name, csv } = await importTemplate(engine, scope, wanted);
    return sendCsv(reply, `${name}.csv`, csv);
  };
  const byType: RouteSpec = {
    method: "GET",
    path: "/api/v1/records/:type/import/template.csv",
    id: "importTemplateOfType",
    tag: "records",
    summary: "The columns that an import of the type expects",
    answers,
    errors: ["record_not_found", "method_not_allowed"],
    handle: (call) => send(call, { type: call.params["type"] as string }),
  };
  const byName: RouteSpec = {
    method: "GET",
    path: "/api/v1/imports/templates/:file",
    id: "importTemplate",
    tag: "records",
    summary: "A template by its own name, as `<name>.csv`",
    answers,
    errors: ["method_not_allowed"],
    handle: (call) => send(call, { name: (call.params["file"] as string).replace(/\.csv$/u, "") }),
  };
  return [byType, byName];
};

/** Imports that run or have run, under the rights to import their type. */
export const importJobRoutes: RouteGroup = ({ engine }) => {
  const idOf = (params: Readonly<Record<string, string>>): string => params["id"] as string;
  const job = { 200: { description: "The import.", schema: ref("ImportJob") } };
  return [
    {
      method: "GET",
      path: "/api/v1/imports",
      id: "listImports",
      tag: "records",
      summary: "Imports, newest first",
      query: { type: text(200), limit: integer(1, 200) },
      answers: { 200: { description: "Without dry runs.", schema: object({ items: { type: "array", items: ref("ImportJob") } }, ["items"]) } },
      handle: ({ scope, query }) => listImports(engine, scope, query),
    },
    {
      method: "GET",
      path: "/api/v1/imports/:id",
      id: "getImport",
      tag: "records",
      summary: "How far an import is, with the first rows that do not fit",
      answers: job,
      handle: ({ scope, params }) => getImport(engine, scope, { id: idOf(params) }),
    },
    {
      method: "GET",
      path: "/api/v1/imports/:id/errors.csv",
      id: "importErrors",
      tag: "records",
      summary: "Every row that does not fit",
      answers: { 200: { description: "row, column, message.", contentType: "text/csv" } },
      async handle({ reply, scope, params }) {
        const csv = await importErrors(engine, scope, { id: idOf(params) });
        return sendCsv(reply, "errors.csv", csv);
      },
    },
    {
      method: "POST",
      path: "/api/v1/imports/:id/cancel",
      id: "cancelImport",
      tag: "records",
      summary: "Stop an import that is under way; nothing of it is written",
      answers: job,
      handle: async (call) => answered(call, await cancelImport(engine, call.scope, { id: idOf(call.params), ...idempotencyOf(call.request) })),
    },
    {
      method: "POST",
      path: "/api/v1/imports/:id/rollback",
      id: "rollBackImport",
      tag: "records",
      summary: "Take an import back: delete what it created, all of it or nothing; the audit log keeps why",
      body: object({ reason: { ...text(2_000), minLength: 1, pattern: "\\S" } }, ["reason"]),
      answers: job,
      errors: ["import_kept", "permission_denied"],
      handle: async (call) =>
        answered(call, await rollBackImport(engine, call.scope, { id: idOf(call.params), reason: call.body.reason, ...idempotencyOf(call.request) })),
    },
  ];
};
