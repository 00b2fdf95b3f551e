/** Signing in and out by the web session. */
import { EngineError } from "../../core/errors.ts";
import { login } from "../../service/auth/login.ts";
import { closeSession, sessionCookie, sessionCookieName } from "../../service/auth/sessions.ts";
import { findCaller } from "../authenticate.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, object, oneOf, ref, text } from "../schemas/vocabulary.ts";
import { requireOwnOrigin } from "../security.ts";
import { describePrincipal } from "./me.ts";

export function loginRoutes({ engine, config, underLimit }: RouteContext): RouteSpec[] {
  return [
    {
      method: "POST",
      path: "/api/v1/auth/login",
      id: "login",
      tag: "access",
      summary: "Open a session",
      open: true,
      body: object({ email: name(320), password: name(1_000), totp: text(10) }, ["email", "password"]),
      answers: { 200: { description: "The person; the session is in the cookie.", schema: ref("Me") } },
      errors: ["credentials_invalid", "no_ui_for_api_client", "origin_refused"],
      async handle({ request, reply, body }) {
        if (request.headers.origin !== undefined) requireOwnOrigin(request, config.publicOrigin);
        if (request.headers["x-gatehouse-key"] !== undefined) throw noScreens();
        if (request.headers.authorization !== undefined) {
          const caller = await findCaller(request, engine, config);
          if (caller?.principal.kind === "client") throw noScreens();
        }
        const { session, principal } = await underLimit({ ip: request.ip, email: String(body.email) }, () =>
          login(engine, { ...body, userAgent: request.headers["user-agent"] ?? null, ip: request.ip }),
        );
        reply.header("set-cookie", sessionCookie(config.publicOrigin, session.token));
        return await describePrincipal(engine, principal);
      },
    },
    {
      method: "POST",
      path: "/api/v1/auth/logout",
      id: "logout",
      tag: "access",
      summary: "End the session",
      open: true,
      body: { anyOf: [object({}), { type: "null" }] },
      answers: { 200: { description: "Signed out, whether or not there was a session.", schema: object({ status: oneOf("signed_out") }, ["status"]) } },
      errors: ["origin_refused"],
      async handle({ request, reply }) {
        const token = request.cookies[sessionCookieName(config.publicOrigin)];
        if (token !== undefined) {
          requireOwnOrigin(request, config.publicOrigin);
          await closeSession(engine, token);
        }
        reply.header("set-cookie", sessionCookie(config.publicOrigin, null));
        return { status: "signed_out" };
      },
    },
  ];
}

function noScreens(): EngineError {
  return new EngineError("no_ui_for_api_client", "This is an API client; it has keys, not screens.");
}
