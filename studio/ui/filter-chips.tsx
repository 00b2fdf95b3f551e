import "./data-table.css";
import { Popover, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Button } from "./button.tsx";
import { describeValue } from "./describe-value.ts";
import { Icon } from "./icon.tsx";

export interface FilterField {
  readonly field: string;
  readonly title: string;
  readonly type: "text" | "number" | "date" | "boolean";
  readonly options?: readonly { readonly value: string; readonly title: string }[];
}

/** `value` may start with `gte:` or `lte:` for numbers and dates. */
export interface ActiveFilter {
  readonly field: string;
  readonly value: string;
}

const OPERATORS = { "": "is", "gte:": "from", "lte:": "to" } as const;

export function filterText(filter: ActiveFilter, fields: readonly FilterField[]): { title: string; value: string } {
  const field = fields.find((candidate) => candidate.field === filter.field);
  const operator = filter.value.startsWith("gte:") ? "gte:" : filter.value.startsWith("lte:") ? "lte:" : "";
  const raw = filter.value.slice(operator.length);
  const value =
    field?.options?.find((option) => option.value === raw)?.title ?? (field?.type === "boolean" ? describeValue(raw === "true") : describeValue(raw));
  return { title: field?.title ?? filter.field, value: operator === "" ? value : `${OPERATORS[operator]} ${value}` };
}

/** Filters as removable chips. What is on lives in the URL: the caller navigates in `onChange`. */
export function FilterChips({
  fields,
  active,
  onChange,
  search,
  onSearch,
}: {
  fields: readonly FilterField[];
  active: readonly ActiveFilter[];
  onChange: (next: readonly ActiveFilter[]) => void;
  search?: string;
  onSearch?: (text: string) => void;
}) {
  return (
    <>
      {onSearch === undefined ? null : <SearchBox key={search ?? ""} value={search ?? ""} onSearch={onSearch} />}
      {active.map((filter) => {
        const text = filterText(filter, fields);
        return (
          <span key={`${filter.field} ${filter.value}`} className="filter">
            {text.title} <b>{text.value}</b>
            <button type="button" aria-label={`Remove filter ${text.title} ${text.value}`} onClick={() => onChange(active.filter((other) => other !== filter))}>
              <Icon name="x" />
            </button>
          </span>
        );
      })}
      {fields.length === 0 ? null : (
        <AddFilter
          fields={fields}
          onAdd={(filter) =>
            onChange([...active.filter((other) => other.field !== filter.field || other.value.startsWith("gte:") !== filter.value.startsWith("gte:")), filter])
          }
        />
      )}
    </>
  );
}

function SearchBox({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  return (
    <search>
      <form
        className="search-box"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(String(new FormData(event.currentTarget).get("q") ?? "").trim());
        }}
      >
        <Icon name="search" />
        <input name="q" data-search="" defaultValue={value} placeholder="Search this list" aria-label="Search this list" maxLength={200} />
      </form>
    </search>
  );
}

function AddFilter({ fields, onAdd }: { fields: readonly FilterField[]; onAdd: (filter: ActiveFilter) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(fields[0]?.field ?? "");
  const [operator, setOperator] = useState<keyof typeof OPERATORS>("");
  const [value, setValue] = useState("");
  const field = fields.find((candidate) => candidate.field === name) ?? fields[0];
  if (field === undefined) return null;
  const ranged = field.type === "number" || field.type === "date";
  const options =
    field.type === "boolean"
      ? [
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ]
      : field.options?.map((option) => ({ value: option.value, label: option.title }));
  const add = (): void => {
    if (value.trim() === "") return;
    onAdd({ field: field.field, value: `${ranged ? operator : ""}${value.trim()}` });
    setValue("");
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className="filter add" onClick={() => setOpen(!open)}>
          <Icon name="plus" />
          Filter
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a filter" style={{ width: 264 }}>
        <form
          className="stack tight"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Select
            label="Field"
            data={fields.map((candidate) => ({ value: candidate.field, label: candidate.title }))}
            value={field.field}
            onChange={(next) => {
              setName(next ?? "");
              setValue("");
              setOperator("");
            }}
            comboboxProps={{ withinPortal: false }}
          />
          {ranged ? (
            <SegmentedControl
              size="xs"
              value={operator}
              onChange={(next) => setOperator(next as keyof typeof OPERATORS)}
              data={Object.entries(OPERATORS).map(([key, label]) => ({ value: key, label }))}
              aria-label="How"
            />
          ) : null}
          {options === undefined ? (
            <TextInput
              label="Value"
              type={field.type === "date" ? "date" : "text"}
              inputMode={field.type === "number" ? "decimal" : undefined}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          ) : (
            <Select
              label="Value"
              data={options}
              value={value === "" ? null : value}
              onChange={(next) => setValue(next ?? "")}
              comboboxProps={{ withinPortal: false }}
            />
          )}
          <Button tone="primary" type="submit" disabled={value.trim() === ""}>
            Add filter
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
