import { useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import type { ActView, GateView, GuidedView } from "../guided.ts";
import { ActForm, actIcon } from "./act-form.tsx";
import { GateBlock } from "./gate-block.tsx";

/** What goes the usual way comes before what goes around a gate, and that before what takes something away. */
const TONES: readonly ActView["tone"][] = ["primary", "default", "override", "danger"];

/** Shut by a gate, for somebody who may act. */
export const isBlocked = (act: ActView): boolean => act.permitted && !act.allowed;

export function countActs(acts: readonly ActView[]): string {
  const allowed = acts.filter((act) => act.allowed && act.permitted).length;
  const blocked = acts.filter(isBlocked).length;
  const others = acts.length - allowed - blocked;
  return [`${allowed} allowed`, blocked > 0 ? `${blocked} blocked` : "", others > 0 ? `${others} for others` : ""].filter(Boolean).join(", ");
}

/** The acts of a screen: allowed ones first, then blocked ones with why and the ways through, then those of other people. */
export function ActList({
  view,
  acts,
  open,
  onOpen,
}: {
  view: GuidedView;
  acts: readonly ActView[];
  open: string | null;
  onOpen: (type: string | null) => void;
}) {
  const allowed = acts.filter((act) => act.allowed && act.permitted).sort((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  const blocked = acts.filter(isBlocked);
  const others = acts.filter((act) => !act.permitted);
  return (
    <ul className="acts-list">
      {[...allowed, ...blocked].map((act) => (
        <ActItem key={act.type} view={view} act={act} told={toldBefore(view, blocked, act)} open={open === act.type} onOpen={onOpen} />
      ))}
      {others.length === 0 ? null : <OthersActs acts={others} />}
    </ul>
  );
}

/** Keys of the gates that are explained further up on the screen: by what to do now, or by an act before this one. */
function toldBefore(view: GuidedView, blocked: readonly ActView[], act: ActView): ReadonlySet<string> {
  const first = view.acts.filter((each) => each.type === view.screen.primary && isBlocked(each));
  const before = [...first, ...blocked.slice(0, Math.max(0, blocked.indexOf(act)))].filter((each) => each !== act);
  return new Set(before.flatMap((each) => each.gates.map((gate) => gateName(gate))));
}

const gateName = ({ decision }: GateView): string => `${decision.key} ${decision.reasons.map((reason) => reason.code).join(" ")}`;

/** What shuts acts, each gate once: at the first act that it shuts, or where it can be overridden. */
export function shutGates(acts: readonly ActView[]): readonly { readonly act: ActView; readonly gate: GateView }[] {
  const told = new Set<string>();
  return acts.flatMap((act) =>
    act.gates.flatMap((gate) => {
      if (isTold(told, gate)) return [];
      told.add(gateName(gate));
      return [{ act, gate }];
    }),
  );
}

/** One that can be overridden is always told where it is: the override is of this act. */
const isTold = (told: ReadonlySet<string>, gate: GateView): boolean => gate.override === null && told.has(gateName(gate));

function ActItem({
  view,
  act,
  told,
  open,
  onOpen,
}: {
  view: GuidedView;
  act: ActView;
  told: ReadonlySet<string>;
  open: boolean;
  onOpen: (type: string | null) => void;
}) {
  const shut = !act.allowed;
  const unknown = shut && act.gates.every((gate) => gate.decision.outcome === "unknown");
  return (
    <li id={`act-${act.type}`}>
      <div className="act">
        <div className={shut ? "quiet" : undefined}>
          {act.title}
          {act.description === null ? null : <div className="small quiet">{act.description}</div>}
        </div>
        {shut ? (
          <StatusBadge meaning={unknown ? "unknown" : "blocked"} />
        ) : (
          <Button
            aria-expanded={open}
            icon={open ? undefined : actIcon(act)}
            tone={act.tone === "danger" && !open ? "danger" : "default"}
            onClick={() => onOpen(open ? null : act.type)}
          >
            {open ? "Close" : act.title}
          </Button>
        )}
      </div>
      {shut ? (
        <div className="act-below">
          {act.gates.some((gate) => isTold(told, gate)) ? <p className="small quiet">For the reason given above.</p> : null}
          {act.gates
            .filter((gate) => !isTold(told, gate))
            .map((gate) => (
              <GateBlock key={gate.decision.key} view={view} act={act} gate={gate} onAct={(type) => onOpen(type)} />
            ))}
        </div>
      ) : open ? (
        <div className="act-below">
          <ActForm key={`${view.id} ${act.type}`} instance={view.id} seq={view.seq} act={act} primary onDone={() => onOpen(null)} focusOnMount />
        </div>
      ) : null}
    </li>
  );
}

function OthersActs({ acts }: { acts: readonly ActView[] }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details className="conditions" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span>For other people</span>
          <span className="push small quiet">{acts.length}</span>
        </summary>
        <ul>
          {acts.map((act) => (
            <li key={act.type} className="act">
              <span className="soft">{act.title}</span>
              <span className="small quiet">{act.who ?? "not for your role"}</span>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
