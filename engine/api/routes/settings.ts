/** An org's values of a settings definition. */

import type { JsonObject } from "../../schema/json.ts";
import { sendTestMail } from "../../service/delivery/send-test-mail.ts";
import { getSettings, listSettings, updateSettings } from "../../service/editing/settings.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import { IF_MATCH, ifMatchOf } from "../if-match.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, name, page, ref } from "../schemas/vocabulary.ts";

export function settingsRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/settings",
      id: "listSettings",
      tag: "settings",
      summary: "All settings of the org",
      answers: { 200: { description: "By key.", schema: page("Settings") } },
      handle: async ({ scope }) => ({ ...(await listSettings(engine, scope)), next: null }),
    },
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
      headers: IF_MATCH,
      handle: async (call) =>
        answered(
          call,
          await updateSettings(engine, call.scope, {
            key: call.params["key"] as string,
            values: call.body,
            ...ifMatchOf(call),
            ...idempotencyOf(call.request),
          }),
        ),
    },
    {
      method: "POST",
      path: "/api/v1/settings/:key/test-mail",
      id: "sendTestMail",
      tag: "settings",
      summary: "Send a mail of these settings to yourself, with made-up values",
      body: {
        type: "object",
        properties: { mail: name(200), words: { type: ["object", "null"], description: "subject, html, text to try in place of the definition's." } },
        required: ["mail"],
        additionalProperties: false,
      },
      answers: { 201: { description: "Where it goes.", schema: { type: "object", properties: { to: { type: "string" }, subject: { type: "string" } } } } },
      errors: ["definition_not_found"],
      handle: async (call) => {
        const { mail, words } = call.body as { readonly mail: string; readonly words?: JsonObject | null };
        const input = { key: call.params["key"] as string, mail, words: words ?? null, ...idempotencyOf(call.request) };
        return answered(call, await sendTestMail(engine, call.scope, input));
      },
    },
  ];
}
