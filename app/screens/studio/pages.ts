/** What the studio's pages get from their loaders. */
import type { Problem } from "#engine/core/problem.ts";
import type { DecisionContext } from "#engine/core/rules/decision.ts";
import type { Kind } from "#engine/schema/definition-base.ts";
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { UsedReference } from "#studio/kinds/where-used.tsx";
import type { DraftSummary } from "#studio/review/draft-bar.tsx";

export interface DraftChoice {
  readonly id: string;
  readonly name: string;
  readonly changed: number;
  readonly updatedAt: string;
}

export interface EditorPage {
  readonly kind: Kind;
  readonly key: string;
  readonly content: JsonObject;
  readonly version: string;
  readonly release: number | null;
  /** Of the draft's copy: a save names it, so that nobody else's is lost. */
  readonly revision: number;
  /** What the draft's change is compared with; null where it changed nothing or added it. */
  readonly base: JsonObject | null;
  readonly draft: DraftSummary | null;
  readonly isDraftOpen: boolean;
  readonly drafts: readonly DraftChoice[];
  readonly mayEdit: boolean;
  readonly problems: readonly Problem[];
  readonly used: { readonly uses: readonly UsedReference[]; readonly usedBy: readonly UsedReference[] };
  /** Every definition by name: what links lead to. */
  readonly index: readonly { readonly kind: Kind; readonly key: string; readonly title: string }[];
  readonly schema: JsonSchema;
  readonly moment: DecisionContext;
  /** Of a machine: how its gates decided in the last 30 days. */
  readonly gates: Readonly<Record<string, { readonly open: number; readonly blocked: number; readonly overridden: number }>>;
  /** Of a machine: instances by state path. */
  readonly counts: Readonly<Record<string, number>> | null;
  readonly live: {
    readonly state: string;
    readonly items: readonly { readonly id: string; readonly key: string; readonly org: string; readonly updatedAt: string }[];
  } | null;
}
