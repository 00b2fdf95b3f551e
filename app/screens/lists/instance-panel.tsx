import "../guided/guided.css";
import { useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { decisionMeaning, sentenceOf } from "#studio/ui/decision-explanation.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts, PanelScroll } from "#studio/ui/panel.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import { ActForm } from "../guided/act-form.tsx";
import { isBlocked, shutGates } from "../guided/act-list.tsx";
import { GateBlock } from "../guided/gate-block.tsx";
import { HistoryList } from "../guided/history-list.tsx";
import type { ActView, Field, GuidedView } from "../guided.ts";

/** Head of every side panel: what it is about, a way to its screen, and the way out. */
export function PanelTitle({
  org,
  code,
  kind,
  title,
  note,
  href,
  closeHref,
}: {
  org: string;
  code?: string | null;
  kind?: string;
  title: string;
  note?: string | null;
  href?: string | null;
  closeHref: string;
}) {
  return (
    <div className="panel-title">
      <div className="line">
        <OrgBadge code={org} />
        {code ? <span className="code clip">{code}</span> : null}
        {kind === undefined ? null : <span className="small quiet clip">{kind}</span>}
        <span className="push" />
        {href ? (
          <Anchor className="small nowrap" href={href}>
            Open screen
          </Anchor>
        ) : null}
        <Anchor className="button plain small square" href={closeHref} aria-label="Close the panel">
          <Icon name="x" />
        </Anchor>
      </div>
      <h2>{title}</h2>
      {note ? <p className="small soft">{note}</p> : null}
    </div>
  );
}

/** What brought the reader to the instance: a task, with its own title and facts. */
export interface PanelOccasion {
  readonly title: string;
  readonly note: string;
  readonly facts: readonly Field[];
  /** Types of the events that answer it. */
  readonly acts: readonly string[];
  /** Stands behind the acts. */
  readonly also: React.ReactNode;
}

/** An instance beside a list: the decision first, its fields, what happened; acts at the foot. With an occasion its main act is open at once. */
export function InstancePanel({
  view,
  closeHref,
  prefer = [],
  occasion,
}: {
  view: GuidedView;
  closeHref: string;
  prefer?: readonly string[];
  occasion?: PanelOccasion;
}) {
  const offered = prefer.length > 0 ? view.acts.filter((act) => prefer.includes(act.type)) : view.acts;
  const acts = offered.length > 0 ? offered : view.acts;
  const ready = acts.filter((act) => act.allowed && act.permitted);
  const shut = acts.filter(isBlocked);
  // A gate of an act that may be done and yet blocks speaks of the form that is still empty.
  const open = [
    ...new Map(
      ready
        .flatMap(({ gates }) => gates)
        .filter(({ decision }) => decisionMeaning(decision) !== "blocked")
        .map(({ decision }) => [decision.key, decision]),
    ).values(),
  ];
  const first = occasion === undefined ? null : view.screen.primary;
  const [chosen, setChosen] = useState<string | null>(first);
  const act = ready.find((candidate) => candidate.type === chosen) ?? null;
  const isFirst = act !== null && act.type === first;
  const choice = (candidate: ActView) => (
    <Button key={candidate.type} tone={candidate.tone === "danger" ? "danger" : "default"} onClick={() => setChosen(candidate.type)}>
      {candidate.title}
    </Button>
  );
  return (
    <aside className="inspector" aria-label={occasion?.title ?? view.code ?? view.title} key={view.id}>
      <PanelTitle
        org={view.org}
        code={view.code}
        title={occasion?.title ?? view.title}
        note={occasion?.note ?? view.note}
        href={`/work/${view.id}`}
        closeHref={closeHref}
      />
      <PanelScroll>
        {occasion === undefined || occasion.facts.length === 0 ? null : (
          <section>
            <Facts items={occasion.facts.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
          </section>
        )}
        {shut.length === 0 ? null : (
          <section className="stack tight">
            {shutGates(shut.slice(0, 2)).map(({ act: blocked, gate }) => (
              <GateBlock key={`${blocked.type} ${gate.decision.key}`} view={view} act={blocked} gate={gate} onAct={setChosen} />
            ))}
          </section>
        )}
        {open.length === 0 ? null : (
          <section>
            <h3>Gates</h3>
            <ul className="gate-rows">
              {open.map((decision) => (
                <li key={decision.key}>
                  <span className="soft clip">{sentenceOf(decision.reasons[0], decision)}</span>
                  <StatusBadge meaning={decisionMeaning(decision)} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3>{view.record.title}</h3>
          <Facts items={view.record.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
        </section>
        {view.history.length === 0 ? null : (
          <section>
            <h3>What happened</h3>
            <HistoryList entries={view.history.slice(0, 5)} instance={view.id} short />
          </section>
        )}
      </PanelScroll>
      {ready.length === 0 && !occasion?.also ? null : (
        <div className="panel-foot">
          {act === null ? (
            <div className="acts">
              {ready.slice(0, 3).map(choice)}
              {occasion?.also}
            </div>
          ) : (
            <ActForm
              key={`${view.id} ${act.type}`}
              instance={view.id}
              seq={view.seq}
              act={act}
              primary
              onDone={() => setChosen(first)}
              {...(isFirst
                ? {
                    beside: (
                      <>
                        {ready.filter((candidate) => candidate !== act && occasion?.acts.includes(candidate.type)).map(choice)}
                        {occasion?.also}
                      </>
                    ),
                  }
                : { onCancel: () => setChosen(first), focusOnMount: true })}
            />
          )}
        </div>
      )}
    </aside>
  );
}
