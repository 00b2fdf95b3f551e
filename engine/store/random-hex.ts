/** Random bytes as hex from a stock: asking the platform for 16 at a time costs more than all else that an id needs. Every byte is used once. */
import { randomFillSync } from "node:crypto";

const stock = Buffer.alloc(4096);
let used = stock.length;

/** `2 * bytes` hex digits. */
export function randomHex(bytes: number): string {
  if (used + bytes > stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  const text = stock.toString("hex", used, used + bytes);
  used += bytes;
  return text;
}
