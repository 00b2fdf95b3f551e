import "./panel.css";
import "./meaning.css";
import { Icon, type IconName } from "./icon.tsx";

/** Nothing here yet: what this place is for and the one thing to do next. */
export function EmptyState({ title, children, icon = "flag", act }: { title: string; children?: React.ReactNode; icon?: IconName; act?: React.ReactNode }) {
  return (
    <div className="blank">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children === undefined || children === null ? null : <p>{children}</p>}
      {act === undefined ? null : <div className="acts">{act}</div>}
    </div>
  );
}

/** What happened, with the value, and what to do; codes only behind "Details". */
export function ErrorState({
  title,
  detail,
  hint,
  code,
  act,
}: {
  title: string;
  detail?: string | undefined;
  hint?: string | undefined;
  code?: string | undefined;
  act?: React.ReactNode;
}) {
  return (
    <div className="blank" role="alert">
      <Icon name="bar" />
      <h1 style={{ font: "600 16px/24px var(--font)" }}>{title}</h1>
      {detail === undefined || detail.replace(/\.$/, "") === title ? null : <p>{detail}</p>}
      {hint === undefined ? null : <p className="quiet">{hint}</p>}
      {act === undefined ? null : <div className="acts">{act}</div>}
      {code === undefined ? null : (
        <details className="small quiet">
          <summary>Details</summary>
          <span className="code">{code}</span>
        </details>
      )}
    </div>
  );
}

/** A short message in place, next to what it is about. */
export function Notice({
  tone = "plain",
  icon,
  children,
}: {
  tone?: "plain" | "open" | "blocked" | "unknown" | "waits";
  icon?: IconName;
  children: React.ReactNode;
}) {
  const given: IconName = icon ?? (tone === "open" ? "check" : tone === "blocked" ? "bar" : tone === "unknown" ? "question" : "info");
  return (
    <div className={tone === "plain" ? "notice" : `notice m-${tone}`} role={tone === "blocked" ? "alert" : "status"}>
      <Icon name={given} />
      <div>{children}</div>
    </div>
  );
}

/** A grey bar where text will stand. */
export const Skeleton = ({ width = "60%" }: { width?: number | string }) => <span className="skeleton" style={{ width }} aria-hidden="true" />;
