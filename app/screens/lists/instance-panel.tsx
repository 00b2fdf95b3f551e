import "../guided/guided.css";
import { useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { decisionMeaning, sentenceOf } from "#studio/ui/decision-explanation.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts } from "#studio/ui/panel.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import { ActForm } from "../guided/act-form.tsx";
import { isBlocked, shutGates } from "../guided/act-list.tsx";
import { GateBlock } from "../guided/gate-block.tsx";
import { HistoryList } from "../guided/history-list.tsx";
import type { GuidedView } from "../guided.ts";

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

/** An instance beside a list: the decision first, its fields, what happened; acts at the foot. */
export function InstancePanel({ view, closeHref, prefer = [] }: { view: GuidedView; closeHref: string; prefer?: readonly string[] }) {
  const offered = prefer.length > 0 ? view.acts.filter((act) => prefer.includes(act.type)) : view.acts;
  const acts = offered.length > 0 ? offered : view.acts;
  const ready = acts.filter((act) => act.allowed && act.permitted);
  const shut = acts.filter(isBlocked);
  // A gate of an act that may be done and yet blocks speaks of the form that is still empty.
  const stood = ready.flatMap(({ type, gates }) => gates.filter((gate) => decisionMeaning(gate.decision) !== "blocked").map((gate) => ({ type, gate })));
  const [chosen, setChosen] = useState<string | null>(null);
  const act = ready.find((candidate) => candidate.type === chosen) ?? null;
  return (
    <aside className="inspector" aria-label={view.code ?? view.title} key={view.id}>
      <PanelTitle org={view.org} code={view.code} title={view.title} note={view.note} href={`/work/${view.id}`} closeHref={closeHref} />
      <div className="panel-scroll">
        {shut.length === 0 ? null : (
          <section className="stack tight">
            {shutGates(shut.slice(0, 2)).map(({ act: blocked, gate }) => (
              <GateBlock
                key={`${blocked.type} ${gate.decision.key}`}
                instance={view.id}
                seq={view.seq}
                act={blocked}
                gate={gate}
                release={view.release}
                checkedAt={view.checkedAt}
                onAct={setChosen}
              />
            ))}
          </section>
        )}
        {stood.length > 0 ? (
          <section>
            <h3>Gates</h3>
            <ul className="gate-rows">
              {stood.map(({ type, gate }) => (
                <li key={`${type} ${gate.decision.key}`}>
                  <span className="soft clip">{sentenceOf(gate.decision.reasons[0], gate.decision)}</span>
                  <StatusBadge meaning={decisionMeaning(gate.decision)} />
                </li>
              ))}
            </ul>
          </section>
        ) : null}
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
      </div>
      {ready.length === 0 ? null : (
        <div className="panel-foot">
          {act === null ? (
            <div className="acts">
              {ready.slice(0, 3).map((candidate) => (
                <Button key={candidate.type} tone={candidate.tone === "danger" ? "danger" : "default"} onClick={() => setChosen(candidate.type)}>
                  {candidate.title}
                </Button>
              ))}
            </div>
          ) : (
            <ActForm
              key={`${view.id} ${act.type}`}
              instance={view.id}
              seq={view.seq}
              act={act}
              primary
              onDone={() => setChosen(null)}
              onCancel={() => setChosen(null)}
              focusOnMount
            />
          )}
        </div>
      )}
    </aside>
  );
}
