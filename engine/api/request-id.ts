/** Ids of requests: opaque, in every log line, problem and answer header. */
import { randomBytes } from "node:crypto";

export function newRequestId(): string {
  return randomBytes(12).toString("base64url");
}
