/** Posts one event to a subscriber by the Standard Webhooks specification: same `webhook-id` on every try, HMAC-SHA256 over id.timestamp.body. */
import { Webhook } from "standardwebhooks";
import type { Clock, EffectHandler } from "../core/ports.ts";
import { deliverHttp } from "./http-call.ts";

interface WebhookBody {
  readonly url: string;
  /** `whsec_` + base64, 24 to 64 bytes. */
  readonly secret: string;
  readonly payload: string;
}

export function createWebhookHandler(clock: Clock, allowedHosts: ReadonlySet<string>): EffectHandler {
  return {
    kind: "webhook",
    deliver: async (item, signal) => {
      const { url, secret, payload } = item.body as unknown as WebhookBody;
      const at = new Date(clock.now());
      return await deliverHttp(
        {
          url,
          body: payload,
          headers: {
            "Content-Type": "application/json",
            "webhook-id": item.key,
            "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
            "webhook-signature": new Webhook(secret).sign(item.key, at, payload),
          },
          allowedHosts,
          timeoutMs: 20_000,
        },
        signal,
      );
    },
  };
}
