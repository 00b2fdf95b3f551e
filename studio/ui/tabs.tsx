import "./panel.css";
import { Anchor } from "./link.tsx";
import { formatDecimal } from "./money.tsx";

/** Tabs whose place is in the URL: links, with a count each. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly { readonly id: string; readonly title: string; readonly href: string; readonly count?: number | null | undefined }[];
  current: string;
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Anchor key={tab.id} href={tab.href} aria-current={tab.id === current ? "page" : undefined}>
          {tab.title}
          {tab.count === undefined || tab.count === null ? null : <span className="count">{formatDecimal(tab.count)}</span>}
        </Anchor>
      ))}
    </nav>
  );
}
