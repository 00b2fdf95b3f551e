import "./guided.css";
import { useEffect, useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { Checklist } from "#studio/ui/checklist.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Panel } from "#studio/ui/panel.tsx";
import { PathBar } from "#studio/ui/path-bar.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import type { ActView, GuidedView } from "../guided.ts";
import { ActForm } from "./act-form.tsx";
import { ActList, countActs, isBlocked } from "./act-list.tsx";
import { GateBlock } from "./gate-block.tsx";
import { HistoryList } from "./history-list.tsx";
import { RecordSide } from "./record-side.tsx";

/** The rep's screen: path, what to do now, checklist, acts, what happened; the record at the side. One column on a phone. */
export function GuidedScreen({
  view,
  open,
  onOpen,
  replay = false,
}: {
  view: GuidedView;
  open: string | null;
  onOpen: (type: string | null) => void;
  replay?: boolean;
}) {
  const primary = view.acts.find((act) => act.type === view.screen.primary && act.permitted);
  const rest = view.acts.filter((act) => act !== primary || !act.allowed);
  const listed = primary !== undefined && !primary.allowed ? rest.filter((act) => act !== primary) : rest;
  useScrollToAct(open);
  return (
    <div className="guided">
      <header className="page-head record-head">
        <div>
          <h1>{view.title}</h1>
          <p>
            <OrgBadge code={view.org} /> <span className="off-phone">{view.machine.title} </span>
            {view.code === null ? null : <span className="code">{view.code}</span>}
            {view.note === null ? null : <> · {view.note}</>}
            {view.summary.map((field) => (
              <span key={field.title} title={field.title}>
                {" · "}
                <b>
                  <CellView cell={field.cell} />
                </b>
              </span>
            ))}{" "}
            {view.status === "active" ? null : <StatusBadge meaning="done">{view.status === "done" ? "Done" : "Stopped"}</StatusBadge>}
          </p>
        </div>
        <div className="acts push off-phone">
          <CopyLink />
        </div>
      </header>
      <PathBar steps={view.steps} lanes={view.lanes} />
      <div className="columns">
        <div className="main-column">
          <NowPanel view={view} primary={primary} onOpen={onOpen} />
          {view.checklist.items.length === 0 ? null : (
            <Panel flush title="Checklist" note={view.checklist.title} aside={<span className="soft">{metText(view)}</span>}>
              <Checklist items={view.checklist.items.map((item) => ({ ...item, fix: fixOf(view, item, onOpen) }))} />
            </Panel>
          )}
          {listed.length === 0 ? null : (
            <Panel flush title="Acts" aside={<span className="soft">{countActs(listed)}</span>}>
              <ActList view={view} acts={listed} open={open} onOpen={onOpen} />
            </Panel>
          )}
          <Panel title="What happened" aside="newest first">
            <HistoryList entries={view.history} instance={view.id} replay={replay} />
            {view.more.events ? (
              <p className="small quiet">
                The latest of {view.seq} events{replay ? <Anchor href={`/replay/${view.id}?seq=1`}>: see them all</Anchor> : null}
              </p>
            ) : null}
          </Panel>
        </div>
        <RecordSide view={view} onOpen={onOpen} />
      </div>
      <PhoneActBar primary={primary} onOpen={onOpen} count={listed.length} />
    </div>
  );
}

/** What to do now: the form of the first act, or why it is shut, or whom everybody waits for. */
function NowPanel({ view, primary, onOpen }: { view: GuidedView; primary: ActView | undefined; onOpen: (type: string | null) => void }) {
  return (
    <Panel className="now" title={view.screen.title} aside={<span className="off-phone">What to do now</span>}>
      {view.screen.text === null ? null : <p className="soft">{view.screen.text}</p>}
      {primary === undefined ? (
        view.acts.some((act) => act.allowed && act.permitted) ? (
          view.screen.text === null && <p className="soft">Choose one of the acts below.</p>
        ) : (
          <p className="soft">
            {view.status === "active"
              ? "Nothing for you to do here now. This page changes by itself when it moves on."
              : "This is finished. What happened stands below."}
          </p>
        )
      ) : primary.allowed ? (
        <div id={`act-${primary.type}`}>
          <ActForm key={`${view.id} ${primary.type}`} instance={view.id} seq={view.seq} act={primary} primary />
        </div>
      ) : (
        primary.gates.map((gate) => <GateBlock key={gate.decision.key} view={view} act={primary} gate={gate} onAct={onOpen} />)
      )}
    </Panel>
  );
}

function PhoneActBar({ primary, onOpen, count }: { primary: ActView | undefined; onOpen: (type: string | null) => void; count: number }) {
  useEffect(() => {
    document.body.classList.add("has-act-bar");
    return () => document.body.classList.remove("has-act-bar");
  }, []);
  if (primary === undefined && count === 0) return null;
  const blocked = primary !== undefined && isBlocked(primary);
  return (
    <div className="act-bar">
      {primary === undefined ? null : (
        <Button tone={blocked ? "default" : "primary"} icon={blocked ? "bar" : undefined} onClick={() => jump(`act-${primary.type}`, !blocked)}>
          {primary.title}
        </Button>
      )}
      {count === 0 ? null : (
        <Button
          onClick={() => {
            onOpen(null);
            document.querySelector(".acts-list")?.scrollIntoView({ behavior: "smooth", block: "start" });
          }}
        >
          {`${count} ${primary === undefined ? "" : "more "}${count === 1 ? "act" : "acts"}`}
        </Button>
      )}
    </div>
  );
}

/** On a phone the bar's button sends when the preview is in sight; otherwise it goes there first. */
function jump(id: string, send: boolean): void {
  const form = document.getElementById(id)?.querySelector("form");
  const preview = form?.querySelector(".consequence");
  if (!form || !preview) {
    document.querySelector(".now")?.scrollIntoView({ behavior: "smooth" });
    return;
  }
  const box = preview.getBoundingClientRect();
  if (send && box.bottom > 0 && box.top < window.innerHeight - 96) form.requestSubmit();
  else preview.scrollIntoView({ behavior: "smooth", block: "center" });
}

function metText(view: GuidedView): string {
  const items = view.checklist.items;
  return `${items.filter((item) => item.ok === true || item.ok === "overridden").length} of ${items.length} met`;
}

function fixOf(view: GuidedView, item: GuidedView["checklist"]["items"][number], onOpen: (type: string | null) => void): React.ReactNode {
  if (item.ok === true || item.ok === "overridden" || item.event === null) return null;
  const act = view.acts.find((candidate) => candidate.type === item.event && candidate.permitted && candidate.allowed);
  if (act === undefined) return null;
  return (
    <Button small onClick={() => onOpen(act.type)}>
      {act.title}
    </Button>
  );
}

function useScrollToAct(open: string | null): void {
  useEffect(() => {
    if (open === null) return;
    const target = document.getElementById(`act-${open}`);
    if (target === null) return;
    target.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [open]);
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  return (
    <Button
      icon={copied ? "check" : "link"}
      onClick={() => {
        void navigator.clipboard?.writeText(window.location.href.split("?")[0] ?? "").then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        });
      }}
    >
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}
