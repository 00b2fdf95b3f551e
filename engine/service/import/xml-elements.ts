/** As much of XML as a workbook's parts need: elements by name, their attributes and texts. No entity but the five and numbers is known. */
import { unreadableWorkbook } from "./unreadable-workbook.ts";

/** The elements of a name in order, not nested in each other: one pass over the text, also when an end is missing. */
export function* xmlElements(xml: string, name: string): Generator<{ readonly attributes: string; readonly content: string }> {
  const open = `<${name}`;
  const close = `</${name}>`;
  for (let at = xml.indexOf(open); at >= 0; at = xml.indexOf(open, at)) {
    const start = at + open.length;
    const end = xml.indexOf(">", start);
    if (end < 0) throw unreadableWorkbook(`<${name}> has no end`);
    const isOther = !/[\s/>]/.test(xml[start] ?? "");
    const isEmpty = xml[end - 1] === "/";
    const stop = isOther || isEmpty ? end : xml.indexOf(close, end);
    if (stop < 0) throw unreadableWorkbook(`<${name}> has no end`);
    if (!isOther) yield { attributes: xml.slice(start, isEmpty ? end - 1 : end), content: isEmpty ? "" : xml.slice(end + 1, stop) };
    at = isOther || isEmpty ? end + 1 : stop + close.length;
  }
}

/** The texts of a string item; phonetic runs are left out. */
export function textsOf(xml: string): string {
  const bare = xml
    .split("<rPh")
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf("</rPh>") + "</rPh>".length)))
    .join("");
  return [...xmlElements(bare, "t")].map(({ content }) => unescapeXml(content)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|([a-z]+));/g, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

const patterns = new Map<string, RegExp>();

/** The value of an attribute, or null; `name` is a pattern. */
export function attributeOf(attributes: string, name: string): string | null {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`(?:^|\\s)${name}="([^"]*)"`);
    patterns.set(name, pattern);
  }
  const value = pattern.exec(attributes)?.[1];
  return value === undefined ? null : unescapeXml(value);
}

/** Without the prefix that some programs give every element of the main namespace. */
export function withoutPrefix(xml: string): string {
  const prefix = /^\s*(?:<\?[^>]*>\s*)*<([A-Za-z]\w{0,20}):/.exec(xml)?.[1];
  return prefix === undefined ? xml : xml.replaceAll(`<${prefix}:`, "<").replaceAll(`</${prefix}:`, "</");
}
