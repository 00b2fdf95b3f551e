import { spotlight } from "@mantine/spotlight";
import { Link } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { LiveDot } from "./live.tsx";
import { SearchButton } from "./palette.tsx";

/** The bar over every page: where one is, whether it is live, search. A page with crumbs keeps its h1 for its own head, unless it has none. */
export function TopBar({
  title,
  crumbs,
  code,
  extra,
  isHead = false,
}: {
  title?: string;
  crumbs?: readonly { readonly title: string; readonly href: string }[];
  code?: string | null;
  extra?: React.ReactNode;
  isHead?: boolean;
}) {
  const Name = isHead ? "h1" : "b";
  const back = crumbs?.[crumbs.length - 1];
  return (
    <header className="topbar">
      {back === undefined ? (
        <h1>{title}</h1>
      ) : (
        <nav className="crumbs" aria-label="Where you are">
          <Link to={back.href} className="only-phone" aria-label={`Back to ${back.title}`}>
            <Icon name="left" />
          </Link>
          {crumbs?.map((crumb, index) => (
            <span key={crumb.href} className="crumbs off-phone">
              <Link to={crumb.href}>
                {index === 0 ? <Icon name="left" /> : null}
                {crumb.title}
              </Link>
              <span aria-hidden="true">/</span>
            </span>
          ))}
          <Name className={code ? "name code" : "name"}>{code ?? title}</Name>
        </nav>
      )}
      {extra ? <div className="topbar-extra">{extra}</div> : null}
      <span className="push" />
      <LiveDot />
      <SearchButton />
      <span className="only-phone">
        <Button tone="plain" icon="search" aria-label="Search or run an act" onClick={() => spotlight.open()} />
      </span>
    </header>
  );
}
