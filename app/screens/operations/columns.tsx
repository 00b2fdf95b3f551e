import type { Column } from "#studio/ui/data-table.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import type { AuditLine, MailRow, OutboxLine, ReceiptLine, TimerLine } from "../operations.ts";
import { OutboxActs } from "./outbox-acts.tsx";

const code = (text: string | null, href?: string | null): React.ReactNode =>
  text === null ? (
    <span className="quiet">none</span>
  ) : href ? (
    <Anchor className="code" href={href}>
      {text}
    </Anchor>
  ) : (
    <span className="code">{text}</span>
  );

export const RECEIPT_COLUMNS: readonly Column<ReceiptLine>[] = [
  {
    id: "at",
    title: "Received",
    width: 96,
    cell: (row) => (
      <span className="soft">
        <RelativeTime at={row.receivedAt} />
      </span>
    ),
  },
  { id: "event", title: "Event", width: 232, first: true, cell: (row) => row.event },
  { id: "subject", title: "Subject", width: 144, cell: (row) => code(row.subject, row.href) },
  { id: "sequence", title: "Sequence", width: 88, align: "right", offPhone: true, cell: (row) => row.sequence ?? <span className="quiet">–</span> },
  {
    id: "result",
    title: "Result",
    width: 128,
    cell: (row) => <StatusBadge meaning={row.meaning}>{row.meaning === "state" ? row.result : undefined}</StatusBadge>,
  },
  { id: "cause", title: "Cause or effect", cell: (row) => <span className="soft">{row.cause ?? ""}</span> },
];

export const OUTBOX_COLUMNS: readonly Column<OutboxLine>[] = [
  {
    id: "at",
    title: "Since",
    width: 96,
    cell: (row) => (
      <span className="soft">
        <RelativeTime at={row.createdAt} />
      </span>
    ),
  },
  { id: "title", title: "Effect", width: 216, first: true, cell: (row) => row.title },
  { id: "org", title: "Org", width: 64, cell: (row) => <OrgBadge code={row.org} /> },
  { id: "subject", title: "Subject", width: 128, cell: (row) => code(row.subject, row.href) },
  { id: "state", title: "State", width: 136, cell: (row) => <StatusBadge meaning={row.meaning}>{row.state}</StatusBadge> },
  { id: "attempts", title: "Tries", width: 56, align: "right", offPhone: true, cell: (row) => row.attempts },
  {
    id: "error",
    title: "Last answer",
    cell: (row) => (
      <span className="soft" title={row.lastError ?? undefined}>
        {row.lastError ?? ""}
      </span>
    ),
  },
  { id: "acts", title: "Acts", width: 176, quiet: true, cell: (row) => <OutboxActs row={row} /> },
];

export const MAIL_COLUMNS: readonly Column<MailRow>[] = [
  {
    id: "at",
    title: "Created",
    width: 96,
    cell: (row) => (
      <span className="soft">
        <RelativeTime at={row.createdAt} />
      </span>
    ),
  },
  {
    id: "subject",
    title: "Subject",
    first: true,
    cell: (row) =>
      row.href === null ? (
        row.subject
      ) : (
        <Anchor href={row.href} className="row-link">
          {row.subject}
        </Anchor>
      ),
  },
  { id: "org", title: "Org", width: 64, cell: (row) => <OrgBadge code={row.org} /> },
  { id: "type", title: "Type", width: 168, cell: (row) => code(row.type) },
  { id: "to", title: "To", cell: (row) => <span className="soft">{row.to}</span> },
  {
    id: "state",
    title: "State",
    width: 144,
    cell: (row) => <StatusBadge meaning={row.meaning}>{row.meaning === "state" ? row.state : undefined}</StatusBadge>,
  },
  { id: "code", title: "Why", offPhone: true, cell: (row) => <span className="soft">{row.code ?? ""}</span> },
];

export const TIMER_COLUMNS: readonly Column<TimerLine>[] = [
  { id: "due", title: "Due", width: 128, cell: (row) => <RelativeTime at={row.dueAt} /> },
  { id: "name", title: "Timer", first: true, cell: (row) => row.name },
  { id: "org", title: "Org", width: 64, cell: (row) => <OrgBadge code={row.org} /> },
  { id: "state", title: "State", width: 112, cell: (row) => <StatusBadge meaning={row.meaning}>{row.state}</StatusBadge> },
  { id: "machine", title: "Machine", width: 176, offPhone: true, cell: (row) => <span className="soft">{row.machine}</span> },
  { id: "instance", title: "Instance", width: 232, cell: (row) => <Anchor href={`/work/${row.instance}`}>{row.label}</Anchor> },
];

export const AUDIT_COLUMNS: readonly Column<AuditLine>[] = [
  {
    id: "at",
    title: "When",
    width: 144,
    cell: (row) => (
      <span className="soft">
        <RelativeTime at={row.at} mode="entry" />
      </span>
    ),
  },
  { id: "actor", title: "Who", width: 168, cell: (row) => row.actor },
  { id: "action", title: "Act", width: 200, first: true, cell: (row) => row.action },
  { id: "subject", title: "On", width: 208, cell: (row) => code(row.subject, row.href) },
  {
    id: "detail",
    title: "Detail",
    cell: (row) => (
      <span className="soft" title={row.detail}>
        {row.detail}
      </span>
    ),
  },
  { id: "org", title: "Org", width: 72, offPhone: true, cell: (row) => (row.org === null ? "" : <OrgBadge code={row.org} />) },
];
