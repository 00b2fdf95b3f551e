/** The OpenAPI 3.1 document, made of the routes' own declarations, and its pages. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { COMPONENTS } from "./schemas/components.ts";

const TAGS: Readonly<Record<string, string>> = {
  access: "Signing in, the caller, orgs.",
  instances: "Running machines: start, send, explain, history, bulk.",
  contracts: "Signed integration events.",
  records: "Records of the release's types.",
  tasks: "The inbox.",
  decisions: "Rule sets and tables as a service.",
  studio: "Definitions, drafts, releases, activations.",
  replay: "Recorded history against another release.",
  operations: "Mails, outbox, audit.",
  settings: "An org's values.",
  files: "Uploads.",
  platform: "Health, search, changes.",
  test: "Only with GATEHOUSE_TEST=1.",
};

/** Before the routes: collects them. */
export async function registerOpenApi(app: FastifyInstance, publicOrigin: string, version: string): Promise<void> {
  for (const schema of COMPONENTS) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Gatehouse",
        version,
        description:
          "Times are RFC 3339 UTC, decimals are strings, ids are UUIDv7. Errors are RFC 9457 `application/problem+json` with a stable `code`; every code has its page under `/problems/<code>`.",
      },
      servers: [{ url: publicOrigin }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "API key." },
          session: { type: "apiKey", in: "cookie", name: "gatehouse", description: "Cookie of a person who signed in." },
          contractSignature: {
            type: "apiKey",
            in: "header",
            name: "X-Gatehouse-Signature",
            description: '`v1=<hex HMAC-SHA256(secret, timestamp + "." + raw body)>` with X-Gatehouse-Key and X-Gatehouse-Timestamp.',
          },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => (typeof json["$id"] === "string" ? json["$id"] : `def-${index}`) },
  });
}

/** After the routes: the document at /api/openapi.json, the pages at /api/docs. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  app.get("/api/openapi.json", { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()));
  await app.register(swaggerUi, { routePrefix: "/api/docs", uiConfig: { docExpansion: "none", deepLinking: true, persistAuthorization: false } });
}
