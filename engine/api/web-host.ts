/**
 * Hosts the built web app beside the API, on the same port: its assets from disk, everything else through React Router's
 * request handler. The build imports `#engine/*` from outside its bundle, so engine and app share one module instance; what a
 * request needs of this process is handed over in the app's own `hostContext`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createRequestHandler, type RouterContext, RouterContextProvider, type ServerBuild } from "react-router";
import { EngineError } from "../core/errors.ts";
import { sessionCookieName } from "../service/auth/sessions.ts";
import type { Engine } from "../service/work/engine-context.ts";
import { createTryCounter } from "./guard.ts";
import { requireOwnOrigin } from "./security.ts";
import type { SignInTries } from "./sign-in-tries.ts";

/** What each request of the web app gets; app/host.server.ts names the same shape. */
export interface WebHost {
  readonly engine: Engine;
  readonly nonce: string;
  readonly publicOrigin: string;
  readonly requestId: string;
  readonly ip: string | null;
  /** Counts a visitor without an account, by address; throws `rate_limited` beyond the limit. */
  readonly countVisit: () => void;
  /** Runs a sign-in under the limit of wrong tries. */
  readonly underTryLimit: <T>(email: string, signIn: () => Promise<T>) => Promise<T>;
  readonly demo: WebDemo | null;
}

/** Accounts that may be entered without typing a password; null outside the demo. */
export interface WebDemo {
  readonly actors: readonly { readonly email: string; readonly name: string; readonly role: string; readonly orgs: readonly string[] }[];
  readonly password: string;
}

export interface WebOptions {
  readonly engine: Engine;
  readonly publicOrigin: string;
  readonly demo: WebDemo | null;
  /** Pages that people without an account may open in a minute, by address. */
  readonly visitsPerMinute?: number;
  /** Folder with `client/` and `server/index.js`. */
  readonly buildFolder: string;
}

/** Whether there is a build in the folder. */
export function isBuilt(buildFolder: string): boolean {
  return existsSync(join(buildFolder, "server", "index.js"));
}

const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Registers the pages; what they count with the API is the server's. */
export type WebPlugin = (app: FastifyInstance, underLimit: SignInTries) => Promise<void>;

/**
 * Loads the build and gives the plugin for `createServer`.
 *
 * - throws EngineError `unavailable` where the app is not built
 */
export async function createWebHost(options: WebOptions): Promise<WebPlugin> {
  const entry = join(options.buildFolder, "server", "index.js");
  if (!isBuilt(options.buildFolder)) throw new EngineError("unavailable", "The web app is not built.");
  const build = (await import(pathToFileURL(entry).href)) as ServerBuild;
  const hostContext = (build.entry.module as unknown as { hostContext?: RouterContext<WebHost> }).hostContext;
  if (hostContext === undefined) throw new EngineError("internal", "The web app's server entry gives no hostContext.");
  const answer = createRequestHandler(build, "production");
  const visits = createTryCounter(options.visitsPerMinute ?? 120);
  return async (app, underLimit) => {
    const client = join(options.buildFolder, "client");
    await app.register(fastifyStatic, {
      root: join(client, "assets"),
      prefix: "/assets/",
      preCompressed: true,
      immutable: true,
      maxAge: YEAR_MS,
      decorateReply: false,
      index: false,
    });
    await app.register(fastifyStatic, {
      root: client,
      prefix: "/",
      wildcard: false,
      decorateReply: false,
      index: false,
      maxAge: 3_600_000,
      globIgnore: ["assets/**", ".vite/**"],
    });
    await app.register(async (pages) => {
      // Bodies stay streams: forms and uploads are the app's to read.
      pages.removeAllContentTypeParsers();
      pages.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
      pages.all("/*", { schema: { hide: true } }, async (request, reply) => {
        refuseUnspoken(request, reply);
        refuseForeignForm(request, options.publicOrigin);
        const context = new RouterContextProvider();
        context.set(hostContext, {
          engine: options.engine,
          nonce: reply.raw.cspNonce ?? "",
          publicOrigin: options.publicOrigin,
          requestId: request.id,
          ip: request.ip,
          countVisit: () => {
            visits.require(request.ip);
            visits.count(request.ip);
          },
          underTryLimit: (email, signIn) => underLimit({ ip: request.ip, email }, signIn),
          demo: options.demo,
        });
        return await reply.send(await answer(toWebRequest(request, reply, options.publicOrigin), context));
      });
    });
  };
}

const SPOKEN = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/** Methods that the web platform's Request does not take, such as TRACE, or that no page has. */
function refuseUnspoken(request: FastifyRequest, reply: FastifyReply): void {
  if (SPOKEN.includes(request.method)) return;
  reply.header("allow", SPOKEN.join(", "));
  throw new EngineError("method_not_allowed", `${request.method} means nothing here.`, { allow: SPOKEN });
}

/** A form that another site makes a browser send; programs without cookie and origin are not browsers of somebody signed in. */
function refuseForeignForm(request: FastifyRequest, publicOrigin: string): void {
  const hasSession = request.cookies[sessionCookieName(publicOrigin)] !== undefined;
  if (hasSession || request.headers.origin !== undefined) requireOwnOrigin(request, publicOrigin);
}

/** The request as the web platform knows it; its URL has the configured origin, never the Host header's. */
function toWebRequest(request: FastifyRequest, reply: FastifyReply, publicOrigin: string): Request {
  const abort = new AbortController();
  reply.raw.on("close", () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  const headers = new Headers();
  for (const [header, value] of Object.entries(request.headers)) {
    if (header.startsWith(":")) continue;
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) headers.append(header, each);
  }
  const url = new URL(request.raw.url ?? "/", publicOrigin);
  const init: RequestInit & { duplex?: "half" } = { method: request.method, headers, signal: abort.signal };
  if (request.method !== "GET" && request.method !== "HEAD") {
    init.body = request.body as BodyInit;
    init.duplex = "half";
  }
  return new Request(new URL(url.pathname + url.search, publicOrigin), init);
}
