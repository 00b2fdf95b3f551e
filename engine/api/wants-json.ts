/**
 * Addresses that give people a page and programs JSON: a routing constraint, so that what is not for the API goes on to the web
 * app as if the API's route were not there.
 */
import type { IncomingMessage } from "node:http";

/** What pages ask of their own server, in JSON too: never a form's address. */
const PAGES_OWN = /^\/(ui|session|work|studio|replay|records|settings|operations|login)(\/|$)/u;

/** JSON was asked for; a body counts as asked for JSON unless it is a page's own form. Data requests of the web app never do. */
export function wantsJson(request: Pick<IncomingMessage, "method" | "headers" | "url">): boolean {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (PAGES_OWN.test(path) || path.slice(path.lastIndexOf("/")).includes(".")) return false;
  const accept = request.headers.accept ?? "";
  if (accept.includes("application/json")) return true;
  if (request.method === "GET" || request.method === "HEAD" || accept.includes("text/html")) return false;
  return !/^(application\/x-www-form-urlencoded|multipart\/form-data)/u.test(request.headers["content-type"] ?? "");
}

/** Fastify's (find-my-way's) constraint `answer`: routes that carry it are there only where JSON is wanted. */
export const ANSWER_CONSTRAINT = {
  name: "answer",
  mustMatchWhenDerived: false,
  storage: () => {
    const handlers = new Map<string, unknown>();
    return {
      get: (answer: string): unknown => handlers.get(answer) ?? null,
      set: (answer: string, handler: unknown): void => void handlers.set(answer, handler),
    };
  },
  deriveConstraint: (request: IncomingMessage): string => (wantsJson(request) ? "json" : "page"),
  validate: () => true,
};
