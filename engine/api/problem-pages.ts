/** What a problem's `type` points at: a page for each code, from the one table of codes. */
import type { FastifyInstance } from "fastify";
import { EngineError, ERRORS, type ErrorCode } from "../core/errors.ts";

export function registerProblemPages(app: FastifyInstance): void {
  app.get("/problems", { schema: { hide: true } }, (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(
      page(
        "Problems",
        `<table><thead><tr><th>Code</th><th>Status</th><th>Means</th></tr></thead><tbody>${Object.entries(ERRORS)
          .map(
            ([code, entry]) =>
              `<tr><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${entry.status}</td><td>${escapeHtml(entry.title)}</td></tr>`,
          )
          .join("")}</tbody></table>`,
      ),
    ),
  );
  app.get<{ Params: { code: string } }>("/problems/:code", { schema: { hide: true } }, (request, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(ERRORS, code)) throw new EngineError("not_found", "There is no such problem code.");
    const entry = ERRORS[code as ErrorCode];
    return reply
      .type("text/html; charset=utf-8")
      .send(
        page(
          entry.title,
          `<p><code>${code}</code>, HTTP ${entry.status}</p><p>${escapeHtml(entry.hint)}</p><p>What exactly happened is in the answer's <code>detail</code>. <a href="/problems">All codes</a></p>`,
        ),
      );
  });
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}</style>
</head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
