/** Where in HTML a piece of text stands: enough to tell whether an escaped value is harmless there. */

/** Interned by name, so that two places can be compared with `===`. */
export interface HtmlPlace {
  readonly kind: "text" | "tag" | "unquoted" | "quoted" | "comment" | "raw";
  readonly quote?: string;
  readonly attribute?: string;
  /** Nothing of the attribute's value has been written yet. */
  readonly first?: boolean;
  /** Name of the raw element: script, style, title, textarea. */
  readonly element?: string;
}

const PLACES = new Map<string, HtmlPlace>();
function place(value: HtmlPlace): HtmlPlace {
  const name = `${value.kind} ${value.quote ?? ""} ${value.attribute ?? ""} ${value.first ?? ""} ${value.element ?? ""}`;
  const known = PLACES.get(name);
  if (known !== undefined) return known;
  if (PLACES.size < 1_000) PLACES.set(name, value);
  return value;
}

export const htmlStart: HtmlPlace = place({ kind: "text" });
const RAW = new Set(["script", "style", "iframe", "noscript", "xmp", "noembed", "noframes", "plaintext"]);
const LINKS = new Set(["href", "src", "action", "formaction", "background", "poster", "cite"]);

/** Text, or a quoted attribute that is no event handler or style. */
export function isSafePlace(at: HtmlPlace): boolean {
  if (at.kind === "text") return true;
  return at.kind === "quoted" && !/^on|^style$|^srcdoc$|^srcset$/.test(at.attribute ?? "");
}

/** A link's value begins here, so its scheme is not fixed by the template. */
export function urlStartsAt(at: HtmlPlace): boolean {
  return at.kind === "quoted" && at.first === true && LINKS.has(at.attribute ?? "");
}

/** The place after this text. */
export function scanHtml(text: string, from: HtmlPlace): HtmlPlace {
  let at = from;
  let i = 0;
  while (i < text.length) {
    if (at.kind === "text") {
      const open = text.indexOf("<", i);
      if (open < 0) return at;
      if (text.startsWith("<!--", open)) {
        at = place({ kind: "comment" });
        i = open + 4;
      } else if (open === text.length - 1) {
        // What follows may be a value, and then it would be the name of a tag.
        return place({ kind: "tag" });
      } else if (/^<[a-zA-Z/!?]/.test(text.slice(open, open + 2))) {
        const name = /^<\/?([a-zA-Z0-9-]*)/.exec(text.slice(open, open + 40))![1]!.toLowerCase();
        const closing = text[open + 1] === "/";
        at = place({ kind: "tag", ...(RAW.has(name) && !closing ? { element: name } : {}) });
        i = open + (closing ? 2 : 1) + name.length;
      } else i = open + 1;
    } else if (at.kind === "comment") {
      const close = text.indexOf("-->", i);
      if (close < 0) return at;
      at = htmlStart;
      i = close + 3;
    } else if (at.kind === "raw") {
      const close = text.toLowerCase().indexOf(`</${at.element}`, i);
      if (close < 0) return at;
      i = close + 2 + at.element!.length;
      at = place({ kind: "tag" });
    } else if (at.kind === "quoted") {
      const close = text.indexOf(at.quote!, i);
      if (close < 0) return place({ ...at, first: false });
      at = place({ kind: "tag", ...(at.element === undefined ? {} : { element: at.element }) });
      i = close + 1;
    } else if (at.kind === "unquoted") {
      const end = /[\s>]/.exec(text.slice(i));
      if (end === null) return at;
      i += end.index;
      at = place({ kind: "tag", ...(at.element === undefined ? {} : { element: at.element }) });
    } else {
      const step = inTag(text, i, at);
      at = step.at;
      i = step.next;
    }
  }
  return at;
}

function inTag(text: string, i: number, at: HtmlPlace): { readonly at: HtmlPlace; readonly next: number } {
  const element = at.element === undefined ? {} : { element: at.element };
  if (text[i] === ">") return { at: at.element === undefined ? htmlStart : place({ kind: "raw", element: at.element }), next: i + 1 };
  const attribute = /^([^\s"'<>/=]+)\s*=\s*(["']?)/.exec(text.slice(i));
  if (attribute === null) return { at, next: i + 1 };
  const name = attribute[1]!.toLowerCase();
  const quote = attribute[2]!;
  const next = i + attribute[0].length;
  if (quote !== "") return { at: place({ kind: "quoted", quote, attribute: name, first: true, ...element }), next };
  return { at: place({ kind: "unquoted", attribute: name, ...element }), next };
}
