import { openDoor } from "../../engine.server.ts";
import { readJson } from "../../read-json.server.ts";
import { asObject } from "../../screens/guided.ts";
import type { Route } from "./+types/act.ts";

/** Sends one event. */
export async function action({ request, context }: Route.ActionArgs) {
  const body = await readJson(request);
  const door = await openDoor(request, context);
  const override = asObject(body["override"]);
  return await door.act({
    instance: String(body["instance"] ?? ""),
    type: String(body["type"] ?? ""),
    payload: asObject(body["payload"]),
    once: String(body["once"] ?? ""),
    ...(typeof body["expectedSeq"] === "number" ? { expectedSeq: body["expectedSeq"] } : {}),
    ...(typeof override["gate"] === "string"
      ? {
          override: {
            gate: override["gate"],
            reason: String(override["reason"] ?? ""),
            ...(typeof override["note"] === "string" ? { note: override["note"] } : {}),
          },
        }
      : {}),
  });
}
