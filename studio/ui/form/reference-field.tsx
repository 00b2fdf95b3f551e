import { MultiSelect, Select } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { words } from "../describe-value.ts";
import type { FormPorts } from "./form-ports.ts";

interface Option {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
}

/** Picks records of a type by search. What was chosen stays in the list while another search runs. */
export function ReferenceField({
  type,
  where,
  many,
  value,
  onChange,
  ports,
  ...shared
}: {
  type: string;
  /** What the records offered have, field by field. */
  where?: JsonObject | undefined;
  many: boolean;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  ports: FormPorts;
  label: string;
  required: boolean;
  disabled: boolean;
  description?: string;
  error?: string;
}) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly Option[]>([]);
  const [kept, setKept] = useState<readonly Option[]>([]);
  const [open, setOpen] = useState(false);
  const chosen = many ? (Array.isArray(value) ? value.map(String) : []) : value === undefined || value === null ? [] : [String(value)];
  const pick = ports.pick;
  const narrowed = where === undefined ? "" : JSON.stringify(where);
  useEffect(() => {
    if (!open || pick === undefined) return;
    let current = true;
    const timer = setTimeout(() => {
      pick(type, text, narrowed === "" ? undefined : (JSON.parse(narrowed) as JsonObject)).then(
        (options) => {
          if (current) setFound(options);
        },
        () => undefined,
      );
    }, 160);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [open, pick, type, text, narrowed]);
  const known = [...kept.filter((option) => chosen.includes(option.value)), ...found].filter(
    (option, index, all) => all.findIndex((other) => other.value === option.value) === index,
  );
  const data = [
    ...known,
    ...chosen.filter((id) => !known.some((option) => option.value === id)).map((id) => ({ value: id, label: ports.titles?.[id] ?? id })),
  ].map(({ value: id, label }) => ({ value: id, label }));
  const keep = (ids: readonly string[]): void => setKept([...kept, ...found.filter((option) => ids.includes(option.value))]);
  const common = {
    ...shared,
    data,
    searchable: true,
    searchValue: text,
    onSearchChange: setText,
    onDropdownOpen: () => setOpen(true),
    onDropdownClose: () => setOpen(false),
    placeholder: chosen.length > 0 ? undefined : `Search ${words(type).toLowerCase()}`,
    nothingFoundMessage: "Nothing found",
    filter: ({ options }: { options: never[] }) => options,
  };
  if (many) {
    return (
      <MultiSelect
        {...(common as object)}
        label={shared.label}
        data={data}
        value={chosen}
        onChange={(next) => {
          keep(next);
          onChange(next);
        }}
      />
    );
  }
  return (
    <Select
      {...(common as object)}
      label={shared.label}
      data={data}
      value={chosen[0] ?? null}
      clearable={!shared.required}
      clearButtonProps={{ "aria-label": "Clear" }}
      onChange={(next) => {
        if (next !== null) keep([next]);
        onChange(next ?? undefined);
      }}
    />
  );
}
