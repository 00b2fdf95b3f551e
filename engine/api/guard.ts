/**
 * What every route refuses before its handler runs: text that cannot be stored in path, query and headers, and limits of
 * use.
 */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EngineError } from "../core/errors.ts";
import { requireStorable } from "./json-text.ts";

/** Path and query as decoded: a NUL would only be found by the database. */
export function requireStorableRequest(request: FastifyRequest): void {
  for (const [part, values] of [
    ["path", request.params],
    ["query", request.query],
  ] as const) {
    for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) {
      requireStorable(name, `A name in the ${part}`);
      for (const text of Array.isArray(value) ? value : [value]) if (typeof text === "string") requireStorable(text, `The ${part} parameter \`${name}\``);
    }
  }
}

/**
 * One counter a key; those without credentials share that of their address.
 *
 * - `hook`: when the caller is known. As early as can be, so that requests that are refused for their form count too.
 */
export async function registerRateLimit(app: FastifyInstance, perMinute: number, hook: "preParsing" | "preHandler"): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    hook,
    max: (request) => request.caller?.ratePerMinute ?? perMinute,
    timeWindow: 60_000,
    cache: 50_000,
    keyGenerator: (request) => request.caller?.key ?? `address:${request.ip}`,
    errorResponseBuilder: (_request, context) => limited(context.max, Math.ceil(context.ttl / 1000)),
  });
}

export function limited(limit: number, retryAfter: number): EngineError {
  return new EngineError("rate_limited", `More than ${limit} requests came within a minute.`, { limit, retryAfter: Math.max(1, retryAfter) });
}

/** Counts tries by address and refuses beyond the limit: for sign-in and for credentials that did not fit. */
export function createTryCounter(limit: number, windowMs = 60_000, now: () => number = () => performance.now()) {
  const tries = new Map<string, { count: number; endsAt: number }>();
  return {
    /** Throws `rate_limited` once the limit is reached; counts nothing. */
    require(key: string): void {
      const entry = tries.get(key);
      if (entry && entry.endsAt > now() && entry.count >= limit) throw limited(limit, Math.ceil((entry.endsAt - now()) / 1000));
    },
    count(key: string): void {
      const at = now();
      const entry = tries.get(key);
      if (entry && entry.endsAt > at) entry.count += 1;
      else {
        if (tries.size >= 50_000) tries.clear();
        tries.set(key, { count: 1, endsAt: at + windowMs });
      }
    },
  };
}
