/**
 * One declaration per route: method, path, schemas, answers, error codes, handler. Fastify's route, the OpenAPI document
 * and the test that sends bad input to every route all come from it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ERRORS, type ErrorCode } from "../core/errors.ts";
import type { JsonSchema } from "../schema/json.ts";
import type { Scope } from "../service/work/scope.ts";
import { object, problemRef } from "./schemas/vocabulary.ts";
import { compileRequestSchema } from "./validator.ts";

export interface Answer {
  readonly description: string;
  /** A schema or `{$ref}` of a component; without it the body is not described (streams, files). */
  readonly schema?: JsonSchema;
  readonly contentType?: string;
}

export interface RouteSpec {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Fastify's path, from the root: `/api/v1/instances/:id`. */
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly query?: Readonly<Record<string, JsonSchema>>;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
  /** Media types other than JSON that the body may have; described, not parsed. */
  readonly rawBody?: readonly string[];
  readonly bodyLimit?: number;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes beyond those that any route of its scope may answer with. */
  readonly errors?: readonly ErrorCode[];
  /** Refusals whose codes a definition gives, by status. */
  readonly refusals?: { readonly statuses: readonly number[]; readonly schema: JsonSchema };
  /** Takes no credentials: no 401 of its own, no org. */
  readonly open?: boolean;
  /** Signed contract calls: no session, no key, no X-Org. */
  readonly signed?: boolean;
  /** The scope with which a program that only integrates may call it; "self": every one, about itself. */
  readonly integration?: "decisions.read" | "self";
  /** Takes no `Idempotency-Key`: a read in the form of a POST. */
  readonly unkeyed?: boolean;
  /** `?org=` in place of X-Org, for readers that cannot send headers. */
  readonly takesOrgQuery?: boolean;
  /** Taken only where JSON is wanted: the same address is a page of the web app. */
  readonly sharedWithPage?: boolean;
  readonly handle: (call: Call) => unknown;
}

/** What a handler gets: path, query and body already judged by their schemas. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly scope: Scope;
  readonly params: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: the route's own schema has judged them
  readonly query: any;
  // biome-ignore lint/suspicious/noExplicitAny: the route's own schema has judged it
  readonly body: any;
}

const COMMON: readonly ErrorCode[] = ["query_invalid", "text_invalid", "rate_limited", "internal", "unavailable"];
const AUTHENTICATED: readonly ErrorCode[] = ["not_signed_in", "permission_denied", "not_found", "org_required"];
const WRITING: readonly ErrorCode[] = ["origin_refused", "idempotency_key_malformed", "idempotency_key_reused", "idempotency_in_flight"];
const WITH_BODY: readonly ErrorCode[] = ["body_not_json", "body_too_deep", "too_large", "media_type_unsupported", "payload_invalid"];

/** Every code that the route may answer with, in the order of the table. */
export function errorCodesOf(spec: RouteSpec): ErrorCode[] {
  const codes = new Set<ErrorCode>([...COMMON, ...(spec.errors ?? [])]);
  const isPlain = !spec.open && !spec.signed;
  if (isPlain) for (const code of AUTHENTICATED) codes.add(code);
  if (spec.method !== "GET" && isPlain) for (const code of WRITING) codes.add(code);
  if (spec.body !== undefined || spec.rawBody !== undefined) for (const code of WITH_BODY) codes.add(code);
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => codes.has(code));
}

export function registerRoute(app: FastifyInstance, spec: RouteSpec): void {
  const params = [...spec.path.matchAll(/:([A-Za-z]+)/gu)].map((match) => match[1] as string);
  const isKeyed = !spec.open && !spec.signed && !spec.unkeyed && (spec.method === "POST" || spec.method === "PATCH");
  app.route({
    method: spec.method,
    url: spec.path,
    ...(spec.bodyLimit === undefined ? {} : { bodyLimit: spec.bodyLimit }),
    ...(spec.rawBody === undefined ? {} : { validatorCompiler: acceptRaw as never }),
    ...(spec.sharedWithPage ? { constraints: { answer: "json" } } : {}),
    config: { spec },
    schema: {
      operationId: spec.id,
      tags: [spec.tag],
      summary: spec.summary,
      ...(spec.description === undefined ? {} : { description: spec.description }),
      ...(spec.open ? { security: [] } : {}),
      ...(params.length === 0
        ? {}
        : { params: object(Object.fromEntries(params.map((name) => [name, { type: "string", minLength: 1, maxLength: 300 }])), params) }),
      querystring: object(spec.query ?? {}),
      ...(spec.signed ? { security: [{ contractSignature: [] }] } : {}),
      ...(spec.body === undefined ? {} : { body: spec.body }),
      ...(spec.rawBody === undefined ? {} : { consumes: spec.rawBody, body: { type: "string", format: "binary" } }),
      ...headersOf(spec, isKeyed),
      response: responsesOf(spec),
    } as object,
    handler: async (request, reply) =>
      await spec.handle({
        request,
        reply,
        scope: request.scope as Scope,
        params: (request.params ?? {}) as Record<string, string>,
        query: request.query ?? {},
        body: request.body,
      }),
  });
}

/** Query and path of a raw route are judged; its body is the handler's. */
function acceptRaw(route: { readonly schema: JsonSchema; readonly httpPart?: string }): (value: unknown) => unknown {
  if (route.httpPart === "body") return () => true;
  return compileRequestSchema(route as never) as (value: unknown) => unknown;
}

/** Header parameters are documented; the hooks judge them, so that their codes are the documented ones. */
function headersOf(spec: RouteSpec, isKeyed: boolean): object {
  const headers: Record<string, JsonSchema> = { ...spec.headers };
  if (!spec.open && !spec.signed) headers["x-org"] = { type: "string", maxLength: 40, description: "Code of one org, or `all`." };
  if (isKeyed)
    headers["idempotency-key"] = { type: "string", description: "1 to 255 visible ASCII characters; the same key and body get the first answer again." };
  return Object.keys(headers).length === 0 ? {} : { headers: { type: "object", properties: headers, additionalProperties: true } };
}

function responsesOf(spec: RouteSpec): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const [status, answer] of Object.entries(spec.answers)) {
    responses[status] = {
      description: answer.description,
      ...(answer.schema === undefined && answer.contentType === undefined
        ? {}
        : { content: { [answer.contentType ?? "application/json"]: { schema: answer.schema ?? { type: "string" } } } }),
    };
  }
  const byStatus = Map.groupBy(errorCodesOf(spec), (code) => ERRORS[code].status);
  for (const [status, codes] of byStatus) {
    const declared = { allOf: [problemRef, { type: "object", properties: { code: { enum: codes.map(wire) } } }] };
    const schema = spec.refusals?.statuses.includes(status) ? { anyOf: [declared, spec.refusals.schema] } : declared;
    responses[String(status)] ??= {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join(". "),
      content: { "application/problem+json": { schema } },
    };
  }
  return responses;
}

function wire(code: ErrorCode): string {
  return code === "contract_key_reused" ? "idempotency_key_reused" : code;
}

declare module "fastify" {
  interface FastifyContextConfig {
    spec?: RouteSpec;
  }
  interface FastifyRequest {
    scope: Scope | null;
  }
}
