/** CodeMirror with JSON and its schema. Loaded only in the browser, only where JSON is shown. */
import { json, jsonLanguage, jsonParseLinter } from "@codemirror/lang-json";
import { linter } from "@codemirror/lint";
import { EditorView, hoverTooltip } from "@codemirror/view";
import CodeMirror, { type ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { jsonCompletion, jsonSchemaHover, jsonSchemaLinter, stateExtensions } from "codemirror-json-schema";
import { useEffect, useMemo, useRef } from "react";
import type { JsonSchema } from "#engine/schema/types.ts";
import { pointerRange } from "./pointer-range.ts";

const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "12px", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "18px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-line) !important" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface-raised)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    boxShadow: "var(--lift)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-fill)", color: "var(--accent-ink)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--blocked-ink)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--surface-sunk)", border: "none", color: "var(--ink-3)" },
});

export default function CodeMirrorJson({
  label,
  text,
  schema,
  onEdit,
  at,
}: {
  label: string;
  text: string;
  schema: JsonSchema | undefined;
  onEdit: ((text: string) => void) | undefined;
  at: string | null;
}) {
  const view = useRef<ReactCodeMirrorRef>(null);
  const extensions = useMemo(() => {
    const base = [json(), linter(jsonParseLinter(), { delay: 300 }), theme, EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label })];
    if (schema === undefined || onEdit === undefined) return base;
    return [
      ...base,
      linter(jsonSchemaLinter(), { needsRefresh: () => true, delay: 400 }),
      jsonLanguage.data.of({ autocomplete: jsonCompletion() }),
      hoverTooltip(jsonSchemaHover()),
      stateExtensions(schema as never),
    ];
  }, [schema, label, onEdit === undefined]);
  useEffect(() => {
    const editor = view.current?.view;
    const range = at === null || editor === undefined ? null : pointerRange(editor.state.doc.toString(), at);
    if (range === null || editor === undefined) return;
    editor.dispatch({ selection: { anchor: range.from, head: range.to }, effects: EditorView.scrollIntoView(range.from, { y: "center" }) });
  }, [at]);
  return (
    <CodeMirror
      ref={view}
      value={text}
      height="100%"
      theme="none"
      editable={onEdit !== undefined}
      readOnly={onEdit === undefined}
      basicSetup={{ foldGutter: true, highlightActiveLine: onEdit !== undefined, autocompletion: true, searchKeymap: true }}
      extensions={extensions}
      {...(onEdit === undefined ? {} : { onChange: onEdit })}
    />
  );
}
