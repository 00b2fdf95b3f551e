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
    <nav className="tabs" aria-label={label} ref={showCurrent}>
      {tabs.map((tab) => (
        <Anchor key={tab.id} href={tab.href} aria-current={tab.id === current ? "page" : undefined}>
          {tab.title}
          {tab.count === undefined || tab.count === null ? null : <span className="count">{formatDecimal(tab.count)}</span>}
        </Anchor>
      ))}
    </nav>
  );
}

/** Where the tabs are wider than the screen, the chosen one is in sight. */
function showCurrent(nav: HTMLElement | null): void {
  const chosen = nav?.querySelector<HTMLElement>("[aria-current]");
  if (!nav || !chosen) return;
  if (chosen.offsetLeft + chosen.offsetWidth > nav.scrollLeft + nav.clientWidth) nav.scrollLeft = chosen.offsetLeft - 16;
}
