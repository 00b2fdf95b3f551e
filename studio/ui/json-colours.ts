/** How JSON is coloured wherever it is shown in CodeMirror. */
import { HighlightStyle } from "@codemirror/language";
import { tags } from "@lezer/highlight";

export const jsonColours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.string, color: "var(--open-ink)" },
  { tag: tags.number, color: "var(--waits-ink)" },
  { tag: [tags.bool, tags.null], color: "var(--overridden-ink)" },
  { tag: tags.punctuation, color: "var(--ink-3)" },
]);
