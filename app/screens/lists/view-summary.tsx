import "./lists.css";
import { CellView } from "#studio/ui/cell.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Mark } from "#studio/ui/status-badge.tsx";
import type { ViewPage } from "../lists.ts";

/** Facts above a view's list, one box per org and currency, never summed. */
export function ViewSummary({ summary }: { summary: NonNullable<ViewPage["summary"]> }) {
  if (summary.items.length === 0) return null;
  return (
    <>
      <h2 className="summary-name label">{summary.title}</h2>
      <ul className="summary">
        {summary.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no identity beyond their place
          <li key={index}>
            <div className="line">
              <OrgBadge code={item.org} />
              <span className="small quiet clip">{item.title}</span>
              <b className="push">
                <CellView cell={item.cell} />
              </b>
            </div>
            {item.share === null ? null : (
              <div className={item.share > 1 ? "meter is-over" : "meter"} aria-hidden="true">
                <i style={{ width: `${Math.min(100, item.share * 100).toFixed(1)}%` }} />
              </div>
            )}
            {item.note === null && item.of === null ? null : (
              <small className="line">
                {item.meaning === null ? null : <Mark meaning={item.meaning} small />}
                <span className="soft">{item.note ?? ""}</span>
                {item.of === null ? null : (
                  <span className="push quiet">
                    of <CellView cell={item.of} />
                  </span>
                )}
              </small>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
