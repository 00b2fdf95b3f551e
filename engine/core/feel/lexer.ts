/** Cuts FEEL text into tokens, by character codes only: linear in the length of the text, whatever it holds. */
import { EngineError } from "../errors.ts";

export const MAX_TEXT = 4000;

/** A place in the text that is not FEEL. `from` and `to` are offsets; thrown by the parser, caught by `tryCompileFeel` and its kin. */
export class FeelSyntaxError extends EngineError {
  readonly from: number;
  readonly to: number;
  constructor(message: string, from: number, to: number) {
    super("definition_invalid", message, { from, to });
    this.from = from;
    this.to = to;
  }
}

export interface Token {
  readonly kind: "number" | "string" | "temporal" | "name" | "symbol" | "end";
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isNameStart = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36 || code >= 0xc0;
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x2028 || code === 0x2029 || code === 0xfeff;
const TWO = ["**", "..", "!=", "<=", ">="];
const ONE = "+-*/()[]{},:.=<>?@";
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", "'": "'" };

export function tokenise(source: string): readonly Token[] {
  if (source.length > MAX_TEXT) throw new FeelSyntaxError(`An expression has at most ${MAX_TEXT} characters; this one has ${source.length}`, 0, source.length);
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    at = skipBlank(source, at);
    if (at >= source.length) {
      tokens.push({ kind: "end", text: "", from: source.length, to: source.length });
      return tokens;
    }
    const token = readToken(source, at);
    tokens.push(token);
    at = token.to;
  }
}

function skipBlank(source: string, from: number): number {
  let at = from;
  while (at < source.length) {
    if (isBlank(source.charCodeAt(at))) at++;
    else if (source.startsWith("//", at)) {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end + 1;
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      if (end < 0) throw new FeelSyntaxError("This comment is not closed", at, source.length);
      at = end + 2;
    } else break;
  }
  return at;
}

function readToken(source: string, from: number): Token {
  const code = source.charCodeAt(from);
  if (isDigit(code) || (code === 46 && isDigit(source.charCodeAt(from + 1)))) return readNumber(source, from);
  if (code === 34) return readString(source, from);
  if (isNameStart(code)) {
    let to = from + 1;
    while (to < source.length && (isNameStart(source.charCodeAt(to)) || isDigit(source.charCodeAt(to)))) to++;
    return { kind: "name", text: source.slice(from, to), from, to };
  }
  if (code === 64) {
    const string = source.charCodeAt(from + 1) === 34 ? readString(source, from + 1) : null;
    if (string === null) throw new FeelSyntaxError('`@` is followed by quoted text, as in @"2026-01-31"', from, from + 1);
    return { ...string, kind: "temporal", from };
  }
  const two = source.slice(from, from + 2);
  if (TWO.includes(two)) return { kind: "symbol", text: two, from, to: from + 2 };
  const one = source[from]!;
  if (ONE.includes(one)) return { kind: "symbol", text: one, from, to: from + 1 };
  throw new FeelSyntaxError(`"${one}" has no meaning here`, from, from + 1);
}

function readNumber(source: string, from: number): Token {
  let to = from;
  while (isDigit(source.charCodeAt(to))) to++;
  if (source.charCodeAt(to) === 46 && isDigit(source.charCodeAt(to + 1))) {
    to++;
    while (isDigit(source.charCodeAt(to))) to++;
  }
  const sign = source[to + 1] === "+" || source[to + 1] === "-" ? 1 : 0;
  if ((source[to] === "e" || source[to] === "E") && isDigit(source.charCodeAt(to + 1 + sign))) {
    to += 1 + sign;
    while (isDigit(source.charCodeAt(to))) to++;
  }
  return { kind: "number", text: source.slice(from, to), from, to };
}

function readString(source: string, from: number): Token {
  let text = "";
  let at = from + 1;
  let start = at;
  while (at < source.length) {
    const char = source[at]!;
    if (char === '"') return { kind: "string", text: text + source.slice(start, at), from, to: at + 1 };
    if (char !== "\\") {
      at++;
      continue;
    }
    text += source.slice(start, at);
    const escaped = source[at + 1] ?? "";
    if (escaped === "u" || escaped === "U") {
      const width = escaped === "u" ? 4 : 6;
      const digits = source.slice(at + 2, at + 2 + width);
      const point = Number.parseInt(digits, 16);
      const valid = digits.length === width && [...digits].every((digit) => "0123456789abcdefABCDEF".includes(digit)) && point <= 0x10ffff;
      if (!valid) throw new FeelSyntaxError(`\\${escaped} is followed by ${width} hexadecimal digits`, at, at + 2);
      text += String.fromCodePoint(point);
      at += 2 + width;
    } else {
      // An unknown escape stays as written, backslash included: patterns such as "\d" are common (DMN TCK).
      text += Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : `\\${escaped}`;
      at += 2;
    }
    start = at;
  }
  throw new FeelSyntaxError("This text is not closed", from, source.length);
}
