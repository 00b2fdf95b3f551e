import "../lists/lists.css";
import "./operations.css";
import { useNavigate, useSearchParams } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { type Column, DataTable } from "#studio/ui/data-table.tsx";
import { FilterChips, type FilterField } from "#studio/ui/filter-chips.tsx";
import { KeyLineHint, READING_KEYS } from "#studio/ui/key-help.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { listHref } from "../../list-request.ts";
import type { ListRequest } from "../lists.ts";

/** One list of the operations page: search by key, filters, pages. */
export function OperationsList<Row extends { readonly id: string }>({
  id,
  title,
  columns,
  rows,
  fields,
  request,
  next,
  empty,
  searched = "whole keys, codes and events",
  open = false,
}: {
  id: string;
  title: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  fields: readonly FilterField[];
  request: ListRequest;
  next: string | null;
  empty: string;
  /** What a search looks for. */
  searched?: string;
  open?: boolean;
}) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const go = (change: Parameters<typeof listHref>[1]): void => void navigate(listHref(params, change), { preventScrollReset: true });
  const filtered = request.filters.length > 0 || request.search !== null;
  return (
    <DataTable
      id={`operations.${id}`}
      label={title}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      at={request.at}
      {...(open ? { onOpen: (row: Row) => go({ at: row.id }) } : {})}
      toolbar={
        <FilterChips
          fields={fields}
          active={request.filters}
          onChange={(filters) => go({ filters })}
          search={request.search ?? ""}
          onSearch={(search) => go({ search })}
        />
      }
      empty={
        filtered ? (
          <EmptyState title="Nothing fits" icon="filter" act={<Button onClick={() => go({ filters: [], search: "" })}>Show all</Button>}>
            Search looks for {searched}.
          </EmptyState>
        ) : (
          <EmptyState title={empty} icon="check" />
        )
      }
      foot={
        rows.length === 0 ? undefined : (
          <>
            <span>{rows.length} shown</span>
            {next === null ? null : <Anchor href={listHref(params, { cursor: next })}>Next page</Anchor>}
            <span className="push">
              <KeyLineHint lines={READING_KEYS} />
            </span>
          </>
        )
      }
    />
  );
}
