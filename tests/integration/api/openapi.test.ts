/** The document is complete: every route, a schema for every answer, every error code of the table. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ERRORS } from "#engine/core/errors.ts";
import { openDesk } from "./desk.ts";

const desk = await openDesk();
const document = (await desk.call(null, "GET", "/api/openapi.json")).body;
const operations = Object.entries(document.paths as Record<string, Record<string, any>>).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

it("is OpenAPI 3.1 and names every route of the interface", () => {
  expect(document.openapi).toBe("3.1.0");
  const names = operations.map(({ name }) => name);
  for (const wanted of [
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/logout",
    "GET /api/v1/me",
    "GET /api/v1/orgs",
    "POST /api/v1/instances",
    "GET /api/v1/instances",
    "GET /api/v1/instances/{id}",
    "POST /api/v1/instances/{id}/events",
    "POST /api/v1/instances/{id}/explain",
    "GET /api/v1/instances/{id}/history",
    "POST /api/v1/bulk/events",
    "POST /api/v1/contracts/{contract}/events",
    "POST /api/v1/contracts/{contract}/batch",
    "GET /api/v1/contracts/{contract}/receipts",
    "GET /api/v1/records/{type}",
    "POST /api/v1/records/{type}",
    "GET /api/v1/records/{type}/{id}",
    "PATCH /api/v1/records/{type}/{id}",
    "DELETE /api/v1/records/{type}/{id}",
    "GET /api/v1/records/{type}/{id}/versions",
    "GET /api/v1/records/{type}/export",
    "POST /api/v1/records/{type}/import",
    "GET /api/v1/records/{type}/import/template.csv",
    "GET /api/v1/imports/templates/{file}",
    "GET /{form}/{token}",
    "POST /{form}/{token}",
    "POST /{form}/{token}/rows",
    "POST /{form}/{token}/files",
    "GET /api/v1/tasks",
    "POST /api/v1/tasks/{id}/complete",
    "GET /api/v1/definitions",
    "GET /api/v1/definitions/{kind}/{key}",
    "POST /api/v1/drafts",
    "GET /api/v1/drafts/{id}/definitions/{kind}/{key}",
    "PUT /api/v1/drafts/{id}/definitions/{kind}/{key}",
    "DELETE /api/v1/drafts/{id}/definitions/{kind}/{key}",
    "POST /api/v1/drafts/{id}/check",
    "POST /api/v1/releases",
    "POST /api/v1/releases/{number}/approve",
    "POST /api/v1/releases/{number}/reject",
    "GET /api/v1/releases",
    "GET /api/v1/releases/{number}",
    "GET /api/v1/releases/{a}/diff/{b}",
    "POST /api/v1/activations",
    "GET /api/v1/activations",
    "POST /api/v1/decisions/{key}",
    "POST /api/v1/decisions/{key}/batch",
    "POST /api/v1/replays",
    "GET /api/v1/replays/{id}",
    "GET /api/v1/replays/{id}/diffs",
    "GET /api/v1/replays/{id}/events",
    "DELETE /api/v1/replays/{id}",
    "GET /api/v1/mails",
    "GET /api/v1/outbox",
    "POST /api/v1/outbox/{id}/retry",
    "POST /api/v1/outbox/{id}/discard",
    "GET /api/v1/timers",
    "GET /api/v1/audit",
    "POST /api/v1/audit/verify",
    "GET /api/v1/settings/{key}",
    "PATCH /api/v1/settings/{key}",
    "POST /api/v1/files",
    "GET /api/v1/files/{id}",
    "GET /api/v1/search",
    "GET /api/v1/stream",
  ]) {
    expect(names).toContain(wanted);
  }
});

it("resolves every reference, and names each operation once", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/gu)].map((match) => match[1] as string);
  expect(references.length).toBeGreaterThan(50);
  for (const reference of references) expect(document.components.schemas).toHaveProperty(reference);
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids.every((id) => typeof id === "string" && id !== "")).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});

it("has every code of the table, with its own status", () => {
  const wire = (code: string) => (code === "contract_key_reused" ? "idempotency_key_reused" : code);
  for (const [code, { status }] of Object.entries(ERRORS)) {
    expect(document.components.schemas.Problem.properties.code.enum).toContain(wire(code));
    const places = operations.filter(({ operation }) => JSON.stringify(operation.responses?.[status] ?? {}).includes(`"${wire(code)}"`));
    expect(places.length, `${code} (${status})`).toBeGreaterThan(0);
  }
});

it("describes every answer", () => {
  const bare = operations.flatMap(({ name, operation }) =>
    Object.entries(operation.responses as Record<string, { content?: object; description?: string }>)
      .filter(([status, answer]) => !answer.description || (status !== "204" && answer.content === undefined))
      .map(([status]) => `${name} ${status}`),
  );
  expect(bare).toEqual([]);
});

it("every code has its page, and the docs load under the policy", async () => {
  for (const code of Object.keys(ERRORS)) expect((await desk.call(null, "GET", `/problems/${code}`)).status).toBe(200);
  expect((await desk.call(null, "GET", "/problems/no_such_code")).status).toBe(404);
  const page = await desk.call(null, "GET", "/api/docs/");
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)/u);
  expect(String(page.headers["content-security-policy"])).toMatch(/script-src 'self' 'nonce-/u);
  for (const asset of ["swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css"]) {
    expect((await desk.call(null, "GET", `/api/docs/static/${asset}`)).status).toBe(200);
  }
});

it("the interface's version is the package's", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(version).toMatch(/^\d+\.\d+\.\d+$/u);
});
