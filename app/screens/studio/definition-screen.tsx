import { useCallback, useEffect, useMemo, useState } from "react";
import { useNavigate, useRevalidator, useSearchParams } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";
import { MachineEditor } from "#studio/canvas/machine-editor.tsx";
import { createDocument } from "#studio/document/document.ts";
import { type SaveAnswer, SIGNED_OUT, type Theirs } from "#studio/document/save-machine.ts";
import { useDocument } from "#studio/document/use-document.ts";
import { useSaving } from "#studio/document/use-saving.ts";
import { DefinitionEditor } from "#studio/kinds/definition-editor.tsx";
import { KIND_WORDS } from "#studio/kinds/kind-words.ts";
import { SaveConflict } from "#studio/review/save-conflict.tsx";
import { RulesetEditor } from "#studio/rules/ruleset-editor.tsx";
import { TableEditor } from "#studio/tables/table-editor.tsx";
import { Icon, type IconName } from "#studio/ui/icon.tsx";
import { LeaveGuard } from "./leave-guard.tsx";
import type { EditorPage } from "./pages.ts";
import { EditMenu, StudioFrame } from "./studio-frame.tsx";

/** The page of one definition: its editor, saved into the draft some moments after each change. */
export function DefinitionScreen({ page }: { page: EditorPage }) {
  const [params, setParams] = useSearchParams();
  const { revalidate } = useRevalidator();
  const navigate = useNavigate();
  const canEdit = page.mayEdit && page.isDraftOpen;
  const draftId = page.draft?.id ?? null;
  const saving = useSaving(page.revision, async ({ content, revision }) => {
    const answer = await saveDefinition(`/studio/drafts/${draftId ?? ""}/save`, { act: "definition", kind: page.kind, key: page.key, revision, content });
    if (answer.ok) void revalidate();
    return answer;
  });
  const stored = useMemo(() => createDocument(page.kind, page.key, page.content), [page.kind, page.key, page.content]);
  const handle = useDocument(stored, canEdit && draftId !== null ? saving.changed : null);
  // The page is read again after a save; until then the save's own answer is the newer one.
  const told = saving.stored !== null && saving.stored.revision > page.revision ? saving.stored.problems : page.problems;
  const { state } = saving;
  const problems = useMemo(() => (state.kind === "refused" ? [...state.problems, ...told] : told), [state, told]);
  const [isGivenUp, setIsGivenUp] = useState(false);
  const takeTheirs = ({ content }: Theirs): void => {
    saving.choose("takeTheirs");
    if (content === null) setIsGivenUp(true);
    else {
      handle.adopt(content);
      void revalidate();
    }
  };
  const library = `/studio${draftId === null ? "" : `?draft=${draftId}`}`;
  // It is in the draft no more: there is nothing left to show, once nothing is left to save.
  useEffect(() => {
    if (isGivenUp && state.kind === "saved") void navigate(library);
  }, [isGivenUp, state.kind, navigate, library]);
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
  const DecisionPage = page.kind === "table" ? TableEditor : RulesetEditor;
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
    <LeaveGuard save={saving.state}>
      <StudioFrame
        title={String(handle.document.content["title"] ?? page.key)}
        crumbs={[
          { title: "Studio", href: library },
          { title: words.many, href: `/studio?kind=${page.kind}${draftId === null ? "" : `&draft=${draftId}`}` },
        ]}
        draft={page.draft}
        save={saving.state}
        index={page.index}
        notice={
          state.kind === "conflict" ? (
            <SaveConflict
              theirs={state.theirs}
              mine={handle.document.content}
              onTake={() => takeTheirs(state.theirs)}
              onKeep={() => saving.choose("keepMine")}
            />
          ) : null
        }
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
        ) : isDecision ? (
          <DecisionPage
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
    </LeaveGuard>
  );
}

/** An answer that is none of ours (a proxy's page, a session that has ended) is no answer: the change is kept and sent again. */
async function saveDefinition(path: string, body: JsonObject): Promise<SaveAnswer> {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (response.redirected && new URL(response.url).pathname === "/login") return { ok: false, why: "", code: SIGNED_OUT };
  const answer = (await response.json()) as Partial<SaveAnswer>;
  if (typeof answer.ok !== "boolean") throw new TypeError(`The save was answered with ${response.status}`);
  return answer as SaveAnswer;
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
