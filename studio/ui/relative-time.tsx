import "./meaning.css";
import { useClock } from "./clock.tsx";
import { clockText, dayText, exactText, momentText, relativeText, spanText } from "./time.ts";

/** A moment, relative ("2 h ago") or as day and time; the exact instant on hover. */
export function RelativeTime({ at, mode = "relative" }: { at: string; mode?: "relative" | "moment" | "entry" | "short" }) {
  const { now, zone } = useClock();
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return <span className="quiet">–</span>;
  return (
    <time dateTime={at} title={exactText(ms, zone)}>
      {textOf(ms, now, zone, mode)}
    </time>
  );
}

function textOf(ms: number, now: number, zone: string, mode: "relative" | "moment" | "entry" | "short"): string {
  switch (mode) {
    case "relative":
      return relativeText(ms, now, zone);
    case "moment":
      return momentText(ms, now, zone);
    case "entry":
      return capital(momentText(ms, now, zone));
    case "short": {
      const day = dayText(ms, now, zone);
      return day === "today" ? clockText(ms, zone) : capital(day.replace(/^[A-Z][a-z]{2} /, ""));
    }
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A ring that empties as a deadline comes nearer; full and red once it has passed. */
export function SlaRing({ share }: { share: number }) {
  const circle = 37.7;
  return (
    <svg className="ring" viewBox="0 0 16 16" aria-hidden="true">
      <circle className="rest" cx="8" cy="8" r="6" />
      <circle className="left" cx="8" cy="8" r="6" strokeDasharray={`${(Math.max(0, Math.min(1, share)) * circle).toFixed(1)} ${circle}`} />
    </svg>
  );
}

/** Time left until `dueAt`: the ring counts from `since`, or from 8 hours before when nothing says when the clock started. */
export function Deadline({ dueAt, since, long = false }: { dueAt: string; since?: string | null | undefined; long?: boolean }) {
  const { now, zone } = useClock();
  const due = Date.parse(dueAt);
  const from = since ? Date.parse(since) : due - 8 * 3_600_000;
  const left = due - now;
  const late = left < 0;
  const whole = Math.max(1, due - from);
  const text = late ? `${spanText(left)} late` : long && whole > left ? `${spanText(left)} of ${spanText(whole)}` : `${spanText(left)} left`;
  return (
    <span className={`sla${late ? " is-late" : ""}`} title={exactText(due, zone)}>
      <SlaRing share={late ? 1 : left / whole} />
      {text}
    </span>
  );
}
