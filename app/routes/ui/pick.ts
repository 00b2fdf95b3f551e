import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";
import { openDoor } from "../../engine.server.ts";
import type { Route } from "./+types/pick.ts";

/** Options of a reference field. */
export async function loader({ request, context, params }: Route.LoaderArgs) {
  const asked = new URL(request.url).searchParams;
  const text = asked.get("q")?.trim().slice(0, 200) ?? "";
  const door = await openDoor(request, context);
  return Response.json({ options: await door.pick(params.type, text, whereOf(asked.get("where"))) });
}

/** What the form asks of the records; an address that was tampered with narrows nothing. */
function whereOf(text: string | null): JsonObject | undefined {
  if (text === null || text.length > 2_000) return undefined;
  try {
    const where: unknown = JSON.parse(text);
    return isJsonObject(where) ? where : undefined;
  } catch {
    return undefined;
  }
}
