import { openDoor } from "../../engine.server.ts";
import type { Route } from "./+types/search.ts";

/** Hits for the palette. */
export async function loader({ request, context }: Route.LoaderArgs) {
  const text = new URL(request.url).searchParams.get("q")?.trim().slice(0, 200) ?? "";
  const door = await openDoor(request, context);
  return { hits: text.length < 2 ? [] : await door.search(text) };
}
