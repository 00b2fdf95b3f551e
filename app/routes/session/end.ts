import { redirect } from "react-router";
import { hostContext } from "../../host.server.ts";
import { signOut } from "../../session.server.ts";
import type { Route } from "./+types/end.ts";

export async function action({ request, context }: Route.ActionArgs) {
  return redirect("/login", { headers: { "Set-Cookie": await signOut(request, context.get(hostContext)) } });
}

export const loader = () => redirect("/work");
