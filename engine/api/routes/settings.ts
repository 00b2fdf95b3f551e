/** An org's values of a settings definition. */
import { getSettings, updateSettings } from "../../service/settings.ts";
import type { RouteSpec } from "../route.ts";
import { freeObject, ref } from "../schemas/vocabulary.ts";
import type { RouteContext } from "../server.ts";

export function settingsRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/settings/:key",
      id: "getSettings",
      tag: "settings",
      summary: "The org's values, with the defaults",
      answers: { 200: { description: "The values.", schema: ref("Settings") } },
      errors: ["definition_not_found"],
      handle: ({ scope, params }) => getSettings(engine, scope, { key: params["key"] as string }),
    },
    {
      method: "PATCH",
      path: "/api/v1/settings/:key",
      id: "updateSettings",
      tag: "settings",
      summary: "Set some of the org's values; null takes one back to its default",
      body: freeObject,
      answers: { 200: { description: "The values now.", schema: ref("Settings") } },
      errors: ["definition_not_found", "record_changed"],
      handle: ({ scope, params, body }) => updateSettings(engine, scope, { key: params["key"] as string, values: body }),
    },
  ];
}
