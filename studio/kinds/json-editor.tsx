/** A JSON value as text with its schema: completion and marks while typing. Text that is no JSON stays here; the document keeps the last good one. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "#engine/core/problem.ts";
import type { Json, JsonSchema } from "#engine/schema/json.ts";
import { sameJson } from "../document/json-path.ts";
import { useUnsaved } from "../document/unsaved.ts";
import { Icon } from "../ui/icon.tsx";
import { Skeleton } from "../ui/states.tsx";

const CodeMirrorJson = lazy(() => import("./code-mirror-json.tsx"));

export interface JsonEditorProps {
  readonly label: string;
  readonly value: Json;
  readonly schema?: JsonSchema | undefined;
  /** Without it the text is read-only. */
  readonly onChange?: ((value: Json) => void) | undefined;
  /** Lints of the value, marked in the text. */
  readonly problems?: readonly Problem[];
  /** JSON pointer to scroll to, mark and edit: once, then `onShown` tells that it was done. */
  readonly at?: string | null;
  readonly onShown?: () => void;
}

const NO_PROBLEMS: readonly Problem[] = [];

export function JsonEditor({ label, value, schema, onChange, problems = NO_PROBLEMS, at = null, onShown }: JsonEditorProps) {
  const given = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const [text, setText] = useState(given);
  const [fault, setFault] = useState<string | null>(null);
  const sent = useRef(value);
  useUnsaved(fault !== null);
  // The editor exists only in browsers: the server sends its outline.
  const [isMounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  useEffect(() => {
    if (sameJson(sent.current, value)) return;
    sent.current = value;
    setText(given);
    setFault(null);
  }, [value, given]);
  const edit = (next: string): void => {
    setText(next);
    const parsed = parse(next);
    setFault(parsed.fault);
    if (parsed.fault !== null || sameJson(parsed.value, sent.current)) return;
    sent.current = parsed.value;
    onChange?.(parsed.value);
  };
  return (
    <div className="json-editor">
      {isMounted ? (
        <Suspense fallback={<JsonSkeleton />}>
          <CodeMirrorJson
            label={label}
            text={text}
            schema={schema}
            problems={problems}
            onEdit={onChange === undefined ? undefined : edit}
            at={at}
            onShown={onShown}
          />
        </Suspense>
      ) : (
        <JsonSkeleton />
      )}
      {fault === null ? null : (
        <p className="json-fault m-blocked" role="status">
          <Icon name="bar" /> {fault}
        </p>
      )}
    </div>
  );
}

function parse(text: string): { readonly value: Json; readonly fault: string | null } {
  try {
    return { value: JSON.parse(text) as Json, fault: null };
  } catch (error) {
    return { value: null, fault: `Not JSON yet: ${(error as Error).message}. The last good version is kept.` };
  }
}

const JsonSkeleton = () => (
  <div className="json-skeleton" role="status" aria-label="Loading the editor">
    {[30, 55, 70, 45, 60, 35, 50].map((width) => (
      <Skeleton key={width} width={`${width}%`} />
    ))}
  </div>
);
