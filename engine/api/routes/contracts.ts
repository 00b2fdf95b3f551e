/**
 * Inbound contract events. The signature over the raw body is the credential and is judged before anything is parsed; a
 * call that fails it writes nothing.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { loadSigningClient } from "../../service/auth/api-keys.ts";
import { verifySignature } from "../../service/contract/contract-signature.ts";
import { receiveContractEvent } from "../../service/contract/receive-contract-event.ts";
import { setCaller } from "../authenticate.ts";
import { LARGE_BODY, rawBodyOf, readRawBodies } from "../content.ts";
import { createTryCounter, registerRateLimit, requireStorableRequest } from "../guard.ts";
import { decodeUtf8, parseJson } from "../json-text.ts";
import { answerLines, NDJSON_TYPES, splitLines } from "../ndjson.ts";
import { PROBLEM_TYPE, type Problem, toEngineError, toProblem } from "../problem.ts";
import { type Call, type RouteSpec, registerRoute } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, ref } from "../schemas/vocabulary.ts";

const MAX_ENVELOPES = 100;
const MAX_SKEW_SECONDS = 300;
const SIGNATURE_CODES = ["key_unknown", "signature_invalid", "timestamp_skew"] as const;
const EVENT_CODES = [
  "idempotency_key_malformed",
  "idempotency_key_mismatch",
  "event_unknown",
  "contract_key_reused",
  "event_not_allowed",
  "gate_closed",
  "payload_invalid",
  "not_found",
  "definition_not_found",
] as const;
const HEADERS = {
  "x-gatehouse-key": name(100, { description: "Client id." }),
  "x-gatehouse-timestamp": name(20, { description: "Unix seconds, at most 300 s from the engine's clock." }),
  "x-gatehouse-signature": name(300, { description: '`v1=<hex HMAC-SHA256(secret, timestamp + "." + raw body)>`.' }),
};

export async function contractRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  const { engine, config, sealing } = context;
  readRawBodies(app, ["application/json", ...NDJSON_TYPES]);
  const failures = createTryCounter(config.failedTriesPerMinute);
  app.addHook("onRequest", async (request) => failures.require(request.ip));
  app.addHook("preValidation", async (request) => {
    requireStorableRequest(request);
    try {
      await requireSignature(request);
    } catch (error) {
      failures.count(request.ip);
      throw error;
    }
  });
  await registerRateLimit(app, config.requestsPerMinute, "preHandler");
  for (const spec of [eventRoute(), batchRoute()]) registerRoute(app, spec);

  async function requireSignature(request: FastifyRequest): Promise<void> {
    const [clientId, timestamp, signature] = ["x-gatehouse-key", "x-gatehouse-timestamp", "x-gatehouse-signature"].map((header) => request.headers[header]);
    if (typeof clientId !== "string" || clientId === "") throw new EngineError("key_unknown", "X-Gatehouse-Key is missing.");
    if (typeof timestamp !== "string" || typeof signature !== "string") throw new EngineError("signature_invalid", "The call is not signed.");
    const client = await loadSigningClient(engine, clientId, sealing);
    if (client === null) throw new EngineError("key_unknown", "There is no such client.");
    const nowMs = Date.parse(engine.clock.now());
    const verdict = verifySignature({ secrets: client.secrets, timestamp, signature, body: rawBodyOf(request), nowMs, maxSkewSeconds: MAX_SKEW_SECONDS });
    if (verdict !== "ok") throw new EngineError(verdict, SENTENCES[verdict]);
    setCaller(request, { principal: client.principal, via: "signature", key: `client:${client.id}`, ratePerMinute: client.ratePerMinute }, "all");
  }

  function eventRoute(): RouteSpec {
    return {
      method: "POST",
      path: "/api/v1/contracts/:contract/events",
      id: "receiveContractEvents",
      tag: "contracts",
      summary: "One inbound event, or an array of up to 100",
      description: "Signed. A refusal does not consume the event's key; the same key and body again is a duplicate.",
      signed: true,
      headers: HEADERS,
      rawBody: ["application/json"],
      answers: {
        202: { description: "Accepted.", schema: ref("ContractAnswer") },
        200: { description: "Duplicate, or older than what was seen.", schema: ref("ContractAnswer") },
        207: {
          description: "An array's results, in order.",
          schema: { type: "object", required: ["results"], properties: { results: { type: "array", items: ref("ItemResult") } } },
        },
      },
      errors: [...SIGNATURE_CODES, ...EVENT_CODES],
      refusals: { statuses: [409, 422], schema: ref("ContractRefusal") },
      async handle(call) {
        const body = parseJson(decodeUtf8(rawBodyOf(call.request)));
        if (!Array.isArray(body)) {
          const answer = await receive(call, body);
          if (answer.status >= 400) call.reply.type(PROBLEM_TYPE);
          call.reply.code(answer.status);
          return answer.status >= 400 ? JSON.stringify(answer.body) : answer.body;
        }
        const envelopes = body as readonly Json[];
        if (envelopes.length > MAX_ENVELOPES) {
          throw new EngineError("too_large", `The array has ${envelopes.length} events; at most ${MAX_ENVELOPES} are taken.`, { limit: MAX_ENVELOPES });
        }
        const results: object[] = [];
        for (const [index, envelope] of envelopes.entries()) results.push(await receiveItem(call, envelope, index));
        call.reply.code(207);
        return { results };
      },
    };
  }

  function batchRoute(): RouteSpec {
    return {
      method: "POST",
      path: "/api/v1/contracts/:contract/batch",
      id: "receiveContractBatch",
      tag: "contracts",
      summary: "Up to 5,000 envelopes, a line each",
      description: "Signed as one body. Each line is its own transaction and is answered by one line, in order.",
      signed: true,
      headers: HEADERS,
      rawBody: NDJSON_TYPES,
      bodyLimit: LARGE_BODY,
      answers: { 200: { description: "`{index, status, result or code, body}` a line.", contentType: "application/x-ndjson" } },
      errors: [...SIGNATURE_CODES, ...EVENT_CODES],
      handle: (call) =>
        answerLines(call.reply, splitLines(rawBodyOf(call.request)), async (envelope, index) => toItem(index, await receive(call, envelope)), refusedItem),
    };
  }

  async function receive({ scope, params, request }: Call, envelope: Json): Promise<{ readonly status: number; readonly body: JsonObject }> {
    const headerKey = request.headers["idempotency-key"];
    const { status, body } = await receiveContractEvent(engine, scope, {
      contract: params["contract"] as string,
      envelope,
      ...(typeof headerKey === "string" ? { headerKey } : {}),
    });
    return { status, body: status < 400 ? body : { ...body, instance: `urn:request:${request.id}` } };
  }

  /** One of several: a refusal is its result, not the end of the others. */
  async function receiveItem(call: Call, envelope: Json, index: number): Promise<object> {
    try {
      return toItem(index, await receive(call, envelope));
    } catch (error) {
      const fault = toEngineError(error);
      if (fault.code === "definition_not_found") throw fault;
      const problem = toProblem(fault, call.request.id);
      if (problem.status >= 500) call.request.log.error({ err: fault, requestId: call.request.id }, "contract event failed");
      return refusedItem(problem, index);
    }
  }
}

const refusedItem = (problem: Problem, index: number): object => ({ index, status: problem.status, code: problem.code, body: problem });

/** An item's answer, with `result` or `code` beside the body: what a sender sorts by. */
function toItem(index: number, { status, body }: { readonly status: number; readonly body: JsonObject }): object {
  const { result, code } = body;
  return { index, status, ...(result === undefined || status >= 400 ? {} : { result }), ...(code === undefined ? {} : { code }), body };
}

const SENTENCES = {
  key_unknown: "There is no such client.",
  signature_invalid: "The signature does not fit the body and timestamp.",
  timestamp_skew: `The timestamp is more than ${MAX_SKEW_SECONDS} s from the engine's clock.`,
} as const;
