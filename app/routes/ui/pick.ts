import { openDoor } from "../../engine.server.ts";
import type { Route } from "./+types/pick.ts";

/** Options of a reference field. */
export async function loader({ request, context, params }: Route.LoaderArgs) {
  const text = new URL(request.url).searchParams.get("q")?.trim().slice(0, 200) ?? "";
  const door = await openDoor(request, context);
  return Response.json({ options: await door.pick(params.type, text) });
}
