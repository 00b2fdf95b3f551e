/** The page of a definition without an editor of its own yet: its JSON with schema and lint, what names it; of a mail its look. */
import "../canvas/editor.css";
import "./parts.css";
import "./kinds.css";
import { useState } from "react";
import type { Problem } from "#engine/core/problem.ts";
import { isJsonObject, type JsonSchema } from "#engine/schema/json.ts";
import { ProblemsBar } from "../canvas/problems-bar.tsx";

import type { DocumentHandle } from "../document/use-document.ts";
import { Icon } from "../ui/icon.tsx";
import { DocumentPreview } from "./document-preview.tsx";
import { JsonEditor } from "./json-editor.tsx";
import { KIND_WORDS } from "./kind-words.ts";
import { MailPreview } from "./mail-preview.tsx";
import { type UsedReference, WhereUsed } from "./where-used.tsx";

export interface DefinitionEditorProps {
  readonly handle: DocumentHandle;
  readonly canEdit: boolean;
  readonly problems: readonly Problem[];
  readonly schema?: JsonSchema | undefined;
  readonly used: { readonly uses: readonly UsedReference[]; readonly usedBy: readonly UsedReference[] };
}

export function DefinitionEditor({ handle, canEdit, problems, schema, used }: DefinitionEditorProps) {
  const [at, setAt] = useState<string | null>(null);
  const { kind, key, content } = handle.document;
  const words = KIND_WORDS[kind];
  return (
    <div className={kind === "mail" || kind === "document" ? "workspace is-mail" : "workspace"}>
      <div className="workspace-canvas is-json">
        <JsonEditor
          label={`${key} as JSON`}
          value={content}
          schema={schema}
          problems={problems}
          at={at}
          onChange={canEdit ? (value) => isJsonObject(value) && handle.run({ type: "replace-json", content: value }, "json") : undefined}
        />
      </div>
      <aside className="inspector" aria-label={`About ${key}`}>
        <header className="about-head">
          <p className="kicker">
            <Icon name={words.icon} size={14} /> {words.one}
          </p>
          <h2 className="clip">{String(content["title"] ?? key)}</h2>
          {typeof content["description"] === "string" ? <p className="soft">{content["description"]}</p> : null}
        </header>
        <div className="inspector-body">
          {kind === "mail" ? <MailPreview content={content} /> : null}
          {kind === "document" ? <DocumentPreview content={content} /> : null}
          <WhereUsed {...used} />
        </div>
      </aside>
      <ProblemsBar problems={problems} onGo={(problem) => setAt(problem.path)} />
    </div>
  );
}
