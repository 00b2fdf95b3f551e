import "./data-table.css";
import { Checkbox } from "@mantine/core";
import { Fragment } from "react";
import { ColumnChooser, useHiddenColumns } from "./column-chooser.tsx";
import { columnWidths, fittingColumns, leastWidth, PICK, useRoom } from "./fitting-columns.ts";
import { Icon } from "./icon.tsx";
import { Skeleton } from "./states.tsx";
import { useRowKeys } from "./use-row-keys.ts";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly width?: number | string;
  /** What a narrow list leaves it; without one it keeps its width. */
  readonly least?: number;
  readonly align?: "right";
  /** Key that the list can be sorted by. */
  readonly sort?: string;
  readonly hidden?: boolean;
  /** Heading only for readers (an icon column). */
  readonly quiet?: boolean;
  /** Takes the first line of the card on a phone. */
  readonly first?: boolean;
  /** Says its title before the value on a phone, where there is no head; nothing is said where there is no value. */
  readonly named?: boolean;
  /** Left out on a phone. */
  readonly offPhone?: boolean;
  readonly cell: (row: Row) => React.ReactNode;
}

export interface Sort {
  readonly field: string;
  readonly direction: "asc" | "desc";
}

export interface DataTableProps<Row> {
  /** Name of the list; also the key under which the chosen columns are kept. */
  readonly id: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** The row shown in the side panel. */
  readonly at?: string | null;
  readonly onOpen?: (row: Row) => void;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (next: ReadonlySet<string>) => void;
  readonly selectable?: (row: Row) => boolean;
  readonly group?: (row: Row) => string;
  readonly sort?: Sort | null;
  readonly onSort?: (sort: Sort) => void;
  readonly loading?: boolean;
  /** The filter row; the bulk bar takes its place while something is selected. */
  readonly toolbar?: React.ReactNode;
  readonly bulk?: React.ReactNode;
  readonly empty?: React.ReactNode;
  readonly foot?: React.ReactNode;
}

/**
 * The list of the product. Sticky head, columns to choose, selection, J/K/X/Enter and "/", groups, sort, and a skeleton in the shape
 * of the rows that will come. Paging is the caller's: `foot` carries the link to the next page.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, rowKey, selected, onSelect, onOpen, at, selectable = () => true } = props;
  const hidden = useHiddenColumns(props.id, props.columns);
  const { element, room } = useRoom(at !== undefined && at !== null);
  const columns = fittingColumns(
    props.columns.filter((column) => !hidden.ids.has(column.id)),
    selected !== undefined,
    room,
  );
  const toggle = (row: Row): void => {
    if (selected === undefined || onSelect === undefined || !selectable(row)) return;
    const next = new Set(selected);
    if (!next.delete(rowKey(row))) next.add(rowKey(row));
    onSelect(next);
  };
  const onClear = selected !== undefined && selected.size > 0 ? () => onSelect?.(new Set()) : undefined;
  const { cursor, setCursor, body } = useRowKeys({ rows, shown: at ?? null, rowKey, onOpen, onToggle: toggle, onClear });
  const pickable = rows.filter(selectable);
  const chosen = selected === undefined ? 0 : pickable.filter((row) => selected.has(rowKey(row))).length;
  const all = pickable.length > 0 && chosen === pickable.length;
  const sections = sectionsOf(rows, props.group);
  const widths = columnWidths(columns, selected !== undefined);
  const span = columns.length + (selected === undefined ? 0 : 1);
  return (
    <div className="data" ref={element}>
      {selected !== undefined && selected.size > 0 && props.bulk !== undefined ? (
        <div className="bulk-bar" role="toolbar" aria-label={`${selected.size} selected`}>
          {props.bulk}
        </div>
      ) : (
        <div className="filters">
          {props.toolbar}
          <span className="push" />
          <ColumnChooser columns={props.columns} hidden={hidden} />
        </div>
      )}
      {rows.length === 0 && !props.loading ? (
        props.empty
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="scroll" tabIndex={0} aria-label={props.label}>
          <table className="rows" style={{ minWidth: leastWidth(columns, selected !== undefined) }} aria-busy={props.loading || undefined}>
            <colgroup>
              {selected === undefined ? null : <col style={{ width: PICK }} />}
              {columns.map((column, index) => (
                <col key={column.id} style={{ width: widths[index] }} />
              ))}
            </colgroup>
            <thead>
              <tr>
                {selected === undefined ? null : (
                  <th className="pick" scope="col">
                    <Checkbox
                      aria-label="Select all"
                      checked={all}
                      indeterminate={chosen > 0 && !all}
                      onChange={() => onSelect?.(all ? new Set() : new Set(pickable.map(rowKey)))}
                    />
                  </th>
                )}
                {columns.map((column) => (
                  <HeadCell key={column.id} column={column} sort={props.sort ?? null} onSort={props.onSort} />
                ))}
              </tr>
            </thead>
            <tbody ref={body}>
              {props.loading ? (
                <SkeletonRows count={8} columns={columns} pick={selected !== undefined} />
              ) : (
                sections.map(({ name, from, rows: members }) => (
                  <Fragment key={`${from}:${name ?? ""}`}>
                    {name === null ? null : (
                      <tr className="is-group">
                        <th colSpan={span} scope="rowgroup">
                          {name} <span className="quiet">{members.length}</span>
                        </th>
                      </tr>
                    )}
                    {members.map((row, index) => (
                      <DataRow
                        key={rowKey(row)}
                        row={row}
                        name={rowKey(row)}
                        columns={columns}
                        isAt={at === rowKey(row)}
                        isCursor={from + index === cursor}
                        pick={
                          selected === undefined ? null : { isSelected: selected.has(rowKey(row)), isSelectable: selectable(row), onToggle: () => toggle(row) }
                        }
                        canOpen={onOpen !== undefined}
                        onClick={() => {
                          setCursor(from + index);
                          onOpen?.(row);
                        }}
                      />
                    ))}
                  </Fragment>
                ))
              )}
            </tbody>
          </table>
        </section>
      )}
      {props.foot === undefined ? null : <div className="list-foot">{props.foot}</div>}
    </div>
  );
}

interface Section<Row> {
  /** Null: the list has no groups. */
  readonly name: string | null;
  /** Place of its first row in the list. */
  readonly from: number;
  readonly rows: readonly Row[];
}

/** Rows that follow one another under the same name stand together. */
function sectionsOf<Row>(rows: readonly Row[], group: ((row: Row) => string) | undefined): readonly Section<Row>[] {
  if (group === undefined) return [{ name: null, from: 0, rows }];
  const sections: { name: string; from: number; rows: Row[] }[] = [];
  for (const [index, row] of rows.entries()) {
    const name = group(row);
    const last = sections.at(-1);
    if (last?.name === name) last.rows.push(row);
    else sections.push({ name, from: index, rows: [row] });
  }
  return sections;
}

interface DataRowProps<Row> {
  readonly row: Row;
  /** What its box is called. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly isAt: boolean;
  readonly isCursor: boolean;
  /** Null: rows of this list are not selected. */
  readonly pick: { readonly isSelected: boolean; readonly isSelectable: boolean; readonly onToggle: () => void } | null;
  readonly canOpen: boolean;
  readonly onClick: () => void;
}

function DataRow<Row>({ row, name, columns, isAt, isCursor, pick, canOpen, onClick }: DataRowProps<Row>) {
  const classes = { "can-open": canOpen, "is-selected": pick?.isSelected === true, "is-at": isAt, "is-cursor": isCursor };
  return (
    <tr
      className={namesOf(classes)}
      aria-selected={pick?.isSelected}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest("a, button, input, label") === null) onClick();
      }}
    >
      {pick === null ? null : (
        <td className="pick">
          <Checkbox aria-label={`Select ${name}`} checked={pick.isSelected} disabled={!pick.isSelectable} onChange={pick.onToggle} />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          data-name={column.named ? column.title : undefined}
          onPointerEnter={tellWhole}
          className={namesOf({ [column.align ?? ""]: true, first: column.first === true, "off-phone": column.offPhone === true })}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** What is cut off says all of it on the pointer. */
function tellWhole({ currentTarget: cell }: React.PointerEvent<HTMLTableCellElement>): void {
  if (cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent;
  else cell.removeAttribute("title");
}

const namesOf = (classes: Readonly<Record<string, boolean>>): string | undefined =>
  Object.keys(classes)
    .filter((name) => name !== "" && classes[name])
    .join(" ") || undefined;

function HeadCell<Row>({ column, sort, onSort }: { column: Column<Row>; sort: Sort | null; onSort: ((sort: Sort) => void) | undefined }) {
  const sorted = column.sort !== undefined && sort?.field === column.sort ? sort.direction : null;
  const title = column.quiet ? <span className="visually-hidden">{column.title}</span> : column.title;
  const field = column.sort;
  return (
    <th scope="col" className={column.align} aria-sort={sorted === null ? undefined : sorted === "asc" ? "ascending" : "descending"}>
      {field === undefined || onSort === undefined ? (
        title
      ) : (
        <button type="button" onClick={() => onSort({ field, direction: sorted === "asc" ? "desc" : "asc" })}>
          {title}
          {sorted === null ? null : <Icon name={sorted === "asc" ? "up" : "down"} />}
        </button>
      )}
    </th>
  );
}

function SkeletonRows<Row>({ count, columns, pick }: { count: number; columns: readonly Column<Row>[]; pick: boolean }) {
  return Array.from({ length: count }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
    <tr key={row}>
      {pick ? (
        <td className="pick">
          <Skeleton width={16} />
        </td>
      ) : null}
      {columns.map((column, index) => (
        <td key={column.id} className={column.align}>
          <Skeleton width={`${40 + ((row * 7 + index * 13) % 40)}%`} />
        </td>
      ))}
    </tr>
  ));
}
