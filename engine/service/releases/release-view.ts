/** A release as the API and the studio show it. */
import type { Json } from "../../schema/json.ts";
import type { Manifest, ReleaseDecision, ReleaseRow } from "../../store/releases.ts";

export interface ReleaseView {
  readonly number: number;
  readonly state: ReleaseRow["state"];
  readonly base: number | null;
  /** Who published it. */
  readonly author: string;
  /** Everybody who changed something in it: none of them may approve it. */
  readonly authors: readonly string[];
  readonly createdAt: string;
  readonly note: string;
  readonly manifest: Manifest;
  readonly checks: Json;
  readonly decisions: readonly Omit<ReleaseDecision, "number">[];
}

export function toReleaseView(row: ReleaseRow, decisions: readonly ReleaseDecision[]): ReleaseView {
  const { number, state, base, createdBy, authors, createdAt, note, manifest, checks } = row;
  return {
    number,
    state,
    base,
    author: createdBy,
    authors,
    createdAt,
    note,
    manifest,
    checks,
    decisions: decisions.map(({ number: _number, ...decision }) => decision),
  };
}
