/** The handlers of a process: what each outbox row of a kind is delivered by. */
import type { Config } from "./config.ts";
import type { EffectHandler } from "./core/ports.ts";
import { createContractEventHandler } from "./effects/contract-event.ts";
import { createMailHandler, type MailServer } from "./effects/mail.ts";
import { createWebhookHandler } from "./effects/webhook.ts";
import type { JsonObject } from "./schema/json.ts";
import { openSecrets, type SealingKey } from "./service/auth/sealed.ts";
import { withAppLinks } from "./service/delivery/app-links.ts";
import { deliverRemote } from "./service/delivery/deliver-remote.ts";
import { withAttachments } from "./service/delivery/mail-attachments.ts";
import { deliverDocument } from "./service/queries/documents.ts";
import type { Engine } from "./service/work/engine-context.ts";
import { loadWebhook } from "./store/webhooks.ts";

export function createEffectHandlers(engine: Engine, config: Config, mailServer: MailServer, sealing: SealingKey): ReadonlyMap<string, EffectHandler> {
  const handlers: EffectHandler[] = [
    withAppLinks(config.publicOrigin, withAttachments(engine, config.publicOrigin, createMailHandler(mailServer))),
    createContractEventHandler({
      clock: engine.clock,
      endpoints: config.contractEndpoints,
      allowedHosts: config.allowedHosts,
      builtInReceiver: config.isTest || config.isSeeded,
    }),
    withSubscriber(engine, sealing, createWebhookHandler(engine.clock, config.allowedHosts)),
    { kind: "remote", deliver: (item) => deliverRemote(engine, item) },
    { kind: "document", deliver: (item) => deliverDocument(engine, item) },
  ];
  return new Map(handlers.map((handler) => [handler.kind, handler]));
}

/** A row names its subscriber; address and secret are read when it is delivered, so that a change of either counts at once. */
function withSubscriber(engine: Engine, sealing: SealingKey, handler: EffectHandler): EffectHandler {
  return {
    ...handler,
    async deliver(item, signal) {
      const id = item.body["webhook"];
      const row = typeof id === "string" ? await engine.store.work({ orgs: "system", actorId: "system" }, (tx) => loadWebhook(tx, id)) : null;
      if (row === null) return { result: "refused", reason: "The subscriber is gone" };
      const [secret = ""] = openSecrets(sealing, row.secret);
      const body: JsonObject = { url: row.url, secret, payload: JSON.stringify(item.body["payload"] ?? null) };
      return await handler.deliver({ ...item, body }, signal);
    },
  };
}

/** `smtp://user:password@host:587`, `smtps://...:465`; TLS is demanded unless the host is this machine. */
export function mailServerOf(smtpUrl: string, from: string): MailServer {
  const url = new URL(smtpUrl);
  const secure = url.protocol === "smtps:";
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return {
    host: url.hostname,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: !secure && !isLocal,
    ...(url.username === "" ? {} : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
    from,
  };
}
