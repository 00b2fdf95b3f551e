/**
 * From credentials to a Scope: a session cookie, or a Bearer API key. (Contract calls are signed instead: routes/contracts.)
 * Rights are read anew for each request; nothing about them is kept in the session.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../core/errors.ts";
import { authenticateApiKey } from "../service/auth/api-keys.ts";
import { authenticateSession, sessionCookieName } from "../service/auth/sessions.ts";
import type { Engine } from "../service/work/engine-context.ts";
import { chooseScope, type Principal } from "../service/work/scope.ts";
import type { ApiConfig } from "./config.ts";
import { createTryCounter } from "./guard.ts";
import type { RouteSpec } from "./route.ts";
import { requireOwnOrigin } from "./security.ts";

export interface Caller {
  readonly principal: Principal;
  readonly via: "session" | "key" | "signature";
  /** Opaque name of the credential: counter of the rate limit, source of idempotency keys. */
  readonly key: string;
  /** The key's own limit, where it has one. */
  readonly ratePerMinute?: number | null;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Adds the gate to every route registered in `app`. */
export function requireCaller(app: FastifyInstance, engine: Engine, config: ApiConfig): void {
  const failures = createTryCounter(config.failedTriesPerMinute);
  app.addHook("onRequest", async (request) => {
    failures.require(request.ip);
    const caller = await findCaller(request, engine, config);
    if (caller === null) {
      if (request.headers.authorization !== undefined) failures.count(request.ip);
      throw new EngineError("not_signed_in", request.headers.authorization === undefined ? "The request names nobody." : "The API key is not valid.");
    }
    if (isIntegration(caller.principal)) refuseBeyondScopes(caller.principal, request.routeOptions.config.spec);
    if (caller.via === "session") requireOwnOrigin(request, config.publicOrigin);
    setCaller(request, caller);
  });
}

/** Scopes that let a program send signed events and ask for decisions, and see nothing. */
const INTEGRATION_SCOPES: readonly string[] = ["events.write", "decisions.read"];

function isIntegration({ kind, direct }: Principal): boolean {
  return kind === "client" && direct.every((scope) => INTEGRATION_SCOPES.includes(scope));
}

/** To a program that only integrates every address but those about itself and its scopes is as closed as to a stranger. */
function refuseBeyondScopes({ direct }: Principal, spec: RouteSpec | undefined): void {
  if (spec?.integration === "self" || (spec?.integration !== undefined && direct.includes(spec.integration))) return;
  throw new EngineError("not_signed_in", "This key is for signed events and decisions alone; it signs nobody in.");
}

/** Fixes who asks and for which orgs; from here on the request cannot reach further. */
export function setCaller(request: FastifyRequest, caller: Caller, chosen?: "all"): void {
  request.caller = caller;
  // An EventSource cannot send headers.
  const asked = request.routeOptions.config.spec?.takesOrgQuery ? (request.query as { org?: string | string[] }).org : undefined;
  const org = chosen ?? request.headers["x-org"] ?? asked;
  if (Array.isArray(org))
    throw new EngineError("query_invalid", "X-Org is given more than once.", { errors: [{ path: "/x-org", message: "must be given once" }] });
  request.scope = chooseScope(caller.principal, { org, channel: caller.via === "session" ? "ui" : "api", requestId: request.id });
}

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/iu;

/** A Bearer key wins over a cookie; a header that is not a Bearer key is refused rather than ignored. */
export async function findCaller(request: FastifyRequest, engine: Engine, config: ApiConfig): Promise<Caller | null> {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const key = BEARER.exec(authorization)?.[1];
    return key === undefined ? null : await keyCaller(engine, key);
  }
  const token = request.cookies[sessionCookieName(config.publicOrigin)];
  if (token === undefined) return null;
  const session = await authenticateSession(engine, token);
  return session === null ? null : { principal: session.principal, via: "session", key: `session:${session.id}` };
}

async function keyCaller(engine: Engine, key: string): Promise<Caller | null> {
  const found = await authenticateApiKey(engine, key);
  return found === null ? null : { principal: found.principal, via: "key", key: `client:${found.id}`, ratePerMinute: found.ratePerMinute };
}
