/** SHA-256 by the platform: what the pure core's own digest computes, many times faster. */
import { createHash } from "node:crypto";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
