import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useFetcher, useSearchParams } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";
import { MachineEditor } from "#studio/canvas/machine-editor.tsx";
import { createDocument } from "#studio/document/document.ts";
import { isSaved } from "#studio/document/history.ts";
import { useDocument } from "#studio/document/use-document.ts";
import { DefinitionEditor } from "#studio/kinds/definition-editor.tsx";
import { KIND_WORDS } from "#studio/kinds/kind-words.ts";
import type { SaveState } from "#studio/review/draft-bar.tsx";
import { RulesetEditor } from "#studio/rules/ruleset-editor.tsx";
import { TableEditor } from "#studio/tables/table-editor.tsx";
import { Icon, type IconName } from "#studio/ui/icon.tsx";
import type { EditorPage, SaveAnswer } from "./pages.ts";
import { EditMenu, StudioFrame } from "./studio-frame.tsx";

/** The page of one definition: its editor, saved into the draft some moments after each change. */
export function DefinitionScreen({ page }: { page: EditorPage }) {
  const [params, setParams] = useSearchParams();
  const saver = useFetcher<SaveAnswer>();
  const revision = useRef(page.revision);
  useEffect(() => {
    revision.current = Math.max(revision.current, page.revision);
  }, [page.revision]);
  const canEdit = page.mayEdit && page.isDraftOpen;
  const submit = saver.submit;
  const draftId = page.draft?.id ?? null;
  const inFlight = useRef(false);
  const waiting = useRef<JsonObject | null>(null);
  const onSave = useCallback(
    (content: JsonObject) => {
      if (draftId === null) return;
      // One save at a time: the next one names the revision that this one answers.
      if (inFlight.current) {
        waiting.current = content;
        return;
      }
      inFlight.current = true;
      void submit(
        { act: "definition", kind: page.kind, key: page.key, revision: revision.current, content: content as never },
        { method: "post", action: `/studio/drafts/${draftId}/save`, encType: "application/json" },
      );
    },
    [submit, draftId, page.kind, page.key],
  );
  const stored = useMemo(() => createDocument(page.kind, page.key, page.content), [page.kind, page.key, page.content]);
  const handle = useDocument(stored, canEdit ? onSave : null);
  const answer = saver.data;
  useEffect(() => {
    if (answer?.ok === true) revision.current = answer.revision;
  }, [answer]);
  useEffect(() => {
    if (saver.state !== "idle" || !inFlight.current) return;
    inFlight.current = false;
    const next = waiting.current;
    waiting.current = null;
    if (next !== null && answer?.ok === true) onSave(next);
  }, [saver.state, answer, onSave]);
  const save: SaveState =
    saver.state === "submitting"
      ? { kind: "saving" }
      : answer?.ok === false
        ? { kind: "refused", why: answer.why }
        : isSaved(handle.history)
          ? { kind: "saved" }
          : { kind: "unsaved" };
  const problems = answer?.ok === true && saver.state === "idle" ? answer.problems : page.problems;
  const show = (name: string, value: string | null): void =>
    setParams(
      (now) => {
        if (value === null) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { preventScrollReset: true, replace: true },
    );
  const words = KIND_WORDS[page.kind];
  const isDecision = page.kind === "ruleset" || page.kind === "table";
  const view = params.get("view") === "json" ? "json" : "builder";
  const mode = params.get("mode") === "live" ? "live" : "design";
  const [live, setLive] = useState(page.live);
  useEffect(() => setLive(page.live), [page.live]);
  const showInstances = useCallback(
    (state: string) => {
      setLive(null);
      setParams(
        (now) => {
          now.set("state", state);
          return now;
        },
        { preventScrollReset: true, replace: true },
      );
    },
    [setParams],
  );
  const asked = params.get("state");
  return (
    <StudioFrame
      title={String(handle.document.content["title"] ?? page.key)}
      crumbs={[
        { title: "Studio", href: `/studio${draftId === null ? "" : `?draft=${draftId}`}` },
        { title: words.many, href: `/studio?kind=${page.kind}${draftId === null ? "" : `&draft=${draftId}`}` },
      ]}
      draft={page.draft}
      save={save}
      index={page.index}
      extra={
        <>
          <span className="tag code" title={page.version}>
            {page.version.slice(0, 8)}
          </span>
          {page.kind === "machine" ? (
            <Choice
              label="Mode"
              now={mode}
              choices={[
                ["design", "Design", "pencil"],
                ["live", "Live", "pulse"],
              ]}
              onPick={(next) => show("mode", next === "design" ? null : next)}
            />
          ) : null}
          {isDecision ? (
            <Choice
              label="View"
              now={view}
              choices={[
                ["builder", page.kind === "table" ? "Grid" : "Rules", page.kind === "table" ? "table" : "list"],
                ["json", "JSON", "braces"],
              ]}
              onPick={(next) => show("view", next === "builder" ? null : next)}
            />
          ) : null}
          <span className="topbar-acts">
            {page.mayEdit && page.draft === null ? <EditMenu drafts={page.drafts} name={`${String(page.content["title"] ?? page.key)}`} /> : null}
          </span>
        </>
      }
    >
      {page.kind === "machine" ? (
        <MachineEditor
          handle={handle}
          mode={mode}
          canEdit={canEdit}
          problems={problems}
          schema={page.schema}
          counts={page.counts}
          stats={page}
          live={
            asked === null
              ? null
              : { state: asked, items: live?.state === asked ? live.items.map((item) => ({ ...item, href: `/work/${encodeURIComponent(item.key)}` })) : null }
          }
          onShowInstances={showInstances}
          onExport={() => download(`${page.key}.xstate.json`, handle.document.content["config"])}
        />
      ) : page.kind === "ruleset" ? (
        <RulesetEditor
          handle={handle}
          version={page.version}
          moment={page.moment}
          canEdit={canEdit}
          problems={problems}
          schema={page.schema}
          view={view}
          onView={(next) => show("view", next === "json" ? next : null)}
          base={page.base}
        />
      ) : page.kind === "table" ? (
        <TableEditor
          handle={handle}
          version={page.version}
          moment={page.moment}
          canEdit={canEdit}
          problems={problems}
          schema={page.schema}
          view={view}
          onView={(next) => show("view", next === "json" ? next : null)}
          base={page.base}
        />
      ) : (
        <DefinitionEditor handle={handle} canEdit={canEdit} problems={problems} schema={page.schema} used={page.used} />
      )}
    </StudioFrame>
  );
}

function Choice({
  label,
  now,
  choices,
  onPick,
}: {
  label: string;
  now: string;
  choices: readonly (readonly [string, string, IconName])[];
  onPick: (id: string) => void;
}) {
  return (
    <fieldset className="segmented" aria-label={label}>
      {choices.map(([id, title, icon]) => (
        <button key={id} type="button" aria-pressed={now === id} onClick={() => onPick(id)}>
          <Icon name={icon} />
          {title}
        </button>
      ))}
    </fieldset>
  );
}

function download(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
