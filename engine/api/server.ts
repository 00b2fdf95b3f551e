/**
 * The HTTP server: API, its documents, health, and, where given, the web app on the same port. Translates between HTTP and
 * the use cases of engine/service; decides nothing.
 */
import cookie from "@fastify/cookie";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { Registry } from "prom-client";
import { EngineError } from "../core/errors.ts";
import { requireCaller } from "./authenticate.ts";
import { answerClientFault } from "./client-fault.ts";
import { readJsonBodies, readRawBodies } from "./content.ts";
import { registerStreams } from "./event-stream.ts";
import { registerRateLimit, requireStorableRequest } from "./guard.ts";
import type { Log } from "./logging.ts";
import { registerMetrics } from "./metrics.ts";
import { registerDocs, registerOpenApi } from "./openapi.ts";
import { PROBLEM_TYPE, toEngineError, toProblem } from "./problem.ts";
import { registerProblemPages } from "./problem-pages.ts";
import { newRequestId } from "./request-id.ts";
import { registerRoute } from "./route.ts";
import type { RouteContext, RouteGroup } from "./route-context.ts";
import { callerRoutes } from "./routes/caller-routes.ts";
import { contractRoutes } from "./routes/contracts.ts";
import { registerHealth } from "./routes/health.ts";
import { loginRoutes } from "./routes/login.ts";
import { publicFormRoutes } from "./routes/public-forms.ts";
import { rawRoutes } from "./routes/raw-routes.ts";
import { type TestControl, testRoutes } from "./routes/test-control.ts";
import { registerHeaders } from "./security.ts";
import { createSignInTries } from "./sign-in-tries.ts";
import { compileRequestSchema } from "./validator.ts";
import { ANSWER_CONSTRAINT } from "./wants-json.ts";
import type { WebPlugin } from "./web-host.ts";

export interface ServerOptions extends Omit<RouteContext, "underLimit"> {
  readonly metrics: Registry;
  /** Registers the web app: everything that is not the API's. */
  readonly web?: WebPlugin;
  /** Present only in test mode. */
  readonly testControl?: TestControl;
}

const BODY_LIMIT = 1024 * 1024;

/** Ready to listen. `close()` answers new requests with 503, ends streams, and waits for those under way. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { engine, config, log, web } = options;
  const underLimit = createSignInTries(config.failedTriesPerMinute);
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    return503OnClosing: true,
    forceCloseConnections: "idle",
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    routerOptions: { maxParamLength: 400, caseSensitive: true, ignoreTrailingSlash: false, constraints: { answer: ANSWER_CONSTRAINT as never } },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request as FastifyRequest, reply as unknown as FastifyReply),
    clientErrorHandler: answerClientFault,
  });
  app.decorateRequest("caller", null);
  app.decorateRequest("scope", null);
  app.decorateRequest("rawBody", null);
  app.setValidatorCompiler(compileRequestSchema as never);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(new EngineError("not_found", "There is no such address."), request, reply));
  app.addHook("onResponse", (request, reply, done) => {
    logRequest(log, request, reply);
    done();
  });
  if (options.testControl !== undefined) tellStatements(app, engine);
  await registerHeaders(app, config.publicOrigin);
  await app.register(cookie);
  registerStreams(app);
  readJsonBodies(app);
  await registerOpenApi(app, config.publicOrigin, config.version);
  registerMetrics(app, options.metrics);
  registerHealth(app, engine);
  registerProblemPages(app);
  await registerGroups(app, { ...options, underLimit });
  await registerDocs(app);
  app.all("/api/*", { schema: { hide: true } }, () => {
    throw new EngineError("not_found", "There is no such address.");
  });
  if (web !== undefined) await app.register((scope) => web(scope, underLimit));
  await app.ready();
  return app;
}

/** Test mode: `x-statements` says how many statements an answer took. */
function tellStatements(app: FastifyInstance, engine: ServerOptions["engine"]): void {
  app.addHook("onRequest", (_request, _reply, done) => engine.store.counting(done));
  app.addHook("onSend", (_request, reply, _payload, done) => {
    const count = engine.store.statements();
    if (count !== null && !reply.hasHeader("x-statements")) reply.header("x-statements", String(count));
    done();
  });
}

async function registerGroups(app: FastifyInstance, options: RouteContext & Pick<ServerOptions, "testControl">): Promise<void> {
  const { engine, config } = options;
  const register = (group: RouteGroup, gate: (scope: FastifyInstance) => void | Promise<void>) =>
    app.register(async (scope) => {
      scope.addHook("preValidation", async (request) => requireStorableRequest(request));
      await gate(scope);
      for (const spec of group(options)) registerRoute(scope, spec);
    });
  const authenticated = async (scope: FastifyInstance) => {
    requireCaller(scope, engine, config);
    await registerRateLimit(scope, config.requestsPerMinute, "preParsing");
  };
  await register(loginRoutes, () => undefined);
  await register(callerRoutes, authenticated);
  for (const { types, group } of rawRoutes) {
    await register(group, async (scope) => {
      await authenticated(scope);
      readRawBodies(scope, types);
    });
  }
  await app.register(async (scope) => contractRoutes(scope, options));
  await app.register(async (scope) => publicFormRoutes(scope, options));
  if (options.testControl !== undefined)
    await register(
      () => testRoutes(options.testControl as TestControl),
      () => undefined,
    );
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = toEngineError(error);
  const problem = { ...routeFacts(fault, request), ...toProblem(fault, request.id) };
  if (problem.status >= 500) request.log.error({ err: fault, requestId: request.id, route: request.routeOptions?.url }, "request failed");
  const retryAfter = fault.data["retryAfter"];
  if (problem.status === 429 || problem.status === 503 || typeof retryAfter === "number") reply.header("retry-after", String(retryAfter ?? 1));
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  return reply.code(problem.status).header("content-type", PROBLEM_TYPE).header("x-request-id", request.id).send(JSON.stringify(problem));
}

/** What the hint of a code points at and only the route knows. */
function routeFacts(fault: EngineError, request: FastifyRequest): object {
  if (fault.code === "too_large") return { limit: request.routeOptions.bodyLimit ?? BODY_LIMIT };
  if (fault.code === "media_type_unsupported") return { accepts: request.routeOptions.config?.spec?.rawBody ?? ["application/json"] };
  return {};
}

/** One line a request: pattern, status, time, ids. */
function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url;
  if (route === "/healthz" || route === "/readyz" || route === "/metrics") return;
  log.info(
    {
      requestId: request.id,
      method: request.method,
      route: route ?? null,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      actor: request.caller?.principal.id ?? null,
      orgs: request.scope?.orgs.map((org) => org.code) ?? [],
    },
    "request",
  );
}
