/**
 * Posts one outbound contract event, signed like the inbound ones: HMAC-SHA256 over `<timestamp>.<raw body>`.
 * A 409 of the receiver means that it has the key already: delivered. Without an endpoint the event waits for a person, or, in a
 * demo, goes to the built-in receiver that accepts and keeps it.
 */
import { createHmac } from "node:crypto";
import type { Clock, EffectHandler } from "../core/ports.ts";
import { deliverHttp } from "./http-call.ts";

export interface ContractEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly secret: string;
}

export interface ContractEventOptions {
  readonly clock: Clock;
  /** Contract key or id -> where its events go. */
  readonly endpoints: Readonly<Record<string, ContractEndpoint>>;
  readonly allowedHosts: ReadonlySet<string>;
  /** True in a demo or test: events of contracts without an endpoint are accepted here. */
  readonly builtInReceiver: boolean;
}

export function signContractBody(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
}

export function createContractEventHandler(options: ContractEventOptions): EffectHandler {
  return {
    kind: "emit",
    deliver: async (item, signal) => {
      const { contract, envelope } = item.body as { readonly contract?: string; readonly envelope?: unknown };
      const name = String(contract ?? "");
      const endpoint = ownEndpoint(options.endpoints, name);
      if (endpoint === null) {
        if (options.builtInReceiver) return { result: "delivered", detail: "Kept by the built-in receiver: no endpoint is set" };
        return { result: "unclear", reason: `No endpoint is set for contract ${name}; set CONTRACT_ENDPOINTS, then retry` };
      }
      const body = JSON.stringify(envelope);
      const timestamp = Math.floor(Date.parse(options.clock.now()) / 1000);
      return await deliverHttp(
        {
          url: endpoint.url,
          body,
          headers: {
            "Content-Type": "application/json",
            "Idempotency-Key": item.key,
            "X-Gatehouse-Key": endpoint.clientId,
            "X-Gatehouse-Timestamp": String(timestamp),
            "X-Gatehouse-Signature": signContractBody(endpoint.secret, timestamp, body),
          },
          allowedHosts: options.allowedHosts,
          timeoutMs: 20_000,
        },
        signal,
        (answer) => (answer.status === 409 ? { result: "delivered", detail: "The receiver had it already" } : null),
      );
    },
  };
}

function ownEndpoint(endpoints: ContractEventOptions["endpoints"], contract: string): ContractEndpoint | null {
  const id = contract.slice(contract.indexOf(".") + 1);
  for (const name of [contract, id]) if (Object.hasOwn(endpoints, name)) return endpoints[name] ?? null;
  return null;
}
