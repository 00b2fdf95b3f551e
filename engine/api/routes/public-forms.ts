/**
 * Forms for people without an account, at `/<path>/<token>`; which paths there are, the content says. No session and no key: the
 * token in the address is the credential. Looking never uses a form up.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../../core/errors.ts";
import { openForm, submitForm } from "../../service/public-form/public-form.ts";
import { MAX_FORM_FILE_BYTES, MAX_SHEET_BYTES, readFormSheet, saveFormFile } from "../../service/public-form/public-form-uploads.ts";
import { answered } from "../answer.ts";
import { rawBodyOf, readRawBodies } from "../content.ts";
import { registerRateLimit, requireStorableRequest } from "../guard.ts";
import { idempotencyOf } from "../idempotency.ts";
import { requireStorable } from "../json-text.ts";
import { type RouteSpec, registerRoute } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, nullable, ref, text } from "../schemas/vocabulary.ts";
import { formatOf, TABLE_TYPES } from "../table-types.ts";

const GONE = ["form_not_found", "form_gone"] as const;

export async function publicFormRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  const perMinute = Math.max(20, Math.ceil(context.config.requestsPerMinute / 5));
  const register = (specs: readonly RouteSpec[], bodies: (scope: FastifyInstance) => void) =>
    app.register(async (scope) => {
      scope.addHook("preValidation", async (request) => requireStorableRequest(request));
      scope.addHook("onSend", async (_request, reply) => void reply.header("x-robots-tag", "noindex, nofollow"));
      await registerRateLimit(scope, perMinute, "preParsing");
      bodies(scope);
      for (const spec of specs) registerRoute(scope, spec);
      refuseOtherMethods(scope, specs);
    });
  await register([getForm(context), postForm(context)], () => undefined);
  await register([postSheet(context)], (scope) => readRawBodies(scope, TABLE_TYPES));
  await register([postFile(context)], (scope) => readRawBodies(scope, ["*"]));
}

/** Programs are told which methods an address has; browsers get the app's own page. */
function refuseOtherMethods(scope: FastifyInstance, specs: readonly RouteSpec[]): void {
  for (const [url, own] of Map.groupBy(specs, ({ path }) => path)) {
    const methods = own.map(({ method }) => method as string);
    const allow = (methods.includes("GET") ? [...methods, "HEAD"] : methods).sort().join(", ");
    scope.route({
      method: ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => !methods.includes(method)),
      url,
      constraints: { answer: "json" },
      schema: { hide: true },
      handler: (request, reply) => {
        reply.header("allow", allow);
        throw new EngineError("method_not_allowed", `${request.method} means nothing here; the address takes ${allow}.`, { allow: allow.split(", ") });
      },
    });
  }
}

const formOf = ({ form, token }: Readonly<Record<string, string>>) => ({ path: form as string, token: token as string });

/** Only a hash of the sender's address is kept; a secret of the form salts it, so that it cannot be looked up from outside. */
function addressHash(request: FastifyRequest, token: string): string {
  return createHash("sha256").update(`${token} ${request.ip}`).digest("hex");
}

const getForm = ({ engine }: RouteContext): RouteSpec => ({
  method: "GET",
  path: "/:form/:token",
  id: "openForm",
  tag: "public forms",
  summary: "A form for people without an account; a page unless JSON is asked for",
  open: true,
  sharedWithPage: true,
  answers: { 200: { description: "What the form shows, and the schema of its submission.", schema: ref("PublicForm") } },
  errors: GONE,
  handle: ({ params }) => openForm(engine, formOf(params)),
});

const postForm = ({ engine }: RouteContext): RouteSpec => ({
  method: "POST",
  path: "/:form/:token",
  id: "submitForm",
  tag: "public forms",
  summary: "Submit the form, once",
  open: true,
  sharedWithPage: true,
  body: freeObject,
  answers: {
    200: {
      description: "Taken; `ref` is what to call the request by.",
      schema: { type: "object", required: ["ref"], properties: { ref: nullable({ type: "string" }) } },
    },
  },
  errors: [...GONE, "gate_blocked", "invariant_violated", "event_not_available"],
  async handle(call) {
    const form = formOf(call.params);
    const input = { ...form, payload: call.body, ipHash: addressHash(call.request, form.token), ...idempotencyOf(call.request) };
    return answered(call, await submitForm(engine, input));
  },
});

const postSheet = ({ engine }: RouteContext): RouteSpec => ({
  method: "POST",
  path: "/:form/:token/rows",
  id: "readFormSheet",
  tag: "public forms",
  summary: "Read a spreadsheet's rows for the form; nothing is kept",
  open: true,
  rawBody: TABLE_TYPES,
  bodyLimit: MAX_SHEET_BYTES,
  answers: {
    200: {
      description: "All rows; the form's list `field` takes them.",
      schema: {
        type: "object",
        required: ["field", "count", "rows"],
        properties: { field: { type: "string" }, count: { type: "integer" }, rows: { type: "array", items: freeObject } },
      },
    },
  },
  errors: [...GONE, "not_found", "import_invalid"],
  handle: ({ request, params }) => readFormSheet(engine, { ...formOf(params), format: formatOf(request), bytes: rawBodyOf(request) }),
});

const postFile = ({ engine }: RouteContext): RouteSpec => ({
  method: "POST",
  path: "/:form/:token/files",
  id: "saveFormFile",
  tag: "public forms",
  summary: "Upload a file for the submission; the body is its bytes",
  open: true,
  query: { name: text(255) },
  rawBody: ["*/*"],
  bodyLimit: MAX_FORM_FILE_BYTES,
  answers: { 201: { description: "The submission names it by `file_id`.", schema: ref("File") } },
  errors: [...GONE, "not_found", "gate_blocked"],
  async handle({ request, reply, params, query }) {
    const bytes = rawBodyOf(request);
    if (typeof query.name !== "string" || query.name.trim() === "")
      throw new EngineError("query_invalid", "`name` is missing.", { errors: [{ path: "/name", message: "is required" }] });
    if (bytes.length === 0) throw new EngineError("payload_invalid", "The file is empty.", { errors: [{ path: "", message: "must not be empty" }] });
    requireStorable(query.name, "The name");
    const mime = (String(request.headers["content-type"] ?? "").split(";")[0] as string).trim().toLowerCase();
    const file = await saveFormFile(engine, { ...formOf(params), name: query.name, mime, bytes });
    reply.code(201);
    return file;
  },
});
