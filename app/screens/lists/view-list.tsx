import "./lists.css";
import { useState } from "react";
import { useFetcher, useNavigate, useSearchParams } from "react-router";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { CellView, isFigure } from "#studio/ui/cell.tsx";
import { type Column, DataTable } from "#studio/ui/data-table.tsx";
import { FilterChips } from "#studio/ui/filter-chips.tsx";
import { freshKey } from "#studio/ui/fresh-key.ts";
import { KeyLineHint, LIST_KEYS, READING_KEYS } from "#studio/ui/key-help.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { EmptyState, Notice } from "#studio/ui/states.tsx";
import { listHref } from "../../list-request.ts";
import { hasForm } from "../guided/act-form.tsx";
import type { BulkResult, ListRequest, ViewPage, ViewRow } from "../lists.ts";
import { BulkForm } from "./bulk-form.tsx";
import { bulkTones } from "./bulk-tone.ts";

/** The width of a format's column, and what a narrow list leaves it: figures and codes stay whole. */
const WIDTHS: Readonly<Record<string, { readonly width?: number; readonly least: number }>> = {
  code: { width: 148, least: 116 },
  org: { width: 64, least: 52 },
  money: { width: 136, least: 124 },
  decimal: { width: 112, least: 80 },
  date: { width: 148, least: 128 },
  datetime: { width: 152, least: 128 },
  relative: { width: 128, least: 96 },
  deadline: { width: 152, least: 128 },
  badge: { width: 160, least: 120 },
  gate: { width: 232, least: 184 },
};

/** The rows of a view's tab, with what can be done to several at once. */
export function ViewList({ view, request, scope, beginHref }: { view: ViewPage; request: ListRequest; scope: string; beginHref: (id: string) => string }) {
  const [begin] = view.begins;
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<string | null>(null);
  const fetcher = useFetcher<BulkResult>();
  const go = (change: Parameters<typeof listHref>[1]): void => void navigate(listHref(params, change), { preventScrollReset: true });
  const chosen = view.rows.filter((row) => selected.has(row.id));
  const send = (type: string, payload: object): void => {
    const instances = chosen.filter((row) => row.events.includes(type)).flatMap((row) => (row.instance === null ? [] : [row.instance]));
    void fetcher.submit({ type, instances, payload, once: freshKey() } as never, { method: "post", encType: "application/json" });
    setSelected(new Set());
    setAsking(null);
  };
  const form = view.acts.find((act) => act.type === asking);
  const countOf = (type: string): number => chosen.filter((row) => row.events.includes(type)).length;
  const possible = view.acts.filter(({ type }) => countOf(type) > 0);
  const tones = bulkTones(possible, form !== undefined);
  const bulk = (
    <>
      <b aria-live="polite">{chosen.length} selected</b>
      <span className="soft clip">{leftOut(view, chosen)}</span>
      <span className="push" />
      {possible.map((act) => {
        const asks =
          act.schema !== null && hasForm({ ...act, description: null, allowed: true, permitted: true, who: null, initial: {}, confirm: null, gates: [] });
        return (
          <Button
            key={act.type}
            tone={tones.get(act.type)}
            busy={fetcher.state !== "idle"}
            aria-expanded={asks ? asking === act.type : undefined}
            onClick={() => (asks ? setAsking(act.type) : send(act.type, {}))}
          >
            {act.title} {countOf(act.type)}
          </Button>
        );
      })}
      <Button
        tone="plain"
        onClick={() => {
          setSelected(new Set());
          setAsking(null);
        }}
      >
        Clear <kbd>Esc</kbd>
      </Button>
    </>
  );
  return (
    <>
      {fetcher.state === "idle" && fetcher.data !== undefined ? <BulkOutcome result={fetcher.data} /> : null}
      <DataTable
        id={`${view.slug}.${view.tab}`}
        label={view.tabs.find((tab) => tab.id === view.tab)?.title ?? view.title}
        columns={columnsOf(view, scope)}
        rows={view.rows}
        rowKey={(row) => row.id}
        at={request.at}
        onOpen={(row) => (row.instance === null ? row.href !== null && void navigate(row.href) : go({ at: row.instance }))}
        {...(view.acts.length > 0 ? { selected, onSelect: setSelected, selectable: (row: ViewRow) => row.instance !== null } : {})}
        sort={request.sort}
        onSort={(sort) => go({ sort })}
        toolbar={
          <FilterChips
            fields={view.filters}
            active={request.filters}
            onChange={(filters) => go({ filters })}
            search={request.search ?? ""}
            onSearch={(search) => go({ search })}
          />
        }
        bulk={bulk}
        empty={
          request.filters.length > 0 || request.search !== null ? (
            <EmptyState
              title="Nothing fits these filters"
              icon="filter"
              act={<Button onClick={() => go({ filters: [], search: "" })}>Remove the filters</Button>}
            />
          ) : (
            <EmptyState
              title={view.emptyText ?? "Nothing here at the moment"}
              icon="list"
              act={
                begin === undefined ? undefined : (
                  <ButtonLink icon="plus" href={beginHref(begin.id)}>
                    {begin.title}
                  </ButtonLink>
                )
              }
            >
              {begin === undefined ? "Rows appear here by themselves." : null}
            </EmptyState>
          )
        }
        foot={view.rows.length === 0 ? undefined : <ViewFoot view={view} nextHref={view.next === null ? null : listHref(params, { cursor: view.next })} />}
      />
      {form === undefined ? null : (
        <BulkForm
          key={form.type}
          act={form}
          count={chosen.filter((row) => row.events.includes(form.type)).length}
          onSend={(payload) => send(form.type, payload)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function columnsOf(view: ViewPage, scope: string): readonly Column<ViewRow>[] {
  const own: Column<ViewRow>[] = view.columns.map((column, index) => ({
    id: column.id,
    title: column.title,
    hidden: column.hidden,
    ...roomOf(column.format, column.title),
    ...(isFigure(column.format) ? { align: "right" as const } : {}),
    ...(column.sort === null ? {} : { sort: column.sort }),
    first: index === 0,
    named: index > 0 && (index > 1 || ["code", "money", "decimal", "list"].includes(column.format)) && !["org", "gate"].includes(column.format),
    cell: (row: ViewRow) => {
      const cell = row.cells[index] ?? { as: "none" as const };
      if (index > 0 || row.href === null || cell.as === "link") return <CellView cell={cell} />;
      return (
        <Anchor className="row-link" href={row.href}>
          <CellView cell={cell.as === "code" ? { as: "code", text: cell.text } : cell} />
        </Anchor>
      );
    },
  }));
  const hasOrg = view.columns.some((column) => column.format === "org");
  if (scope !== "all" || hasOrg) return own;
  const [first, ...rest] = own;
  const org: Column<ViewRow> = { id: "@org", title: "Org", ...WIDTHS["org"], cell: (row) => <CellView cell={{ as: "org", code: row.org }} /> };
  return first === undefined ? [org] : [first, org, ...rest];
}

/** The heading takes part: 12 px, and its cell's padding. */
function roomOf(format: string, title: string): { readonly width?: number; readonly least?: number } {
  const heading = title.length * 7 + 24;
  const { width, least } = WIDTHS[format] ?? { least: FREE };
  return { least: Math.max(least, heading), ...(width === undefined ? {} : { width: Math.max(width, heading) }) };
}
const FREE = 92;

/** "3 open, 1 is left out: not confirmed" */
function leftOut(view: ViewPage, chosen: readonly ViewRow[]): string {
  const able = chosen.filter((row) => view.acts.some((act) => row.events.includes(act.type)));
  const out = chosen.length - able.length;
  if (out === 0) return "all can go";
  const why = chosen.find((row) => row.blocked !== null)?.blocked;
  return `${able.length} can go, ${out} ${out === 1 ? "is" : "are"} left out${why ? `: ${why}` : ""}`;
}

function BulkOutcome({ result }: { result: BulkResult }) {
  if (result.failed.length === 0) {
    return (
      <div className="bulk-results">
        <Notice tone="open">{result.done} done.</Notice>
      </div>
    );
  }
  return (
    <div className="bulk-results">
      <Notice tone="blocked">
        <b>
          {result.done} done, {result.failed.length} not.
        </b>
        <ul>
          {result.failed.map((failure) => (
            <li key={failure.instance}>
              <Anchor className="code" href={`/work/${failure.instance}`}>
                {failure.code ?? "Open"}
              </Anchor>{" "}
              {failure.detail}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

function ViewFoot({ view, nextHref }: { view: ViewPage; nextHref: string | null }) {
  const orgs = [...new Set(view.totals.map((total) => total.org))];
  return (
    <>
      <span>
        {(view.count ?? view.rows.length).toLocaleString("en")} {view.count === 1 ? "row" : "rows"}
      </span>
      {orgs.map((org) => (
        <span key={org}>
          {org}:{" "}
          {view.totals
            .filter((total) => total.org === org)
            .map((total, index) => (
              <span key={JSON.stringify(total)}>
                {index > 0 ? " and " : ""}
                {total.title ? `${total.title} ` : ""}
                <CellView cell={total.cell} />
              </span>
            ))}
        </span>
      ))}
      {nextHref === null ? null : <Anchor href={nextHref}>Next page</Anchor>}
      <span className="push line">
        {view.exportHref === null ? null : (
          <ButtonLink small tone="plain" icon="download" href={view.exportHref} download>
            Export
          </ButtonLink>
        )}
        <KeyLineHint lines={view.acts.length > 0 ? LIST_KEYS : READING_KEYS} />
      </span>
    </>
  );
}
