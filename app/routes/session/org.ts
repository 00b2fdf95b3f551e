import { data, redirect } from "react-router";
import { orgCookie } from "../../session.server.ts";
import type { Route } from "./+types/org.ts";

/** Chooses the org, or all of them; every page reads again afterwards. */
export async function action({ request }: Route.ActionArgs) {
  const org = String((await request.formData()).get("org") ?? "all").slice(0, 64);
  return data({ org }, { headers: { "Set-Cookie": orgCookie(org) } });
}

export const loader = () => redirect("/work");
