/** Request -> who asks, for which orgs. The only place of the app that reads cookies. */

import { redirect } from "react-router";
import { EngineError } from "#engine/core/errors.ts";
import { login } from "#engine/service/auth/login.ts";
import { authenticateSession, closeSession, sessionCookie, sessionCookieName } from "#engine/service/auth/sessions.ts";
import { chooseScope, type Scope } from "#engine/service/work/scope.ts";
import { parseCookie } from "./cookie.server.ts";
import type { Host } from "./host.server.ts";
import { toPage } from "./problem.server.ts";

const ORG_COOKIE = "gatehouse-org";
const YEAR_S = 31_536_000;

/** The scope of a signed-in person; sends everybody else to the sign-in page, and back afterwards. */
export async function requireScope(request: Request, host: Host): Promise<Scope> {
  const scope = await findScope(request, host);
  if (scope !== null) return scope;
  // A program with a key is told so; only a person at a browser is led to the form.
  if (request.headers.has("Authorization"))
    throw toPage(new EngineError("no_ui_for_api_client", "Pages take a session, not a key. Use the API under /api/v1 with it."));
  const url = new URL(request.url);
  const back = pageOf(url);
  throw redirect(back === "/" || back === "/work" ? "/login" : `/login?to=${encodeURIComponent(back)}`);
}

/** The page that was asked for, or that an act was sent to; the inbox for addresses that are no pages. */
function pageOf(url: URL): string {
  const path = url.pathname.replace(/\.data$/, "");
  if (/^\/(?:ui|session)\//.test(path) || path.endsWith("/save")) return "/work";
  const search = new URLSearchParams(url.search);
  for (const name of ["index", "_routes"]) search.delete(name);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

export async function findScope(request: Request, host: Host): Promise<Scope | null> {
  const cookies = parseCookie(request.headers.get("Cookie"));
  const token = cookies[sessionCookieName(host.publicOrigin)];
  if (token === undefined) return null;
  const session = await authenticateSession(host.engine, token);
  if (session === null) return null;
  const wanted = cookies[ORG_COOKIE];
  const base = { channel: "ui" as const, requestId: host.requestId };
  try {
    return chooseScope(session.principal, { ...base, org: wanted });
  } catch (error) {
    // A cookie may outlive a grant; the choice falls back to the person's own.
    if (error instanceof EngineError && error.code === "not_found") return chooseScope(session.principal, base);
    throw error;
  }
}

/** Signs in and answers the cookie; throws EngineError as the service does. */
export async function signIn(request: Request, host: Host, input: { email: string; password: string; totp?: string }): Promise<string> {
  const from = { userAgent: request.headers.get("User-Agent"), ip: host.ip };
  const { session } = await host.underTryLimit(input.email, () => login(host.engine, { ...input, ...from }));
  return sessionCookie(host.publicOrigin, session.token);
}

export async function signOut(request: Request, host: Host): Promise<string> {
  const token = parseCookie(request.headers.get("Cookie"))[sessionCookieName(host.publicOrigin)];
  if (token !== undefined) await closeSession(host.engine, token);
  return sessionCookie(host.publicOrigin, null);
}

/** Remembers which org was chosen; not a secret and no right. */
export function orgCookie(org: string): string {
  return `${ORG_COOKIE}=${encodeURIComponent(org)}; Path=/; SameSite=Lax; HttpOnly; Max-Age=${YEAR_S}`;
}

/** Only paths of this site: for `//other` and `https://other` the inbox. */
export function safePath(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) ? path : "/work";
}
