import "./meaning.css";
import { Fragment } from "react";
import type { Json } from "#engine/schema/json.ts";
import { describeValue } from "./describe-value.ts";
import { Anchor } from "./link.tsx";
import { formatDecimal, Money } from "./money.tsx";
import { OrgBadge } from "./org-badge.tsx";
import { Deadline, RelativeTime } from "./relative-time.tsx";
import { type Meaning, StatusBadge } from "./status-badge.tsx";
import { dateText } from "./time.ts";

/** A value with the way it is shown: what lists, record panels and figures are made of. Plain data, so loaders can send it. */
export type Cell =
  | { readonly as: "none" }
  | { readonly as: "text"; readonly text: string; readonly quiet?: boolean }
  | { readonly as: "code"; readonly text: string; readonly href?: string | undefined }
  | { readonly as: "link"; readonly text: string; readonly href: string }
  | { readonly as: "money"; readonly value: string; readonly currency: string | null; readonly scale?: number }
  | { readonly as: "decimal"; readonly value: string; readonly unit?: string | undefined }
  | { readonly as: "date"; readonly date: string }
  | { readonly as: "time"; readonly at: string; readonly exact?: boolean }
  | { readonly as: "deadline"; readonly dueAt: string; readonly since?: string | null | undefined }
  | { readonly as: "badge"; readonly meaning: Meaning; readonly text?: string | undefined; readonly note?: string | null | undefined }
  | { readonly as: "org"; readonly code: string }
  | { readonly as: "list"; readonly items: readonly Cell[] }
  /** The values of one row, said one after the other. */
  | { readonly as: "row"; readonly items: readonly Cell[] }
  | { readonly as: "json"; readonly value: Json };

export const NONE: Cell = { as: "none" };

export function CellView({ cell }: { cell: Cell }) {
  switch (cell.as) {
    case "none":
      return <span className="quiet is-none">–</span>;
    case "text":
      return cell.quiet ? <span className="quiet">{cell.text}</span> : cell.text;
    case "code":
      return cell.href === undefined ? (
        <span className="code">{cell.text}</span>
      ) : (
        <Anchor className="code" href={cell.href}>
          {cell.text}
        </Anchor>
      );
    case "link":
      return <Anchor href={cell.href}>{cell.text}</Anchor>;
    case "money":
      return <Money value={cell.value} currency={cell.currency} scale={cell.scale ?? 2} />;
    case "decimal":
      return (
        <span className="nowrap">
          {formatDecimal(cell.value)}
          {cell.unit === undefined ? null : <span className="quiet"> {cell.unit}</span>}
        </span>
      );
    case "date":
      return <span className="nowrap">{dateText(cell.date)}</span>;
    case "time":
      return <RelativeTime at={cell.at} mode={cell.exact ? "moment" : "relative"} />;
    case "deadline":
      return <Deadline dueAt={cell.dueAt} since={cell.since} />;
    case "badge":
      return cell.note ? (
        <span className="cell-line">
          <StatusBadge meaning={cell.meaning}>{cell.text}</StatusBadge>
          <span className="soft">{cell.note}</span>
        </span>
      ) : (
        <StatusBadge meaning={cell.meaning}>{cell.text}</StatusBadge>
      );
    case "org":
      return <OrgBadge code={cell.code} />;
    case "list":
      return (
        <span className="cell-list">
          {cell.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity beyond their place
            <span key={index}>
              <CellView cell={item} />
            </span>
          ))}
        </span>
      );
    case "row":
      return cell.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no identity beyond their place
        <Fragment key={index}>
          {index === 0 ? null : ", "}
          <CellView cell={item} />
        </Fragment>
      ));
    case "json":
      return <>{describeValue(cell.value)}</>;
  }
}

/** Right-aligned formats. */
export const isFigure = (format: string | undefined): boolean => format === "money" || format === "decimal";
