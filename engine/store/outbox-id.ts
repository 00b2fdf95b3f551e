/** Ids of outbox rows: uuid v7 that ascend within the process, so that rows of one commit keep their order. */
import type { Instant } from "../core/step-types.ts";
import { randomHex } from "./random-hex.ts";

let lastMs = 0;
let counter = 0;
/** The counter sits in the 12 bits after the version; when it overflows, the time moves on by a millisecond. */
export function outboxId(at: Instant): string {
  const ms = Math.max(Date.parse(at), lastMs);
  counter = ms === lastMs ? counter + 1 : 0;
  lastMs = counter > 0xfff ? ms + 1 : ms;
  if (counter > 0xfff) counter = 0;
  const time = lastMs.toString(16).padStart(12, "0");
  const tail = randomHex(8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-8${tail.slice(1, 4)}-${tail.slice(4)}`;
}
