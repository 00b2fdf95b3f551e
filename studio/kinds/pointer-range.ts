/** Where a JSON pointer's value stands in JSON text. Reads the text once, without building the value. */
import { fromPointer } from "../document/json-path.ts";

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** Null where the text is no JSON up to there or has no such place. */
export function pointerRange(text: string, pointer: string): TextRange | null {
  const path = fromPointer(pointer);
  let at = 0;
  const space = (): void => {
    while (/\s/.test(text[at] ?? "")) at += 1;
  };
  const string = (): string => {
    const from = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      return "";
    }
  };
  /** Reads one value; answers the range of the place at `depth` of the path when it lies inside. */
  const value = (depth: number | null): TextRange | null => {
    space();
    const from = at;
    let found: TextRange | null = null;
    const open = text[at];
    if (open === "{" || open === "[") {
      const close = open === "{" ? "}" : "]";
      at += 1;
      for (let index = 0; at < text.length; index += 1) {
        space();
        if (text[at] === close) break;
        const key = open === "{" ? string() : String(index);
        space();
        if (open === "{") at += 1;
        const inside = value(depth !== null && path[depth] === key ? depth + 1 : null);
        found ??= inside;
        space();
        if (text[at] === ",") at += 1;
        else if (text[at] !== close) return null;
      }
      at += 1;
    } else if (open === '"') string();
    else while (at < text.length && !/[\s,}\]]/.test(text[at] ?? "")) at += 1;
    return depth === path.length ? { from, to: at } : found;
  };
  return value(0);
}
