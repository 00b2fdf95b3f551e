/** The list's cursor and its keys: J/K and arrows walk, Enter opens, X selects, "/" searches, Escape selects nothing. */
import { useEffect, useRef, useState } from "react";
import { useKeys } from "./keys.ts";

export interface RowKeys<Row> {
  readonly rows: readonly Row[];
  /** Key of the row that is shown beside the list: the walk begins there, and takes what is shown along. */
  readonly shown: string | null;
  readonly rowKey: (row: Row) => string;
  readonly onOpen: ((row: Row) => void) | undefined;
  readonly onToggle: (row: Row) => void;
  /** Missing while nothing is selected. */
  readonly onClear: (() => void) | undefined;
}

/** Gives the cursor's place in the rows (-1: nowhere), and the body that it is kept in view of. */
export function useRowKeys<Row>({ rows, shown, rowKey, onOpen, onToggle, onClear }: RowKeys<Row>) {
  const [cursor, setCursor] = useState(-1);
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    body.current?.querySelector(".is-cursor")?.scrollIntoView({ block: "nearest" });
  });
  const move = (by: number): void => {
    const from = cursor >= 0 ? cursor : rows.findIndex((row) => rowKey(row) === shown);
    const next = Math.max(0, Math.min(rows.length - 1, from + by));
    setCursor(next);
    const row = rows[next];
    if (shown !== null && row !== undefined) onOpen?.(row);
  };
  const current = rows[cursor];
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    arrowdown: () => move(1),
    arrowup: () => move(-1),
    ...(current === undefined ? {} : { enter: () => onOpen?.(current), x: () => onToggle(current) }),
    ...(onClear === undefined ? {} : { escape: onClear }),
    "/": () => document.querySelector<HTMLInputElement>("[data-search]")?.focus(),
  });
  return { cursor, setCursor, body };
}
