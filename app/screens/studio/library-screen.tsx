import { useEffect, useRef, useState } from "react";
import { Link, useNavigation, useSearchParams } from "react-router";
import { KINDS, type Kind } from "#engine/schema/definition-base.ts";
import type { LibraryItem, LibraryView } from "#engine/service/releases/studio-library.ts";
import { definitionPath, KIND_WORDS } from "#studio/kinds/kind-words.ts";
import type { DraftSummary } from "#studio/review/draft-bar.tsx";
import { ButtonLink } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { useKeys } from "#studio/ui/keys.ts";
import { Anchor } from "#studio/ui/link.tsx";
import { formatDecimal } from "#studio/ui/money.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import type { DraftChoice } from "./pages.ts";
import { EditMenu, StudioFrame } from "./studio-frame.tsx";

export interface LibraryProps {
  readonly shelf: LibraryView;
  readonly draft: DraftSummary | null;
  readonly drafts: readonly DraftChoice[];
  readonly q: string;
  readonly kind: string | null;
}

/** Every definition, by pack; narrowed by kind and by words found inside. */
export function LibraryScreen({ shelf, draft, drafts, q, kind }: LibraryProps) {
  const shown = shelf.items.filter((item) => kind === null || item.kind === kind);
  const packs = [...new Set(shown.map((item) => item.pack))].sort();
  const count = (one: Kind): number => shelf.items.filter((item) => item.kind === one).length;
  const failing = shelf.items.reduce((sum, item) => sum + item.health.failing, 0);
  const errors = shelf.items.reduce((sum, item) => sum + item.health.errors, 0);
  const tests = shelf.items.reduce((sum, item) => sum + item.health.tests, 0);
  const [params] = useSearchParams();
  const hrefOf = (next: Kind | null): string => {
    const copy = new URLSearchParams(params);
    if (next === null) copy.delete("kind");
    else copy.set("kind", next);
    return `?${copy.toString()}`;
  };
  return (
    <StudioFrame
      title="Studio"
      crumbs={[]}
      draft={draft}
      extra={
        <span className="topbar-acts">
          <ButtonLink tone="plain" icon="branch" href="/studio/drafts">
            Drafts
          </ButtonLink>
          <ButtonLink tone="plain" icon="boxes" href="/studio/releases">
            Releases
          </ButtonLink>
          {shelf.mayEdit && draft === null ? <EditMenu drafts={drafts} name="New draft" /> : null}
        </span>
      }
    >
      <div className="studio-scroll">
        <div className="library-head">
          <Search q={q} />
          <span className="push line">
            {draft === null ? <span className="small quiet nowrap">Release {shelf.release}</span> : null}
            {errors > 0 ? <StatusBadge meaning="blocked">{errors === 1 ? "1 error" : `${errors} errors`}</StatusBadge> : null}
            {tests === 0 ? null : (
              <StatusBadge meaning={failing === 0 ? "open" : "blocked"}>
                {failing === 0 ? `${formatDecimal(tests)} tests pass` : `${failing} of ${tests} tests fail`}
              </StatusBadge>
            )}
          </span>
        </div>
        <nav className="library-kinds" aria-label="Kinds">
          <Link to={hrefOf(null)} aria-current={kind === null ? "page" : undefined} preventScrollReset>
            All <span className="n">{shelf.items.length}</span>
          </Link>
          {KINDS.map((one) =>
            count(one) === 0 ? null : (
              <Link key={one} to={hrefOf(one)} aria-current={kind === one ? "page" : undefined} preventScrollReset>
                {KIND_WORDS[one].many} <span className="n">{count(one)}</span>
              </Link>
            ),
          )}
        </nav>
        {shown.length === 0 ? (
          <EmptyState title={q === "" ? "No definitions yet" : `Nothing holds “${q}”`} icon="search">
            {q === "" ? "Packs are installed with the product; a draft adds to them." : "The search looks at names and inside every definition."}
          </EmptyState>
        ) : (
          <table className="library-table">
            <caption className="visually-hidden">Definitions by pack</caption>
            <thead>
              <tr>
                <th scope="col">Definition</th>
                <th scope="col" style={{ width: "12%" }}>
                  Kind
                </th>
                <th scope="col" className="n" style={{ width: 92 }}>
                  Instances
                </th>
                <th scope="col" style={{ width: 188 }}>
                  Health
                </th>
                <th scope="col" className="n" style={{ width: 76 }}>
                  Used by
                </th>
                <th scope="col" className="n" style={{ width: 128 }}>
                  Changed
                </th>
              </tr>
            </thead>
            {packs.map((pack) => (
              <tbody key={pack}>
                <tr className="group">
                  <td colSpan={6}>{pack}</td>
                </tr>
                {shown
                  .filter((item) => item.pack === pack)
                  .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
                  .map((item) => (
                    <ItemRow key={`${item.kind}/${item.key}`} item={item} draft={draft?.id ?? null} />
                  ))}
              </tbody>
            ))}
          </table>
        )}
      </div>
    </StudioFrame>
  );
}

function ItemRow({ item, draft }: { item: LibraryItem; draft: string | null }) {
  const words = KIND_WORDS[item.kind];
  return (
    <tr>
      <td>
        <span className="library-name">
          <Icon name={words.icon} />
          <Anchor href={definitionPath(item.kind, item.key, draft)} className="clip">
            {item.title}
          </Anchor>
          <code className="quiet clip">{item.key.slice(item.key.indexOf(".") + 1)}</code>
          {item.change === null ? null : <StatusBadge meaning="draft">{item.change === "added" ? "New in this draft" : "Changed in this draft"}</StatusBadge>}
        </span>
        {item.found === null || item.found.path === "" ? null : (
          <small className="library-found" title={item.found.path}>
            {item.found.text}
          </small>
        )}
      </td>
      <td className="quiet">{words.one}</td>
      <td className="n">
        {item.instances === null ? (
          ""
        ) : item.instances.all === 0 ? (
          <span className="quiet">0 live</span>
        ) : (
          <Anchor href={`${definitionPath(item.kind, item.key, draft)}${draft === null ? "?" : "&"}mode=live`}>
            {formatDecimal(item.instances.active)} live
          </Anchor>
        )}
      </td>
      <td>
        <Health item={item} />
      </td>
      <td className="n quiet">{item.usedBy === 0 ? "" : item.usedBy}</td>
      <td className="n quiet small">{item.changedAt === null ? "" : <RelativeTime at={item.changedAt} />}</td>
    </tr>
  );
}

function Health({ item }: { item: LibraryItem }) {
  const { errors, warnings, tests, failing } = item.health;
  if (errors > 0)
    return (
      <span className="mark m-blocked small">
        <Icon name="bar" />
        {errors === 1 ? "1 error" : `${errors} errors`}
      </span>
    );
  if (failing > 0)
    return (
      <span className="mark m-blocked small">
        <Icon name="bar" />
        {failing} of {tests} tests fail
      </span>
    );
  return (
    <span className="line small">
      {tests > 0 ? (
        <span className="mark m-open">
          <Icon name="check" />
          {tests === 1 ? "1 test" : `${tests} tests`}
        </span>
      ) : null}
      {warnings > 0 ? (
        <span className="mark m-unknown">
          <Icon name="warn" />
          {warnings === 1 ? "1 warning" : `${warnings} warnings`}
        </span>
      ) : null}
    </span>
  );
}

function Search({ q }: { q: string }) {
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const busy = useNavigation().state !== "idle";
  useKeys({ "/": () => field.current?.focus() });
  const apply = useRef(setParams);
  apply.current = setParams;
  const current = params.get("q") ?? "";
  useEffect(() => {
    if (text === current) return;
    const timer = setTimeout(
      () =>
        apply.current(
          (now) => {
            if (text === "") now.delete("q");
            else now.set("q", text);
            return now;
          },
          { replace: true, preventScrollReset: true },
        ),
      220,
    );
    return () => clearTimeout(timer);
  }, [text, current]);
  return (
    <search className="library-search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        value={text}
        placeholder="Search inside definitions"
        aria-label="Search inside definitions"
        onChange={(event) => setText(event.target.value)}
        aria-busy={busy}
      />
      <kbd>/</kbd>
    </search>
  );
}
