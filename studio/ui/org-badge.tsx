import "./meaning.css";

/** The org as its short code. */
export function OrgBadge({ code, title }: { code: string; title?: string }) {
  return (
    <span className="org" title={title}>
      {code}
    </span>
  );
}
