/** What the replay pages get from their loaders. */
import type { ReplayView } from "#engine/service/replay/replay-queries.ts";
import type { DiffContent } from "#studio/replay/side-by-side.tsx";

export interface NewReplayPage {
  readonly releases: readonly { readonly number: number; readonly note: string; readonly state: string }[];
  readonly drafts: readonly { readonly id: string; readonly name: string; readonly changed: number }[];
  readonly machines: readonly { readonly key: string; readonly title: string }[];
  readonly replays: readonly (ReplayView & { readonly against: string; readonly by: string })[];
  readonly today: string;
  readonly orgs: readonly string[];
}

export interface ReplayDiffLine {
  readonly n: number;
  readonly cause: string;
  readonly diff: DiffContent;
}

export interface ReplayPage {
  readonly replay: ReplayView;
  readonly against: string;
  readonly lines: readonly ReplayDiffLine[];
  readonly next: string | null;
  readonly cause: string | null;
  /** The difference shown side by side. */
  readonly at: ReplayDiffLine | null;
}
