/** The other side of a contract: takes outbound events, checks that they are signed, and says what came. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../schema/json.ts";
import { type SignatureVerdict, verifySignature } from "../../service/contract/contract-signature.ts";

export interface Received {
  readonly verdict: SignatureVerdict | "not_json" | "duplicate";
  readonly envelope: JsonObject | null;
}

export interface Receiver {
  readonly port: number;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly port: number;
  readonly secret: string;
  readonly maxSkewSeconds: number;
  readonly nowMs: () => number;
  readonly onReceived: (received: Received) => void;
}

const MAX_BODY = 1024 * 1024;

/** Listens on this machine only. A key that came before is answered 409: delivered already. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    const answer = (status: number, received: Received): void => {
      options.onReceived(received);
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify({ result: received.verdict === "ok" ? "accepted" : received.verdict }));
    };
    void readBody(request).then((body) => {
      const header = (name: string): string => String(request.headers[name] ?? "");
      const { secret, maxSkewSeconds } = options;
      const signed = { timestamp: header("x-gatehouse-timestamp"), signature: header("x-gatehouse-signature") };
      const verdict = verifySignature({ ...signed, secrets: [secret], body, nowMs: options.nowMs(), maxSkewSeconds });
      if (verdict !== "ok") return answer(401, { verdict, envelope: null });
      const envelope = parse(body);
      if (envelope === null) return answer(400, { verdict: "not_json", envelope: null });
      const key = String(envelope["idempotency_key"]);
      if (seen.has(key)) return answer(409, { verdict: "duplicate", envelope });
      seen.add(key);
      answer(202, { verdict: "ok", envelope });
    });
  });
  await new Promise<void>((done, refuse) => {
    server.once("error", refuse);
    server.listen(options.port, "127.0.0.1", done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): JsonObject | null {
  try {
    const value = JSON.parse(body.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
