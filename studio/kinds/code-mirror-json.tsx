/** CodeMirror with JSON, its schema and the problems of its lints. Loaded only in the browser, only where JSON is edited. */
import { json, jsonLanguage, jsonParseLinter } from "@codemirror/lang-json";
import { syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import { EditorView, hoverTooltip } from "@codemirror/view";
import CodeMirror, { type ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { jsonCompletion, jsonSchemaHover, jsonSchemaLinter, stateExtensions } from "codemirror-json-schema";
import { useEffect, useMemo, useRef } from "react";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonSchema } from "#engine/schema/json.ts";
import { jsonColours } from "../ui/json-colours.ts";
import { rangeOfPointer, selectionOfPointer } from "../ui/json-pointer-range.ts";

const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "12px", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "18px" },
  ".cm-gutters": { backgroundColor: "var(--surface-quiet)", color: "var(--ink-3)", borderRight: "1px solid var(--line)" },
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
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--unknown-ink)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--surface-sunk)", border: "none", color: "var(--ink-3)" },
  ".cm-panels": { backgroundColor: "var(--surface-quiet)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 32px 8px 12px", fontFamily: "var(--font)", fontSize: "12px" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", fontSize: "12px" },
  ".cm-panel.cm-search [name=close]": { right: "8px", top: "4px", color: "var(--ink-2)", cursor: "pointer" },
  ".cm-textfield": {
    height: "24px",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    backgroundColor: "var(--surface-raised)",
    color: "var(--ink)",
  },
  ".cm-button": {
    height: "24px",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    background: "var(--surface-raised)",
    color: "var(--ink)",
    fontSize: "12px",
    cursor: "pointer",
  },
  ".cm-searchMatch": { backgroundColor: "var(--changed-fill)", outline: "1px solid var(--changed-line)" },
});

export interface CodeMirrorJsonProps {
  readonly label: string;
  readonly text: string;
  readonly schema: JsonSchema | undefined;
  readonly problems: readonly Problem[];
  readonly onEdit: ((text: string) => void) | undefined;
  readonly at: string | null;
  readonly onShown?: (() => void) | undefined;
}

export default function CodeMirrorJson({ label, text, schema, problems, onEdit, at, onShown }: CodeMirrorJsonProps) {
  const view = useRef<ReactCodeMirrorRef>(null);
  const isReadOnly = onEdit === undefined;
  const found = useRef(problems);
  found.current = problems;
  const extensions = useMemo(() => {
    const marks = linter((editor) => diagnose(editor.state.doc.toString(), found.current), { delay: 400 });
    const base = [
      json(),
      syntaxHighlighting(jsonColours),
      linter(jsonParseLinter(), { delay: 300 }),
      marks,
      theme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
    ];
    if (schema === undefined || isReadOnly) return base;
    const bySchema = jsonSchemaLinter();
    return [
      ...base,
      linter((editor) => (isJson(editor.state.doc.toString()) ? bySchema(editor) : []), { needsRefresh: () => true, delay: 400 }),
      jsonLanguage.data.of({ autocomplete: jsonCompletion() }),
      hoverTooltip(jsonSchemaHover()),
      stateExtensions(schema as never),
    ];
  }, [schema, label, isReadOnly]);
  const show = (editor: EditorView | undefined): void => {
    if (at === null || editor === undefined) return;
    showPlace(editor, at);
    onShown?.();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a place is shown when it is asked for
  useEffect(() => show(view.current?.view), [at]);
  return (
    <CodeMirror
      ref={view}
      value={text}
      height="100%"
      theme="none"
      editable={!isReadOnly}
      readOnly={isReadOnly}
      // Tab goes on, as everywhere: who works by keys would not get out again. Ctrl-] indents.
      indentWithTab={false}
      basicSetup={{ foldGutter: true, highlightActiveLine: !isReadOnly, syntaxHighlighting: false }}
      extensions={extensions}
      onCreateEditor={show}
      {...(onEdit === undefined ? {} : { onChange: onEdit })}
    />
  );
}

function showPlace(editor: EditorView, at: string): void {
  const { from, to } = selectionOfPointer(editor.state.doc.toString(), at);
  editor.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  editor.focus();
}

/** Text that cannot be parsed is marked where it breaks; its schema has nothing to say of it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Lints as marks; notes are left to the list below, and what is said of the whole stands at its beginning. */
function diagnose(text: string, problems: readonly Problem[]): Diagnostic[] {
  return problems.flatMap((problem): Diagnostic[] =>
    problem.severity === "info"
      ? []
      : [
          {
            ...(problem.path === "" ? { from: 0, to: Math.min(1, text.length) } : rangeOfPointer(text, problem.path)),
            severity: problem.severity,
            message: problem.message,
          },
        ],
  );
}
