/**
 * Canonical JSON (RFC 8785) and the hashes that name definition versions.
 *
 * Two JSON texts have the same hash exactly if they are the same value: key order, white space and number spelling do not count.
 * Hence no object's key order may carry meaning anywhere in a definition.
 */
import type { Json } from "../schema/json.ts";
import { EngineError } from "./errors.ts";
import { sha256Hex } from "./sha256.ts";

/** Levels of nesting that are written; more is refused. */
export const MAX_CANONICAL_DEPTH = 128;

/** A digest of UTF-8 text as 64 hex digits. The shell passes its platform's own where speed counts. */
export type Digest = (text: string) => string;

/**
 * Writes a value as canonical JSON.
 *
 * - keys in UTF-16 code unit order, numbers as ECMAScript writes them, members that are `undefined` left out
 * - throws EngineError `text_invalid` on unpaired surrogates, `body_too_deep` beyond 128 levels, `payload_invalid` on what is not JSON
 *
 * ```ts
 * canonicalJson({ b: 1.0, a: [true, null] }) // => '{"a":[true,null],"b":1}'
 * ```
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** The name of a definition's version: SHA-256 of its canonical JSON. */
export function hashDefinition(definition: unknown, digest: Digest = sha256Hex): string {
  return digest(canonicalJson(definition));
}

/** Tells whether two JSON values are the same, whatever their key order. Cheaper than two hashes; stops at the first difference. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) if (!sameJson(left[i], right[i])) return false;
    return true;
  }
  if (Array.isArray(right)) return false;
  const leftKeys = Object.keys(left);
  if (leftKeys.length !== Object.keys(right).length) return false;
  for (const key of leftKeys) {
    if (!Object.hasOwn(right, key)) return false;
    if (!sameJson((left as Record<string, Json>)[key], (right as Record<string, Json>)[key])) return false;
  }
  return true;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeText(value);
    case "number":
      if (!Number.isFinite(value)) throw new EngineError("payload_invalid", `${String(value)} is not a JSON number`);
      return value === 0 ? "0" : String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      throw new EngineError("payload_invalid", `A ${typeof value} is not JSON`);
  }
  if (value === null) return "null";
  if (depth >= MAX_CANONICAL_DEPTH) throw new EngineError("body_too_deep", `The value is nested more than ${MAX_CANONICAL_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    let out = "[";
    for (let i = 0; i < value.length; i++) out += (i === 0 ? "" : ",") + write(value[i], depth + 1);
    return `${out}]`;
  }
  const record = value as Record<string, unknown>;
  let out = "{";
  let first = true;
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member === undefined) continue;
    out += `${first ? "" : ","}${writeText(key)}:${write(member, depth + 1)}`;
    first = false;
  }
  return `${out}}`;
}

/** ASCII without what JSON escapes: names, codes, ids, decimals and instants. */
const PLAIN = /^[ !#-[\]-~]*$/;

function writeText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new EngineError("text_invalid", "The text holds an unpaired surrogate, which has no UTF-8 form");
  return JSON.stringify(text);
}
