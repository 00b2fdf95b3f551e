import { type Cell, CellView } from "#studio/ui/cell.tsx";
import { counted } from "#studio/ui/counted.ts";
import { Panel } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";

/** One change of what stands on the page: by whom, when, and what it was before. */
export interface VersionLine {
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly changes: readonly { readonly title: string; readonly before: Cell; readonly after: Cell }[];
}

/** What was changed, newest first; `none` is said where nothing was. */
export function VersionList({ title, none, versions, more = false }: { title: string; none: string; versions: readonly VersionLine[]; more?: boolean }) {
  return (
    <aside className="side" aria-label={title}>
      <Panel level={3} title={title} aside={counted(versions.length, more)}>
        {versions.length === 0 ? (
          <EmptyState title={none} icon="clock" />
        ) : (
          <ol className="stack">
            {versions.map((version) => (
              <li key={version.version} className="stack" style={{ gap: 4 }}>
                <div className="line small">
                  <b>Version {version.version}</b>
                  <span className="quiet">
                    <RelativeTime at={version.at} /> · {version.by}
                  </span>
                </div>
                {version.changes.map((change) => (
                  <div key={change.title} className="small">
                    <span className="quiet">{change.title}: </span>
                    {change.before.as === "none" ? null : (
                      <>
                        <CellView cell={change.before} /> <span aria-hidden="true">→</span>{" "}
                      </>
                    )}
                    <CellView cell={change.after} />
                  </div>
                ))}
              </li>
            ))}
          </ol>
        )}
        {more ? <p className="small quiet">The latest of them; the audit log has all.</p> : null}
      </Panel>
    </aside>
  );
}
