/** Ids and codes of what a step creates: all from the step's seed, so that a replay makes the same. */
import { sha256 } from "../sha256.ts";

/** Without 0, 1, I, L, O, U-like doubles that people misread. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const encoder = new TextEncoder();

export class SeedIds {
  private readonly seed: string;
  private readonly ms: number;
  private drawn = 0;

  /** - `ms`: the step's now; the time part of the ids */
  constructor(seed: string, ms: number) {
    this.seed = seed;
    this.ms = ms;
  }
  private bytes(): Uint8Array {
    return sha256(encoder.encode(`${this.seed}:${this.drawn++}`));
  }
  /** UUID version 7 (RFC 9562): 48 bits of time, the rest from the seed. */
  uuid(): string {
    const bytes = this.bytes();
    let time = this.ms;
    for (let i = 5; i >= 0; i--) {
      bytes[i] = time % 256;
      time = Math.floor(time / 256);
    }
    bytes[6] = (bytes[6]! & 0x0f) | 0x70;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    let hex = "";
    for (let i = 0; i < 16; i++) hex += bytes[i]!.toString(16).padStart(2, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
  /** Characters of the code alphabet; each is equally likely. */
  code(length: number): string {
    let out = "";
    while (out.length < length) {
      for (const byte of this.bytes()) {
        // 240 is the largest multiple of 30 below 256; what lies above would favour the first characters.
        if (byte < 240 && out.length < length) out += ALPHABET[byte % ALPHABET.length];
      }
    }
    return out;
  }
  /** Fills a code pattern: `{org}`, `{year}`, `{code8}` (any length from 1 to 32). */
  fill(pattern: string, org: string, year: number): string {
    return pattern.replace(/\{(org|year|code(\d{1,2}))\}/g, (_, name: string, length: string | undefined) => {
      if (name === "org") return org;
      if (name === "year") return String(year);
      return this.code(Math.min(Math.max(Number(length), 1), 32));
    });
  }
}
