/**
 * The signature of a contract's calls, both ways: inbound ones are checked by the API before the body is parsed, outbound
 * ones are signed by the relay with the same scheme.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export type SignatureVerdict = "ok" | "signature_invalid" | "timestamp_skew" | "key_unknown";

export interface SignedCall {
  /** Secrets of the client; two while one is being rotated. None: the client is not known. */
  readonly secrets: readonly string[];
  /** Unix seconds as sent, digits only. */
  readonly timestamp: string;
  /** `v1=<hex>`; several, separated by blanks or commas, are allowed. */
  readonly signature: string;
  /** The bytes as they came in. */
  readonly body: Uint8Array | string;
  /** Now, in milliseconds of the engine's clock. */
  readonly nowMs: number;
  readonly maxSkewSeconds: number;
}

/**
 * Tells whether a call was signed by the client and recently.
 *
 * Compares in constant time. The signature is judged before the timestamp, so that only the holder of the secret learns
 * how far its clock is off.
 */
export function verifySignature(call: SignedCall): SignatureVerdict {
  if (call.secrets.length === 0) return "key_unknown";
  const offered = call.signature
    .split(/[\s,]+/)
    .filter((part) => part.startsWith("v1="))
    .map((part) => part.slice(3));
  const right = call.secrets.some((secret) => {
    const expected = createHmac("sha256", secret).update(`${call.timestamp}.`).update(call.body).digest();
    return offered.some((hex) => isSameDigest(expected, hex));
  });
  if (!right) return "signature_invalid";
  if (!/^\d{1,12}$/.test(call.timestamp)) return "timestamp_skew";
  const skewMs = Math.abs(call.nowMs - Number(call.timestamp) * 1000);
  return skewMs > call.maxSkewSeconds * 1000 ? "timestamp_skew" : "ok";
}

/** The header value for a body: `v1=<hex HMAC-SHA256(secret, timestamp + "." + body)>`. */
export function signBody(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex")}`;
}

function isSameDigest(expected: Buffer, hex: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(hex)) return false;
  return timingSafeEqual(expected, Buffer.from(hex, "hex"));
}
