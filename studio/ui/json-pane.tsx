import { lazy, Suspense, useEffect, useState } from "react";
import type { JsonEditorProps } from "./json-editor.tsx";
import "./json-pane.css";
import { Skeleton } from "./states.tsx";

const JsonEditor = lazy(() => import("./json-editor.tsx"));

/**
 * A document as JSON, checked while it is typed: syntax by the parser, the rest by the caller's problems. The editor is loaded in
 * the browser only; until then, and on the server, the text stands as it is.
 */
export function JsonPane(props: JsonEditorProps) {
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const plain = <pre className="json-pane-plain">{props.value === "" ? <Skeleton /> : props.value}</pre>;
  return (
    <div className="json-pane" style={{ height: props.height ?? "100%" }}>
      {ready ? (
        <Suspense fallback={plain}>
          <JsonEditor {...props} />
        </Suspense>
      ) : (
        plain
      )}
    </div>
  );
}
