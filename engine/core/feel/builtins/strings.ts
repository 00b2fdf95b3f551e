/**
 * Text: DMN 1.3, 10.3.4.3. Positions count code points from 1. Patterns run in re2js, in linear time; case mapping is not by locale.
 */
import { RE2JS } from "re2js";
import { text } from "../convert.ts";
import { type Numeric, toDecimal } from "../decimals.ts";
import { type FeelList, type FeelValue, LIMIT, WRONG_TYPE } from "../values.ts";
import { type Builtin, define, firstUnknown } from "./define.ts";

export const MAX_STRING = 100_000;
const MAX_PATTERN = 500;
const integer = (n: Numeric): number => Math.trunc(toDecimal(n).toNumber());

const patterns = new Map<string, RE2JS | null>();
/** The compiled pattern; null where it is none. The last 200 are kept. */
function patternOf(source: string, flags: string | null | undefined): RE2JS | null {
  const key = `${flags ?? ""}/${source}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  if (patterns.size >= 200) patterns.clear();
  let compiled: RE2JS | null = null;
  if (source.length <= MAX_PATTERN) {
    let bits = 0;
    for (const flag of flags ?? "") bits |= flag === "i" ? RE2JS.CASE_INSENSITIVE : flag === "s" ? RE2JS.DOTALL : flag === "m" ? RE2JS.MULTILINE : 0;
    try {
      compiled = RE2JS.compile(source, bits);
    } catch {
      compiled = null;
    }
  }
  patterns.set(key, compiled);
  return compiled;
}

function substring(source: string, start: Numeric, length: Numeric | null | undefined): FeelValue {
  const points = [...source];
  const from = integer(start);
  if (from === 0) return null;
  const begin = from > 0 ? from - 1 : Math.max(0, points.length + from);
  const count = length === undefined || length === null ? points.length : integer(length);
  return count < 0 ? null : points.slice(begin, begin + count).join("");
}
function join(list: FeelList, delimiter: string | null | undefined): FeelValue {
  const unknown = firstUnknown(list);
  if (unknown !== undefined) return unknown;
  const present = list.filter((entry) => entry !== null);
  if (!present.every((entry) => typeof entry === "string")) return WRONG_TYPE;
  const joined = present.join(delimiter ?? "");
  return joined.length > MAX_STRING ? LIMIT : joined;
}

export const stringBuiltins: readonly Builtin[] = [
  define("string(from: a)", ([from]) => (from === null ? null : text(from))),
  define("substring(string: s, start position: n, length?: n)", ([source, start, length]) => substring(source, start, length)),
  define("string length(string: s)", ([source], charge) => {
    charge(source.length >> 4);
    return [...source].length;
  }),
  define("upper case(string: s)", ([source]) => source.toUpperCase()),
  define("lower case(string: s)", ([source]) => source.toLowerCase()),
  define("trim(string: s)", ([source]) => source.trim()),
  define("substring before(string: s, match: s)", ([source, match]) => {
    const at = source.indexOf(match);
    return at < 0 ? "" : source.slice(0, at);
  }),
  define("substring after(string: s, match: s)", ([source, match]) => {
    const at = source.indexOf(match);
    return at < 0 ? "" : source.slice(at + match.length);
  }),
  define("contains(string: s, match: s)", ([source, match]) => source.includes(match)),
  define("starts with(string: s, match: s)", ([source, match]) => source.startsWith(match)),
  define("ends with(string: s, match: s)", ([source, match]) => source.endsWith(match)),
  define("matches(input: s, pattern: s, flags?: s)", ([input, pattern, flags], charge) => {
    charge(input.length);
    return patternOf(pattern, flags)?.matcher(input).find() ?? null;
  }),
  define("replace(input: s, pattern: s, replacement: s, flags?: s)", ([input, pattern, replacement, flags], charge) => {
    charge(input.length);
    const compiled = patternOf(pattern, flags);
    if (compiled === null) return null;
    const replaced = compiled.matcher(input).replaceAll(replacement);
    return replaced.length > MAX_STRING ? LIMIT : replaced;
  }),
  define("split(string: s, delimiter: s)", ([source, delimiter], charge) => {
    charge(source.length);
    const compiled = patternOf(delimiter, null);
    return compiled === null ? null : compiled.split(source, -1);
  }),
  define("string join(list: l, delimiter?: s)", ([list, delimiter], charge) => {
    charge(list.length);
    return join(list, delimiter);
  }),
];
