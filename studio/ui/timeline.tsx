import "./timeline.css";
import "./meaning.css";
import { RelativeTime } from "./relative-time.tsx";
import { type Meaning, toneOf } from "./status-badge.tsx";

export interface TimelineEntry {
  readonly id: string;
  readonly at: string;
  /** The sentence. */
  readonly text: React.ReactNode;
  readonly by?: string | null;
  readonly meaning?: Meaning | null;
  /** Decisions, opened on demand. */
  readonly below?: React.ReactNode;
}

/** What happened, newest first. `short` is for side panels: no dots. */
export function Timeline({ entries, short = false }: { entries: readonly TimelineEntry[]; short?: boolean }) {
  return (
    <ol className={short ? "timeline short" : "timeline"}>
      {entries.map((entry) => (
        <li key={entry.id}>
          <span className="when">
            <RelativeTime at={entry.at} mode={short ? "short" : "entry"} />
          </span>
          <span className={entry.meaning ? `dot ${toneOf(entry.meaning)}` : "dot"} aria-hidden="true" />
          <div>
            {entry.text}
            {entry.by ? <span className="by small"> · {entry.by}</span> : null}
            {entry.below ?? null}
          </div>
        </li>
      ))}
    </ol>
  );
}
