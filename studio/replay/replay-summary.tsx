/** The head of a replay: how many went elsewhere, as a sentence and as one bar. */
import "./replay.css";
import { formatDecimal } from "../ui/money.tsx";

export interface ReplayCounts {
  readonly same: number;
  readonly changed: number;
  readonly unknown: number;
  readonly done: number;
  readonly total: number;
}

export function ReplayBar({ counts, isRunning }: { counts: ReplayCounts; isRunning: boolean }) {
  const { same, changed, unknown } = counts;
  const left = isRunning ? Math.max(0, counts.total - counts.done) : 0;
  return (
    <div className="replay-bar">
      <div className="replay-bar-line" role="img" aria-label={`${same} same, ${changed} changed, ${unknown} unknown`}>
        {same === 0 ? null : <span className="is-same" style={{ flexGrow: same }} />}
        {changed === 0 ? null : <span className="is-changed" style={{ flexGrow: changed }} />}
        {unknown === 0 ? null : <span className="is-unknown" style={{ flexGrow: unknown }} />}
        {left === 0 ? null : <span className="is-left" style={{ flexGrow: left }} />}
      </div>
      <span>
        <i className="is-same" /> <b>{formatDecimal(same)}</b> same
      </span>
      <span>
        <i className="is-changed" /> <b>{formatDecimal(changed)}</b> changed
      </span>
      <span>
        <i className="is-unknown" /> <b>{formatDecimal(unknown)}</b> unknown, a fact is missing
      </span>
      {left === 0 ? null : (
        <span className="quiet">
          <b>{formatDecimal(left)}</b> to go
        </span>
      )}
    </div>
  );
}
