/** Routes of signed-in callers whose bodies are bytes: NDJSON, tables and files. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { saveFile } from "../../service/editing/files.ts";
import { decideAll } from "../../service/queries/decide.ts";
import { answered } from "../answer.ts";
import { LARGE_BODY, rawBodyOf } from "../content.ts";
import { idempotencyOf } from "../idempotency.ts";
import { requireStorable } from "../json-text.ts";
import { answerChunks, NDJSON_TYPES, splitLines } from "../ndjson.ts";
import type { RouteGroup } from "../route-context.ts";
import { name, ref } from "../schemas/vocabulary.ts";
import { TABLE_TYPES } from "../table-types.ts";
import { DECISION_QUERY } from "./decisions.ts";
import { importRoutes } from "./imports.ts";

const decisionBatch: RouteGroup = ({ engine }) => [
  {
    method: "POST",
    path: "/api/v1/decisions/:key/batch",
    id: "decideBatch",
    tag: "decisions",
    summary: "Facts in, decisions out, a line each",
    unkeyed: true,
    query: DECISION_QUERY,
    rawBody: NDJSON_TYPES,
    bodyLimit: LARGE_BODY,
    answers: { 200: { description: "One decision or problem a line, in order.", contentType: "application/x-ndjson" } },
    errors: ["definition_not_found", "facts_invalid", "limit_exceeded"],
    handle({ request, reply, scope, params, query }) {
      const ask = { key: params["key"] as string, ...query };
      return answerChunks(reply, splitLines(rawBodyOf(request)), toFacts, (batch) => decideAll(engine, scope, { ...ask, batch }));
    },
  },
];

function toFacts(line: Json): JsonObject {
  if (typeof line === "object" && line !== null && !Array.isArray(line)) return line as JsonObject;
  throw new EngineError("facts_invalid", "A line must be an object of facts.");
}

const fileUpload: RouteGroup = ({ engine }) => [
  {
    method: "POST",
    path: "/api/v1/files",
    id: "saveFile",
    tag: "files",
    summary: "Upload a file; the body is its bytes",
    query: { name: name(255) },
    rawBody: ["*/*"],
    bodyLimit: LARGE_BODY,
    answers: { 201: { description: "Records refer to it by `file_id`.", schema: ref("File") } },
    async handle(call) {
      const { request, scope, query } = call;
      const keyed = idempotencyOf(request);
      const bytes = rawBodyOf(request);
      if (query.name === undefined) throw new EngineError("query_invalid", "`name` is missing.", { errors: [{ path: "/name", message: "is required" }] });
      if (bytes.length === 0) throw new EngineError("payload_invalid", "The file is empty.", { errors: [{ path: "", message: "must not be empty" }] });
      requireStorable(query.name, "The name");
      const mime = String(request.headers["content-type"] ?? "application/octet-stream").split(";")[0] as string;
      const file = { name: query.name, mime: mime.trim().toLowerCase(), bytes, ...keyed };
      return answered(call, await saveFile(engine, scope, file));
    },
  },
];

export const rawRoutes: readonly { readonly types: readonly string[]; readonly group: RouteGroup }[] = [
  { types: NDJSON_TYPES, group: decisionBatch },
  { types: TABLE_TYPES, group: importRoutes },
  { types: ["*"], group: fileUpload },
];
