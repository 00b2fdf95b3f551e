/**
 * Reads JSON from the wire: one pass over the text before `JSON.parse` sees it, so that nothing downstream meets a body
 * that is too deep, ambiguous or not storable. Called by every route that takes JSON or NDJSON.
 */
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/json.ts";

export const MAX_DEPTH = 32;
export const MAX_NODES = 50_000;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Bytes to text; refuses what is not UTF-8. A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new EngineError("text_invalid", "The body is not valid UTF-8.", {}, { cause });
  }
}

/**
 * Parses JSON text within the limits.
 *
 * - refuses nesting beyond 32 levels or more than 50,000 values (`body_too_deep`)
 * - refuses NUL and unpaired surrogates in strings and names (`text_invalid`)
 * - refuses the name `__proto__`, a name given twice in one object, and numbers beyond a double's range (`body_not_json`)
 */
export function parseJson(text: string): Json {
  scan(text);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new EngineError("body_not_json", `The body is not JSON: ${syntaxOf(cause)}`, {}, { cause });
  }
}

/** Refuses text that PostgreSQL or JSON cannot carry: NUL and unpaired surrogates. `where` names it in the detail. */
export function requireStorable(text: string, where: string): void {
  if (text.includes("\0")) throw new EngineError("text_invalid", `${where} holds a NUL character.`);
  if (!text.isWellFormed()) throw new EngineError("text_invalid", `${where} holds an unpaired surrogate.`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Walks the tokens once; leaves syntax to `JSON.parse`, which runs after it. */
function scan(text: string): void {
  /** Names seen per open object; null for an array. */
  const open: (Set<string> | null)[] = [];
  let nodes = 0;
  let index = 0;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      const end = endOfString(text, index);
      const raw = text.slice(index + 1, end);
      index = end + 1;
      const value = raw.includes("\\") ? readEscapes(raw) : raw;
      requireStorable(value, "A string of the body");
      const names = open.at(-1);
      if (names && nextIsColon(text, index)) addName(names, value);
      else nodes += 1;
    } else if (char === 0x7b || char === 0x5b) {
      nodes += 1;
      open.push(char === 0x7b ? new Set() : null);
      if (open.length > MAX_DEPTH) throw new EngineError("body_too_deep", `The body is nested deeper than ${MAX_DEPTH} levels.`, { limit: MAX_DEPTH });
      index += 1;
    } else if (char === 0x7d || char === 0x5d) {
      open.pop();
      index += 1;
    } else if (char === COMMA || char === COLON || char <= 0x20) {
      index += 1;
    } else {
      nodes += 1;
      const start = index;
      while (index < text.length && isScalar(text.charCodeAt(index))) index += 1;
      if (index === start) index += 1;
      if (char === 0x2d || (char >= 0x30 && char <= 0x39)) requireFinite(text.slice(start, index));
    }
    if (nodes > MAX_NODES) throw new EngineError("body_too_deep", `The body holds more than ${MAX_NODES} values.`, { limit: MAX_NODES });
  }
}

function isScalar(char: number): boolean {
  return char > 0x20 && char !== COMMA && char !== COLON && char !== QUOTE && char !== 0x7b && char !== 0x7d && char !== 0x5b && char !== 0x5d;
}

function requireFinite(token: string): void {
  const value = Number(token);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw new EngineError("body_not_json", `The number ${token.slice(0, 40)} is beyond the range of a double.`);
  }
}

function addName(names: Set<string>, name: string): void {
  if (name === "__proto__") throw new EngineError("body_not_json", "The name `__proto__` is not allowed.");
  if (names.has(name)) throw new EngineError("body_not_json", `The name \`${name.slice(0, 80)}\` is given twice in one object.`);
  names.add(name);
}

/** Index of the closing quote; the end of the text where it is missing (JSON.parse then refuses). */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === BACKSLASH) index += 2;
    else if (char === QUOTE) return index;
    else index += 1;
  }
  return text.length;
}

function nextIsColon(text: string, start: number): boolean {
  let index = start;
  while (index < text.length && text.charCodeAt(index) <= 0x20) index += 1;
  return text.charCodeAt(index) === COLON;
}

function readEscapes(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch (cause) {
    throw new EngineError("body_not_json", `The body is not JSON: ${syntaxOf(cause)}`, {}, { cause });
  }
}

/** V8's message without the excerpt of the body. */
function syntaxOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : "syntax error";
  return message.replace(/(, )?\.{0,3}".*$/su, "").replace(/ in JSON/u, "");
}
