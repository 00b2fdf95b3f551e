/** The bar that says one works in a draft: its name, base, what changed, whether it is saved, and the way to review. */
import "./review.css";
import type { SaveState } from "../document/save-machine.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";

export interface DraftSummary {
  readonly id: string;
  readonly name: string;
  readonly base: number | null;
  readonly changed: number;
  readonly conflicts: number;
  readonly updatedAt: string;
  /** Initials and names of everybody who changed something. */
  readonly authors: readonly { readonly id: string; readonly name: string; readonly initials: string }[];
}

export function DraftBar({
  draft,
  save,
  reviewHref,
  onLeave,
  onRebase,
}: {
  draft: DraftSummary;
  save: SaveState;
  reviewHref: string | null;
  onLeave?: (() => void) | undefined;
  onRebase?: (() => void) | undefined;
}) {
  return (
    <section className="draft-bar" aria-label={`Draft ${draft.name}`}>
      <Icon name="branch" />
      <b className="clip">{draft.name}</b>
      <StatusBadge meaning="draft" />
      <span className="soft nowrap">{draft.base === null ? "on nothing" : `on release ${draft.base}`}</span>
      <span className="sep" />
      <span className="nowrap">
        {draft.changed} {draft.changed === 1 ? "definition" : "definitions"} changed
      </span>
      {draft.authors.length === 0 ? null : (
        <span className="people" title={draft.authors.map((one) => one.name).join(", ")}>
          {draft.authors.slice(0, 4).map((one) => (
            <span key={one.id} className="avatar" aria-hidden="true">
              {one.initials}
            </span>
          ))}
          <span className="visually-hidden">Changed by {draft.authors.map((one) => one.name).join(", ")}</span>
        </span>
      )}
      <span className="push" />
      {draft.conflicts > 0 ? (
        <>
          <StatusBadge meaning="changed">{draft.conflicts} changed since by a newer release</StatusBadge>
          {onRebase === undefined ? null : (
            <Button small onClick={onRebase}>
              Move onto it
            </Button>
          )}
        </>
      ) : save.kind === "conflict" ? null : (
        <StatusBadge meaning="open">No conflicts</StatusBadge>
      )}
      <span className="small soft nowrap save-state" role="status">
        {save.kind === "saving" ? (
          "Saving"
        ) : save.kind === "unsaved" ? (
          "Not saved yet"
        ) : save.kind === "unsent" ? (
          <span className="mark m-unknown">
            <Icon name="clock" />
            <span className="clip">No connection: kept here, and sent again</span>
          </span>
        ) : save.kind === "signedOut" ? (
          <span className="mark m-unknown">
            <Icon name="person" />
            <span className="clip">Signed out: kept here, and sent when you are back.</span>
            <a href="/login" target="_blank" rel="noreferrer">
              Sign in
            </a>
          </span>
        ) : save.kind === "conflict" ? (
          <span className="mark m-unknown">
            <Icon name="person" />
            <span className="clip">Not saved: somebody else did</span>
          </span>
        ) : save.kind === "refused" ? (
          <span className="mark m-blocked" title={save.why}>
            <Icon name="bar" />
            <span className="clip">{save.why}</span>
          </span>
        ) : (
          <>
            Saved <RelativeTime at={draft.updatedAt} />
          </>
        )}
      </span>
      {onLeave === undefined ? null : (
        <Button tone="plain" small onClick={onLeave}>
          Leave draft
        </Button>
      )}
      {reviewHref === null ? null : (
        <ButtonLink tone="primary" small href={reviewHref}>
          Review changes
        </ButtonLink>
      )}
    </section>
  );
}
