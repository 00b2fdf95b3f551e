import "./path-bar.css";
import { Icon } from "./icon.tsx";
import { Deadline, RelativeTime } from "./relative-time.tsx";
import { type Meaning, StatusBadge } from "./status-badge.tsx";

export interface PathStep {
  readonly id: string;
  readonly title: string;
  readonly phase: "done" | "now" | "next";
  /** When it was entered. */
  readonly at?: string | null;
  /** Deadline of the step that is now. */
  readonly dueAt?: string | null;
  readonly note?: string | null;
}

/** A region beside the main path: what it waits for. */
export interface PathLane {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly meaning: Meaning;
  readonly note?: string | null;
}

/** The way of a record: done, now, next; time in the state; the deadline as a ring that empties. */
export function PathBar({ steps, lanes = [] }: { steps: readonly PathStep[]; lanes?: readonly PathLane[] }) {
  const at = steps.findIndex((step) => step.phase === "now");
  const now = steps[at];
  if (steps.length === 0 && lanes.length === 0) return null;
  return (
    <section className="path" aria-label="Path">
      {steps.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className="steps" tabIndex={0} aria-label="Steps">
          {steps.map((step) => (
            <li key={step.id} className={`is-${step.phase}`} aria-current={step.phase === "now" ? "step" : undefined}>
              <div className="track">
                <span className="knot">{step.phase === "done" ? <Icon name="check" label="Done" /> : null}</span>
              </div>
              <b title={step.title}>{step.title}</b>
              <small>{stepNote(step)}</small>
            </li>
          ))}
        </ol>
      )}
      {steps.length === 0 ? null : (
        <div className="as-phone">
          <div className="segments-line" aria-hidden="true">
            {steps.map((step) => (
              <i key={step.id} className={`is-${step.phase}`} />
            ))}
          </div>
          <p>
            {now === undefined ? null : <b>{now.title}</b>}
            <span className="quiet">
              {now === undefined
                ? `${steps.filter(({ phase }) => phase === "done").length} of ${steps.length} steps done`
                : `step ${at + 1} of ${steps.length}`}
            </span>
            {now?.dueAt ? (
              <span className="push small soft">
                <Deadline dueAt={now.dueAt} since={now.at} />
              </span>
            ) : null}
          </p>
        </div>
      )}
      {lanes.length === 0 ? null : (
        <ul className="lanes">
          {lanes.map((lane) => (
            <li key={lane.id}>
              <span className="lane-name small">{lane.title}</span>
              <StatusBadge meaning={lane.meaning}>{lane.state}</StatusBadge>
              {lane.note ? <span className="small quiet clip">{lane.note}</span> : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function stepNote(step: PathStep): React.ReactNode {
  if (step.phase === "now" && step.dueAt) return <Deadline dueAt={step.dueAt} since={step.at} long />;
  if (step.phase !== "next" && step.at) return <RelativeTime at={step.at} mode={step.phase === "done" ? "entry" : "relative"} />;
  return step.note ?? (step.phase === "now" ? "now" : "");
}
