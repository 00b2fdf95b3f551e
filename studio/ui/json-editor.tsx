import "./json-pane.css";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import CodeMirror from "@uiw/react-codemirror";
import { useMemo, useRef } from "react";
import { jsonColours } from "./json-colours.ts";
import { rangeOfPointer } from "./json-pointer-range.ts";

/** A problem at a place of the document. */
export interface JsonProblem {
  /** JSON pointer, "" for the whole document. */
  readonly path: string;
  readonly message: string;
  readonly severity: "error" | "warning" | "info";
}

export interface JsonEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange?: (value: string) => void;
  /** What is wrong besides the syntax; asked for each text that parses. */
  readonly problems?: (value: unknown) => readonly JsonProblem[];
  readonly readOnly?: boolean;
  readonly height?: string;
}

/** CodeMirror for JSON; only JsonPane loads it. Tab goes on, as everywhere. Default export because `lazy` wants one. */
export default function JsonEditor({ label, value, onChange, problems, readOnly = false, height = "100%" }: JsonEditorProps) {
  const ask = useRef(problems);
  ask.current = problems;
  const extensions = useMemo(
    () => [
      json(),
      syntaxHighlighting(jsonColours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      lintGutter(),
      linter(jsonParseLinter()),
      linter((view) => diagnose(view.state.doc.toString(), ask.current)),
    ],
    [label],
  );
  return (
    <CodeMirror
      value={value}
      height={height}
      theme="none"
      extensions={extensions}
      readOnly={readOnly}
      indentWithTab={false}
      basicSetup={{ foldGutter: true, highlightActiveLine: !readOnly, syntaxHighlighting: false }}
      {...(onChange === undefined ? {} : { onChange })}
    />
  );
}

function diagnose(text: string, problems: JsonEditorProps["problems"]): Diagnostic[] {
  if (problems === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return problems(value).map((problem) => ({ ...rangeOfPointer(text, problem.path), severity: problem.severity, message: problem.message }));
}
