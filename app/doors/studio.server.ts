/** The studio's pages and the engine: what each page needs, gathered from the services under one scope. */

import type { RouterContextProvider } from "react-router";
import { EngineError } from "#engine/core/errors.ts";
import type { Kind } from "#engine/schema/definition-base.ts";
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { editorSchema } from "#engine/service/definitions/editor-schema.ts";
import { namesOf } from "#engine/service/queries/person-names.ts";
import { type DraftView, getDraft, getDraftDefinition, listDrafts } from "#engine/service/releases/drafts.ts";
import { gateRates } from "#engine/service/releases/gate-rates.ts";
import { library, problemsOfDefinition, whereUsed } from "#engine/service/releases/studio-library.ts";
import { getDefinition, instancesInState, liveStates } from "#engine/service/releases/studio-queries.ts";
import { dayIn } from "#engine/service/work/ask-decision.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import type { Theirs } from "#studio/document/save-machine.ts";
import type { DraftSummary } from "#studio/review/draft-bar.tsx";
import { hostContext } from "../host.server.ts";
import { toPage } from "../problem.server.ts";
import type { DraftChoice, EditorPage } from "../screens/studio/pages.ts";
import { requireScope } from "../session.server.ts";

export interface StudioDoor {
  readonly engine: Engine;
  readonly scope: Scope;
  /** Runs a query; refusals become pages. */
  ask<T>(query: () => Promise<T>): Promise<T>;
}

export async function openStudio(request: Request, context: Readonly<RouterContextProvider>): Promise<StudioDoor> {
  const host = context.get(hostContext);
  const scope = await requireScope(request, host);
  return {
    engine: host.engine,
    scope,
    ask: async (query) => {
      try {
        return await query();
      } catch (error) {
        throw toPage(error);
      }
    },
  };
}

/** Everything that the page of one definition shows. */
export async function editorPage(
  { engine, scope }: StudioDoor,
  input: { readonly kind: Kind; readonly key: string; readonly draft: string | null; readonly state: string | null },
): Promise<EditorPage> {
  const { kind, draft: draftId } = input;
  const draft = draftId === null ? null : await getDraft(engine, scope, { id: draftId });
  const own = draft === null ? null : await getDraftDefinition(engine, scope, { id: draft.id, kind, key: input.key });
  const published =
    own === null || own.change === "changed"
      ? await getDefinition(engine, scope, { kind, key: input.key, ...(draft?.base === null || draft?.base === undefined ? {} : { release: draft.base }) })
      : null;
  const key = own?.key ?? published?.key ?? input.key;
  const [shelf, problems, used] = await Promise.all([
    library(engine, scope, { draft: draft?.id ?? null }),
    problemsOfDefinition(engine, scope, { kind, key, draft: draft?.id ?? null }),
    whereUsed(engine, scope, { kind, key, draft: draft?.id ?? null }),
  ]);
  const now = engine.clock.now();
  return {
    kind,
    key,
    content: inSchemaOrder((own?.content ?? published?.content ?? {}) as JsonObject, editorSchema(kind)),
    version: own?.version ?? published?.version ?? "",
    release: published?.release ?? draft?.base ?? null,
    revision: own?.revision ?? 0,
    base: own?.change === "changed" ? ((published?.content ?? null) as JsonObject | null) : null,
    draft: draft === null ? null : await draftSummary(engine, scope, draft),
    isDraftOpen: draft?.status === "open",
    drafts: shelf.mayEdit ? await draftChoices(engine, scope) : [],
    mayEdit: shelf.mayEdit,
    problems,
    used,
    index: shelf.items.map((item) => ({ kind: item.kind, key: item.key, title: item.title })),
    schema: editorSchema(kind),
    moment: { now, today: dayIn(scope.orgs[0]?.timeZone ?? "UTC", now) },
    gates: kind === "machine" ? await gateRates(engine, scope, { machine: key }) : {},
    counts: kind === "machine" ? await liveStates(engine, scope, { machine: key }) : null,
    live:
      kind === "machine" && input.state !== null
        ? { state: input.state, items: await instancesInState(engine, scope, { machine: key, state: input.state }) }
        : null,
  };
}

/** What a draft holds of a definition now, and who put it there; where it was new and has been taken back, it holds nothing. */
export async function storedInDraft(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly kind: string; readonly key: string },
): Promise<Theirs> {
  const stored = await getDraftDefinition(engine, scope, input).catch((error: unknown) => {
    if (error instanceof EngineError && error.code === "definition_not_found") return null;
    throw error;
  });
  if (stored === null) return { content: null, revision: 0, by: "Somebody else", at: null };
  const draft = await getDraft(engine, scope, input);
  const change = draft.definitions.find((one) => one.kind === stored.kind && one.key === stored.key);
  const names = await namesOf(engine, scope, change === undefined ? [] : [change.updatedBy]);
  return {
    content: inSchemaOrder(stored.content as JsonObject, editorSchema(stored.kind)),
    revision: stored.revision,
    by:
      change === undefined
        ? "Somebody else"
        : change.updatedBy === scope.principal.id
          ? "You, in another window,"
          : (names.get(change.updatedBy) ?? change.updatedBy),
    at: change?.updatedAt ?? null,
  };
}

/** Stored JSON has its keys sorted; people read a definition as its schema lists them: kind, key, title first. */
function inSchemaOrder(content: JsonObject, schema: JsonSchema): JsonObject {
  const order = Object.keys((schema["properties"] ?? {}) as JsonObject);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(Object.entries(content).toSorted(([a], [b]) => place(a) - place(b)));
}

export async function draftSummary(engine: Engine, scope: Scope, draft: DraftView): Promise<DraftSummary> {
  const names = await namesOf(engine, scope, draft.authors);
  return {
    id: draft.id,
    name: draft.name,
    base: draft.base,
    changed: draft.definitions.length,
    conflicts: draft.conflicts.length,
    updatedAt: draft.updatedAt,
    authors: draft.authors.map((id) => ({ id, name: names.get(id) ?? id, initials: initialsOf(names.get(id) ?? id) })),
  };
}

export async function draftChoices(engine: Engine, scope: Scope): Promise<readonly DraftChoice[]> {
  return (await listDrafts(engine, scope)).map((draft) => ({ id: draft.id, name: draft.name, changed: draft.definitions.length, updatedAt: draft.updatedAt }));
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
