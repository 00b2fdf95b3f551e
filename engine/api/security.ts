/**
 * Headers and the gate against requests that another site makes a signed-in browser send.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import helmet from "@fastify/helmet";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../core/errors.ts";

declare module "http" {
  interface ServerResponse {
    /** Nonce of this answer's scripts; the web app puts it on its own. */
    cspNonce?: string;
  }
}

/** A nonce for scripts only: one on styles would make browsers ignore 'unsafe-inline', which style attributes need. */
export async function registerHeaders(app: FastifyInstance, publicOrigin: string): Promise<void> {
  app.addHook("onRequest", (_request, reply, done) => {
    reply.raw.cspNonce = randomBytes(16).toString("base64");
    done();
  });
  const isSecure = publicOrigin.startsWith("https:");
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", (_request: IncomingMessage, response: ServerResponse) => `'nonce-${response.cspNonce ?? ""}'`],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", "blob:"],
        manifestSrc: ["'self'"],
        frameSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: "deny" },
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("permissions-policy", "camera=(), geolocation=(), microphone=(), usb=()");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    done(null, payload);
  });
}

/**
 * Refuses a state change that a browser sends with the session cookie from anywhere but the product's own pages.
 *
 * The origin is compared with the configured one, never with the Host header. Callers without a cookie need no such gate.
 */
export function requireOwnOrigin(request: FastifyRequest, publicOrigin: string): void {
  if (request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS") return;
  const origin = request.headers.origin;
  const site = request.headers["sec-fetch-site"];
  const isOwnOrigin = origin === undefined ? site === "same-origin" : origin === publicOrigin;
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  if (!isOwnOrigin || !isOwnSite) throw new EngineError("origin_refused", "A signed-in request that changes something must come from the product's own pages.");
}
