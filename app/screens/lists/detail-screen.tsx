import "../guided/guided.css";
import "./detail.css";
import { useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts } from "#studio/ui/panel.tsx";
import { Deadline, RelativeTime } from "#studio/ui/relative-time.tsx";
import { Mark, StatusBadge } from "#studio/ui/status-badge.tsx";
import { ActForm, actIcon } from "../guided/act-form.tsx";
import { isBlocked, shutGates } from "../guided/act-list.tsx";
import { GateBlock } from "../guided/gate-block.tsx";
import { HistoryList } from "../guided/history-list.tsx";
import type { DetailView } from "../lists.ts";

/** One record to decide: what else waits, its gates, what is suggested, the explanation, the facts. */
export function DetailScreen({ view }: { view: DetailView }) {
  const { guided } = view;
  const inOrder = [...view.primary, ...view.secondary];
  const acts = guided.acts.filter((act) => inOrder.includes(act.type)).sort((a, b) => inOrder.indexOf(a.type) - inOrder.indexOf(b.type));
  const [open, setOpen] = useState<string | null>(null);
  const shut = acts.filter(isBlocked);
  const ready = acts.filter((act) => act.allowed && act.permitted);
  const chosen = ready.find((act) => act.type === open) ?? null;
  const suggested = view.suggestion?.primary ?? null;
  const offered = ready.filter((act) => act.type !== suggested);
  return (
    <div className={view.queue.length === 0 ? "detail no-queue" : "detail"}>
      {view.queue.length === 0 ? null : <Queue view={view} />}
      <div className="case">
        <header className="case-head">
          <div>
            <h1>{guided.title}</h1>
            <div className="soft">
              <OrgBadge code={guided.org} /> <span className="code">{guided.code}</span>
              {guided.note === null ? null : <> · {guided.note}</>}
            </div>
          </div>
          {view.dueAt === null ? null : (
            <div className="push" style={{ textAlign: "right" }}>
              <Deadline dueAt={view.dueAt} since={view.since} />
              <div className="small quiet nowrap">
                due <RelativeTime at={view.dueAt} mode="moment" />
              </div>
            </div>
          )}
        </header>
        {view.gates.length === 0 ? null : (
          <ul className="gate-tiles" aria-label="Gates">
            {view.gates.map((gate) => (
              <li key={gate.id}>
                <span className="label">{gate.title}</span>
                <StatusBadge meaning={gate.meaning} />
                {gate.note === null ? null : <small>{gate.note}</small>}
              </li>
            ))}
          </ul>
        )}
        {view.suggestion === null ? null : (
          <section className="next-act" aria-label="What to do next">
            <div>
              <h2>Next: {view.suggestion.title}</h2>
              {view.suggestion.note === undefined ? null : <p className="soft">{view.suggestion.note}</p>}
            </div>
            {ready.some((act) => act.type === suggested) ? (
              <Button tone="primary" onClick={() => setOpen(suggested)}>
                {ready.find((act) => act.type === suggested)?.title}
              </Button>
            ) : null}
          </section>
        )}
        {offered.length === 0 && chosen === null ? null : (
          <section className="case-acts" aria-label="Acts">
            {chosen === null ? (
              <div className="acts">
                {offered.map((act) => (
                  <Button
                    key={act.type}
                    icon={actIcon(act)}
                    tone={
                      act.tone === "override"
                        ? "override"
                        : view.suggestion === null && view.primary[0] === act.type
                          ? "primary"
                          : act.tone === "danger"
                            ? "danger"
                            : "default"
                    }
                    onClick={() => setOpen(act.type)}
                  >
                    {act.title}
                  </Button>
                ))}
              </div>
            ) : (
              <ActForm
                key={`${guided.id} ${chosen.type}`}
                instance={guided.id}
                seq={guided.seq}
                act={chosen}
                primary
                onDone={() => setOpen(null)}
                onCancel={() => setOpen(null)}
                focusOnMount
              />
            )}
          </section>
        )}
        {shutGates(shut).map(({ act, gate }) => (
          <GateBlock key={`${act.type} ${gate.decision.key}`} view={guided} act={act} gate={gate} onAct={setOpen} />
        ))}
      </div>
      <aside className="side" aria-label="Facts">
        {view.panels.map((panel) => (
          <section key={panel.title}>
            <h3>{panel.title}</h3>
            <Facts items={panel.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
          </section>
        ))}
        <section>
          <h3>{guided.record.title}</h3>
          <Facts items={guided.record.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
        </section>
        <section>
          <h3>What happened</h3>
          <HistoryList entries={guided.history.slice(0, 12)} instance={guided.id} short />
        </section>
      </aside>
    </div>
  );
}

function Queue({ view }: { view: DetailView }) {
  return (
    <nav className="queue" aria-label="What else waits">
      {view.queue.map((group) => (
        <section key={group.id}>
          <h4 className="group">
            {group.title}
            <span className="push">{group.items.length}</span>
          </h4>
          <ul>
            {group.items.map((item) => (
              <li key={item.id}>
                <Anchor href={item.href} aria-current={item.code === view.guided.code ? "page" : undefined}>
                  <span className="code clip">{item.code}</span>
                  {item.meaning === null ? (
                    <span />
                  ) : (
                    <Mark meaning={item.meaning} small>
                      <span className="small">{MEANING_WORDS[item.meaning] ?? ""}</span>
                    </Mark>
                  )}
                  <span className="small soft clip">{item.label}</span>
                  <span className="small quiet">{item.note ?? ""}</span>
                </Anchor>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const MEANING_WORDS: Readonly<Record<string, string>> = {
  open: "Open",
  blocked: "Blocked",
  unknown: "Unknown",
  overridden: "Overridden",
  waitsFor: "Waits",
  waitsUntil: "Waits",
  done: "Done",
};
