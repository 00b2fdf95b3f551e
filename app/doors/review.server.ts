/** What a reviewer sees: both sides of every definition that a draft changes. */
import { getDraft } from "#engine/service/releases/drafts.ts";
import { draftSides } from "#engine/service/releases/studio-queries.ts";
import type { DiffEntry } from "#studio/review/definition-diff-view.tsx";
import type { DraftSummary } from "#studio/review/draft-bar.tsx";
import { draftSummary, type StudioDoor } from "./studio.server.ts";

export interface ReviewPage {
  readonly draft: DraftSummary;
  readonly status: "open" | "published" | "discarded";
  readonly entries: readonly DiffEntry[];
  readonly conflicts: readonly { readonly kind: string; readonly key: string }[];
}

export async function reviewPage({ engine, scope }: StudioDoor, id: string): Promise<ReviewPage> {
  const draft = await getDraft(engine, scope, { id });
  const entries = await draftSides(engine, scope, { id });
  return { draft: await draftSummary(engine, scope, draft), status: draft.status, entries, conflicts: draft.conflicts };
}
