import "./lists.css";
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { useClock } from "#studio/ui/clock.tsx";
import { type Column, DataTable } from "#studio/ui/data-table.tsx";
import { FilterChips } from "#studio/ui/filter-chips.tsx";
import { Icon, type IconName } from "#studio/ui/icon.tsx";
import { KeyLineHint } from "#studio/ui/key-help.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Deadline, RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import { zonedParts } from "#studio/ui/time.ts";
import { listHref } from "../../list-request.ts";
import type { InboxItem, InboxView, ListRequest } from "../lists.ts";

const KIND_ICONS = { task: "task", approval: "stamp", waiting: "hand" } as const satisfies Record<InboxItem["kind"], IconName>;
const KIND_WORDS = { task: "Task", approval: "Approval", waiting: "Waits for you" } as const;

/** "Late", "Today", "This week", "Later", "No deadline": where an item belongs. */
export function dueGroup(item: Pick<InboxItem, "dueAt">, now: number, zone: string): string {
  if (item.dueAt === null) return "No deadline";
  const due = Date.parse(item.dueAt);
  if (due < now) return "Late";
  const day = (at: number): number => {
    const p = zonedParts(at, zone);
    return Math.floor(Date.UTC(p.year, p.month - 1, p.day) / 86_400_000);
  };
  const days = day(due) - day(now);
  return days === 0 ? "Today" : days < 7 ? "This week" : "Later";
}

export interface Deciding {
  readonly busy: boolean;
  /** Items sent and not answered yet: shown as gone. */
  readonly sent: ReadonlySet<string>;
  readonly decide: (tasks: readonly string[], outcome: string, note: string | null) => void;
}

/** Tasks, approvals and what waits for me. Items of one sort can be decided together. */
export function InboxList({ view, request, deciding, several }: { view: InboxView; request: ListRequest; deciding: Deciding; several: boolean }) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { now, zone } = useClock();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const items = view.items.filter((item) => !deciding.sent.has(item.id));
  const go = (change: Parameters<typeof listHref>[1]): void => void navigate(listHref(params, change), { preventScrollReset: true });
  const late = items.filter((item) => item.dueAt !== null && Date.parse(item.dueAt) < now).length;
  return (
    <DataTable
      id="inbox"
      label="Inbox"
      columns={columnsOf(
        several,
        items.some((item) => item.amount !== null),
      )}
      rows={items}
      rowKey={(item) => item.id}
      at={request.at}
      onOpen={(item) => go({ at: item.id })}
      selected={selected}
      onSelect={setSelected}
      selectable={(item) => item.outcomes.length > 0 && item.whyNot === null}
      group={(item) => dueGroup(item, now, zone)}
      toolbar={
        <FilterChips
          fields={view.filters}
          active={request.filters}
          onChange={(filters) => go({ filters })}
          search={request.search ?? ""}
          onSearch={(search) => go({ search })}
        />
      }
      bulk={<InboxBulk items={items.filter((item) => selected.has(item.id))} deciding={deciding} onClear={() => setSelected(new Set())} />}
      empty={
        request.filters.length > 0 || request.search !== null ? (
          <EmptyState
            title="Nothing fits these filters"
            icon="filter"
            act={<Button onClick={() => go({ filters: [], search: "" })}>Remove the filters</Button>}
          >
            Your inbox holds other items.
          </EmptyState>
        ) : (
          <EmptyState title="Nothing waits for you" icon="inbox">
            Tasks, approvals and records that need you appear here by themselves.
          </EmptyState>
        )
      }
      foot={
        items.length === 0 ? undefined : (
          <>
            <span>
              {items.length} {view.next === null ? "open" : "shown"}
              {late > 0 ? `, ${late} late` : ""}
            </span>
            {view.next === null ? null : <Anchor href={listHref(params, { cursor: view.next })}>Next page</Anchor>}
            <span className="push">
              <KeyLineHint />
            </span>
          </>
        )
      }
    />
  );
}

/** The code stands in the title where the title says it, else behind it. */
function TitleWithCode({ title, code }: Pick<InboxItem, "title" | "code">) {
  if (code === null) return <span className="clip">{title}</span>;
  const at = title.indexOf(code);
  if (at < 0)
    return (
      <>
        <span className="clip">{title}</span>
        <span className="code">{code}</span>
      </>
    );
  return (
    <span className="clip">
      {title.slice(0, at)}
      <span className="code">{code}</span>
      {title.slice(at + code.length)}
    </span>
  );
}

function columnsOf(several: boolean, amounts: boolean): readonly Column<InboxItem>[] {
  return [
    {
      id: "kind",
      title: "Kind",
      width: 40,
      quiet: true,
      offPhone: true,
      cell: (item) => (
        <span className="kind-icon">
          <Icon name={KIND_ICONS[item.kind]} label={KIND_WORDS[item.kind]} />
        </span>
      ),
    },
    {
      id: "title",
      title: "What",
      first: true,
      cell: (item) => (
        <span className="inbox-title" title={item.title}>
          <TitleWithCode title={item.title} code={item.code} />
        </span>
      ),
    },
    ...(several ? [{ id: "org", title: "Org", width: 64, cell: (item: InboxItem) => <OrgBadge code={item.org} /> }] : []),
    { id: "about", title: "About", width: 128, cell: (item) => <span className="soft">{item.about ?? ""}</span> },
    ...(amounts
      ? [
          {
            id: "amount",
            title: "Amount",
            width: 120,
            align: "right" as const,
            cell: (item: InboxItem) => (item.amount === null ? null : <CellView cell={item.amount} />),
          },
        ]
      : []),
    {
      id: "from",
      title: "From",
      width: 136,
      cell: (item) =>
        item.state === null ? <span className="small soft">{item.from ?? ""}</span> : <StatusBadge meaning={item.state.meaning}>{item.state.text}</StatusBadge>,
    },
    {
      id: "due",
      title: "Due",
      width: 136,
      cell: (item) =>
        item.dueAt === null ? (
          <span className="quiet small">
            <RelativeTime at={item.since} />
          </span>
        ) : (
          <Deadline dueAt={item.dueAt} since={item.since} />
        ),
    },
  ];
}

/** The bulk bar: the outcomes that all selected items share, and what is left out. */
function InboxBulk({ items, deciding, onClear }: { items: readonly InboxItem[]; deciding: Deciding; onClear: () => void }) {
  const sorts = new Set(items.map((item) => item.sort));
  const [first] = items;
  const outcomes = sorts.size === 1 && first !== undefined ? first.outcomes : [];
  const decide = (outcome: string): void => {
    deciding.decide(
      items.map((item) => item.id),
      outcome,
      null,
    );
    onClear();
  };
  return (
    <>
      <b aria-live="polite">{items.length} selected</b>
      <span className="soft clip">
        {sorts.size > 1 ? "of several sorts: choose one sort to decide them together" : `you may decide ${items.length === 1 ? "it" : "all"}`}
      </span>
      <span className="push" />
      {outcomes.map((outcome, index) => (
        <Button key={outcome.id} tone={index === 0 ? "primary" : "default"} disabled={deciding.busy} onClick={() => decide(outcome.id)}>
          {outcome.title} {items.length}
        </Button>
      ))}
      <Button tone="plain" onClick={onClear}>
        Clear <kbd>Esc</kbd>
      </Button>
    </>
  );
}

/** Deciding one item, in its side panel. */
export function DecideForm({ item, deciding }: { item: InboxItem; deciding: Deciding }) {
  const [note, setNote] = useState("");
  if (item.outcomes.length === 0) return null;
  return (
    <div className="stack tight">
      {item.whyNot === null ? (
        <Textarea label="Note" autosize minRows={1} maxRows={4} maxLength={2000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      ) : (
        <p className="small soft">{item.whyNot}</p>
      )}
      <div className="acts">
        {item.outcomes.map((outcome, index) => (
          <Button
            key={outcome.id}
            tone={index === 0 ? "primary" : "default"}
            disabled={item.whyNot !== null}
            busy={deciding.busy}
            onClick={() => deciding.decide([item.id], outcome.id, note.trim() === "" ? null : note.trim())}
          >
            {outcome.title}
          </Button>
        ))}
      </div>
    </div>
  );
}
