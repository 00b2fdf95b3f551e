import type { DefinitionDiff } from "#engine/core/diff/definition-diff.ts";
import type { ActivationView } from "#engine/service/releases/activate-release.ts";
import type { ReleaseView } from "#engine/service/releases/release-view.ts";
import type { DiffEntry } from "#studio/review/definition-diff-view.tsx";

export type ReleaseLine = Omit<ReleaseView, "manifest"> & { readonly definitions: number };

export interface ActivationLine extends ActivationView {
  /** It has not begun. */
  readonly isToCome: boolean;
}

export interface ReleasesPage {
  readonly releases: readonly ReleaseLine[];
  readonly next: string | null;
  /** The release in detail. */
  readonly at: number | null;
  /** What it changed against its base. */
  readonly changes: readonly Pick<DefinitionDiff, "kind" | "key" | "title" | "change" | "summary">[];
  /** The latest beginning first. */
  readonly activations: readonly ActivationLine[];
  readonly names: Readonly<Record<string, string>>;
  readonly me: string;
  readonly may: boolean;
  /** Activations are of one org; null while several are chosen. */
  readonly org: string | null;
}

/** A release beside another. */
export interface ComparePage {
  readonly number: number;
  readonly note: string;
  readonly base: number | null;
  /** Null: it is the first, and nothing else is named. */
  readonly against: number | null;
  readonly others: readonly { readonly number: number; readonly note: string }[];
  readonly entries: readonly DiffEntry[];
}
