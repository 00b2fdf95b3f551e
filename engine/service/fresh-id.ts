/** UUIDs of version 7 from an instant and a seed: what the services create themselves, outside any step. */
import { createHash } from "node:crypto";
import type { Instant } from "../core/step-types.ts";

/**
 * The same instant, seed and name give the same id, so that a retried transaction with the same seed repeats itself.
 *
 * Layout of RFC 9562: 48 bits of milliseconds, then random bits, here of SHA-256.
 */
export function freshId(at: Instant, seed: string, name = ""): string {
  const random = createHash("sha256").update(`${seed}/${name}`).digest();
  const milliseconds = BigInt(Date.parse(at)).toString(16).padStart(12, "0");
  const variant = ((random[2] ?? 0) & 0x3f) | 0x80;
  const hex = random.toString("hex");
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7${hex.slice(0, 3)}-${variant.toString(16).padStart(2, "0")}${hex.slice(6, 8)}-${hex.slice(8, 20)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
