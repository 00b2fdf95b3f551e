import { Anchor } from "../../ui/link.tsx";
import { OrgBadge } from "../../ui/org-badge.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { Skeleton } from "../../ui/states.tsx";

export interface LiveInstance {
  readonly id: string;
  readonly key: string;
  readonly href: string;
  readonly org: string;
  readonly updatedAt: string;
}

/** Who stands in a state, newest first. */
export function LiveInstances({ items, total }: { items: readonly LiveInstance[] | null; total: number }) {
  if (items === null)
    return (
      <div className="stack tight">
        {[60, 80, 70].map((width) => (
          <Skeleton key={width} width={`${width}%`} />
        ))}
      </div>
    );
  if (items.length === 0) return <p className="small quiet">Nobody stands here now.</p>;
  return (
    <>
      <ul className="live-list">
        {items.map((item) => (
          <li key={item.id}>
            <Anchor href={item.href} className="code clip">
              {item.key.slice(item.key.indexOf(":") + 1)}
            </Anchor>
            <OrgBadge code={item.org} />
            <span className="push small quiet nowrap">
              <RelativeTime at={item.updatedAt} />
            </span>
          </li>
        ))}
      </ul>
      {total > items.length ? <p className="small quiet">{total - items.length} more.</p> : null}
    </>
  );
}
