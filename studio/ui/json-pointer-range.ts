/** Offsets of characters; `to` is after the last. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds where the value of a JSON pointer stands in a text, for marks in an editor.
 *
 * - `text`: valid JSON; a pointer to what is not there gives the range of its deepest part that exists
 *
 * ```ts
 * rangeOfPointer('{"a": [1, 22]}', "/a/1") // => { from: 10, to: 12 }
 * ```
 */
export function rangeOfPointer(text: string, pointer: string): TextRange {
  const names = pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = skipSpace(text, 0);
  for (const name of names) {
    const next = text[at] === "{" ? memberAt(text, at, name) : text[at] === "[" ? elementAt(text, at, Number(name)) : null;
    if (next === null) break;
    at = next;
  }
  return { from: at, to: endOfValue(text, at) };
}

/** What to select for a pointer. What is selected is replaced by what is typed: of the whole text only its beginning is. */
export function selectionOfPointer(text: string, pointer: string): TextRange {
  const { from, to } = rangeOfPointer(text, pointer);
  return to - from === text.trim().length ? { from, to: from } : { from, to };
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text[next] as string)) next += 1;
  return next;
}

function endOfString(text: string, at: number): number {
  let next = at + 1;
  while (next < text.length && text[next] !== '"') next += text[next] === "\\" ? 2 : 1;
  return next + 1;
}

function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  if (text[at] !== "{" && text[at] !== "[") {
    let next = at;
    while (next < text.length && !/[\s,\]}]/.test(text[next] as string)) next += 1;
    return next;
  }
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    const char = text[next];
    if (char === '"') next = endOfString(text, next) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth === 0) return next + 1;
    }
  }
  return text.length;
}

function memberAt(text: string, open: number, name: string): number | null {
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const end = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, end) + 1);
    if (JSON.parse(text.slice(at, end)) === name) return value;
    at = skipSpace(text, endOfValue(text, value));
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return null;
}

function elementAt(text: string, open: number, index: number): number | null {
  let at = skipSpace(text, open + 1);
  for (let position = 0; at < text.length && text[at] !== "]"; position += 1) {
    if (position === index) return at;
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return null;
}
