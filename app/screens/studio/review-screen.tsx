import { useEffect } from "react";
import { Link, useFetcher, useNavigation, useRevalidator, useSearchParams } from "react-router";
import type { CheckReport } from "#engine/service/releases/check-draft.ts";
import type { ReplayView } from "#engine/service/replay/replay-queries.ts";
import { Checks } from "#studio/review/checks.tsx";
import type { DiffEntry } from "#studio/review/definition-diff-view.tsx";
import type { DraftSummary } from "#studio/review/draft-bar.tsx";
import { Impact } from "#studio/review/impact.tsx";
import { Button } from "#studio/ui/button.tsx";
import { words } from "#studio/ui/describe-value.ts";
import { EmptyState, Notice } from "#studio/ui/states.tsx";
import { ChangedDefinitions } from "./changed-definitions.tsx";
import { checkLines } from "./check-lines.ts";
import { StudioFrame } from "./studio-frame.tsx";

export type ReviewAnswer =
  | { readonly kind: "checked"; readonly report: CheckReport }
  | { readonly kind: "replaying"; readonly id: string }
  | { readonly kind: "refused"; readonly why: string; readonly code: string };

export interface ReviewProps {
  readonly page: {
    readonly draft: DraftSummary;
    readonly status: string;
    readonly entries: readonly DiffEntry[];
    readonly conflicts: readonly { readonly kind: string; readonly key: string }[];
  };
  readonly replay: ReplayView | null;
}

/** What a draft changes, whether it holds, what it would have changed, and the decision to publish it. */
export function ReviewScreen({ page, replay }: ReviewProps) {
  const { draft, entries } = page;
  const checker = useFetcher<ReviewAnswer>();
  const replayer = useFetcher<ReviewAnswer>();
  const publisher = useFetcher<ReviewAnswer>();
  const [params, setParams] = useSearchParams();
  const revalidator = useRevalidator();
  const check = checker.submit;
  const report = checker.data?.kind === "checked" ? checker.data.report : null;
  useEffect(() => {
    void check({ act: "check" }, { method: "post" });
  }, [check]);
  const started = replayer.data?.kind === "replaying" ? replayer.data.id : null;
  useEffect(() => {
    if (started === null || params.get("replay") === started) return;
    setParams(
      (now) => {
        now.set("replay", started);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  }, [started, params, setParams]);
  const running = replay !== null && (replay.status === "queued" || replay.status === "running");
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void revalidator.revalidate(), 1000);
    return () => clearInterval(timer);
  }, [running, revalidator]);
  const brief = replayer.data?.kind === "checked" ? replayer.data.report.replay : null;
  const impact = replay ?? brief;
  const lines = checkLines(report, checker.state !== "idle", { replay, brief }, draft.id);
  const refused = [publisher.data, replayer.data, checker.data].find((one) => one?.kind === "refused");
  const why = refused?.kind === "refused" ? refused.why : null;
  const isOpen = page.status === "open";
  const idle = useNavigation().state === "idle" && publisher.state === "idle";
  const conflicts =
    page.conflicts.length === 0 ? null : (
      <Notice tone="unknown">
        A newer release has changed {page.conflicts.map((one) => one.key).join(", ")} since. Move the draft onto it, then look again.
      </Notice>
    );
  return (
    <StudioFrame
      title="Review"
      crumbs={[
        { title: "Studio", href: `/studio?draft=${draft.id}` },
        { title: "Drafts", href: "/studio/drafts" },
      ]}
      draft={draft}
      onReview
    >
      <div className="review">
        <div className="review-main">
          <header>
            <h1>{draft.name}</h1>
            <p className="quiet">
              {draft.authors.map((one) => one.name).join(" and ") || "Nobody yet"} · {draft.base === null ? "on nothing" : `release ${draft.base}`}
            </p>
          </header>
          {entries.length === 0 ? (
            <EmptyState title="This draft changes nothing yet" icon="branch">
              Open a definition in it and edit.
            </EmptyState>
          ) : (
            <ChangedDefinitions entries={entries}>{conflicts}</ChangedDefinitions>
          )}
          {entries.length === 0 ? conflicts : null}
        </div>
        <aside className="review-side" aria-label="Checks and decision">
          <div className="inspector-body">
            <Checks lines={lines} renderLink={(href, text) => <Link to={href}>{text}</Link>} />
            {impact === null ? (
              <section>
                <h3>What it would have changed</h3>
                <p className="small quiet">Every instance of the last 30 days, decided again with this draft.</p>
                <replayer.Form method="post">
                  <Button type="submit" name="act" value="replay" icon="replay" busy={replayer.state !== "idle"} disabled={entries.length === 0}>
                    Replay 30 days
                  </Button>
                </replayer.Form>
              </section>
            ) : (
              <Impact
                total={impact.same + impact.changed + impact.unknown}
                changed={impact.changed}
                days={running || brief?.truncated === true ? "so far" : "last 30 days"}
                gates={impact.byGate.slice(0, 8).map((gate) => ({ ...gate, title: words(gate.key.slice(gate.key.indexOf(".") + 1)) }))}
                link={
                  replay === null ? null : (
                    <Link to={`/replay/${replay.id}`} className="push small">
                      Instances
                    </Link>
                  )
                }
              />
            )}
          </div>
          {isOpen ? (
            <publisher.Form method="post" className="decide-form">
              <section className="decide">
                {why === null ? null : <Notice tone="blocked">{why}</Notice>}
                <input type="hidden" name="replay" value={replay?.id ?? ""} />
                <textarea name="note" placeholder="Say what it is for, for the record" aria-label="Note" required rows={2} />
                <div className="acts">
                  <Button type="button" onClick={() => void check({ act: "check" }, { method: "post" })} busy={checker.state !== "idle"}>
                    Check again
                  </Button>
                  <Button
                    type="submit"
                    name="act"
                    value="publish"
                    tone="primary"
                    busy={!idle}
                    disabled={entries.length === 0 || report?.ok !== true || page.conflicts.length > 0}
                  >
                    Publish
                  </Button>
                </div>
                <p className="small quiet">Publishing makes the next release. Somebody else approves it, then it is activated.</p>
              </section>
            </publisher.Form>
          ) : (
            <section className="decide">
              <p className="quiet">This draft is {page.status}.</p>
            </section>
          )}
        </aside>
      </div>
    </StudioFrame>
  );
}
