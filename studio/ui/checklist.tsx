import "./checklist.css";
import { Mark } from "./status-badge.tsx";

export interface ChecklistEntry {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean | "unknown" | "overridden";
  readonly detail?: string | null;
  /** A link or button that mends it. */
  readonly fix?: React.ReactNode;
}

/** Exit criteria: what is met, and for the rest why not and what helps. Open ones come first in the order given. */
export function Checklist({ items }: { items: readonly ChecklistEntry[] }) {
  const sorted = [
    ...items.filter((item) => item.ok === false || item.ok === "unknown"),
    ...items.filter((item) => item.ok === true || item.ok === "overridden"),
  ];
  return (
    <ul className="checklist">
      {sorted.map((item) => (
        <li key={item.id} className={item.ok === true || item.ok === "overridden" ? undefined : "is-shut"}>
          <Mark meaning={item.ok === true ? "open" : item.ok === false ? "blocked" : item.ok} />
          <span>{item.title}</span>
          <span className="soft detail">{item.detail ?? ""}</span>
          <span className="fix">{item.fix ?? null}</span>
        </li>
      ))}
    </ul>
  );
}
