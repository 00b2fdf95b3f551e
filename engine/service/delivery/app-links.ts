/**
 * Links from mails to the product's own pages. A mail names them `app:/path`, and they get the origin when it is handed over: what is recorded
 * stays the same wherever the product moves.
 */
import type { EffectHandler } from "../../core/ports.ts";
import type { Json } from "../../schema/json.ts";

const APP_LINK = /\bapp:\/(?!\/)/g;

/** - `origin`: of the product as its people open it */
export function withAppLinks(origin: string, handler: EffectHandler): EffectHandler {
  const placed = (text: Json): Json => (typeof text === "string" ? text.replace(APP_LINK, () => `${origin}/`) : text);
  return {
    ...handler,
    deliver(item, signal) {
      const { html = null, text = null, ...body } = item.body;
      return handler.deliver({ ...item, body: { ...body, html: placed(html), text: placed(text) } }, signal);
    },
  };
}
