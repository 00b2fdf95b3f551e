import { openDoor } from "../../engine.server.ts";
import type { Route } from "./+types/waiting.ts";

/** How much waits in each view, for the menu: read after the page, so that no page waits for it. */
export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return { waiting: await door.waiting() };
}
