import { TextInput } from "@mantine/core";
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import type { FieldError } from "#studio/ui/form/check-value.ts";
import { kindOf, propertiesOf, requiredOf, titleOf } from "#studio/ui/form/schema-kind.ts";
import type { TouchedRow } from "./error-place.ts";

/** Rows to fill in: a grid on a wide screen, cards on a phone. Numbers of rows are counted, never typed. */
export function LineList({
  name,
  schema,
  order,
  rows,
  most,
  errors,
  onChange,
}: {
  name: string;
  /** Of one row. */
  schema: JsonSchema;
  /** Its columns as the spreadsheet has them. */
  order: readonly string[];
  rows: readonly JsonObject[];
  most: number;
  errors: readonly FieldError[];
  onChange: (rows: readonly JsonObject[], touched: TouchedRow) => void;
}) {
  const properties = new Map(propertiesOf(schema));
  const columns = order.flatMap((column) => [[column, properties.get(column) ?? {}] as const]);
  const required = requiredOf(schema);
  const set = (index: number, column: string, text: string): void => {
    const { [column]: _gone, ...rest } = rows[index] ?? {};
    const next = rows.map((row, at) => (at === index ? (text === "" ? rest : { ...rest, [column]: text }) : row));
    onChange(next, { index, column });
  };
  return (
    <div className="form-lines" style={{ "--columns": columns.length } as React.CSSProperties}>
      <div className="form-lines-head" aria-hidden="true">
        <span />
        {columns.map(([column, property]) => (
          <span key={column} className={kindOf(property) === "decimal" ? "label figure" : "label"}>
            {titleInUnit(property, column)}
          </span>
        ))}
        <span />
      </div>
      <ol>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <li key={index}>
            <span className="quiet figure">{index + 1}</span>
            {columns.map(([column, property]) => {
              const error = errors.find(({ path }) => path === `/${name}/${index}/${column}`)?.message;
              const title = titleOf(property, column);
              return (
                <TextInput
                  key={column}
                  className={kindOf(property) === "decimal" ? "figure-input" : ""}
                  aria-label={`${title}, line ${index + 1}`}
                  placeholder={required.includes(column) ? titleInUnit(property, column) : `${title} (optional)`}
                  inputMode={kindOf(property) === "decimal" ? "decimal" : "text"}
                  autoComplete="off"
                  value={String(row[column] ?? "")}
                  onChange={(event) => set(index, column, event.currentTarget.value)}
                  {...(error === undefined ? {} : { error: error.charAt(0).toUpperCase() + error.slice(1) })}
                />
              );
            })}
            <Button
              tone="plain"
              icon="trash"
              aria-label={`Remove line ${index + 1}`}
              onClick={() =>
                onChange(
                  rows.filter((_, at) => at !== index),
                  { index },
                )
              }
            />
            <RowErrors messages={errors.flatMap(({ path, message }) => (path === `/${name}/${index}` ? [message] : []))} />
          </li>
        ))}
      </ol>
      <div>
        <Button icon="plus" disabled={rows.length >= most} onClick={() => onChange([...rows, {}], { index: rows.length })}>
          Add a line
        </Button>
      </div>
    </div>
  );
}

function RowErrors({ messages }: { messages: readonly string[] }) {
  return messages.length === 0 ? null : <p className="form-line-error small">{messages.join(" ")}</p>;
}

/** "Quantity, m" */
const titleInUnit = (property: JsonSchema, name: string): string =>
  typeof property["x-unit"] === "string" ? `${titleOf(property, name)}, ${property["x-unit"]}` : titleOf(property, name);
