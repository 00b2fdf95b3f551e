import { Checkbox, Popover } from "@mantine/core";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";

interface Choosable {
  readonly id: string;
  readonly title: string;
  readonly hidden?: boolean;
}

export interface HiddenColumns {
  readonly ids: ReadonlySet<string>;
  readonly set: (ids: ReadonlySet<string>) => void;
}

/** Which columns of a list this browser hides. The first render shows the list's own choice, as the server did. */
export function useHiddenColumns(list: string, columns: readonly Choosable[]): HiddenColumns {
  const [ids, setIds] = useState<ReadonlySet<string>>(() => new Set(columns.filter((column) => column.hidden).map((column) => column.id)));
  const key = `columns.${list}`;
  useEffect(() => {
    const kept = localStorage.getItem(key);
    if (kept !== null) setIds(new Set(kept.split(",").filter(Boolean)));
  }, [key]);
  return {
    ids,
    set: (next) => {
      localStorage.setItem(key, [...next].join(","));
      setIds(next);
    },
  };
}

export function ColumnChooser({ columns, hidden }: { columns: readonly Choosable[]; hidden: HiddenColumns }) {
  const toggle = (id: string): void => {
    const next = new Set(hidden.ids);
    if (!next.delete(id)) next.add(id);
    hidden.set(next);
  };
  if (columns.length < 3) return null;
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button small icon="columns" className="off-phone-button">
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className="stack tight">
          {columns.map((column) => (
            <Checkbox
              key={column.id}
              label={column.title}
              checked={!hidden.ids.has(column.id)}
              onChange={() => toggle(column.id)}
              disabled={!hidden.ids.has(column.id) && columns.length - hidden.ids.size === 1}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
