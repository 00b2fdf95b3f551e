/** Values of records and columns as cells: what a screen shows, with the titles of what they refer to. */
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { type Cell, NONE } from "#studio/ui/cell.tsx";
import { describeValue, isCodeWord, words } from "#studio/ui/describe-value.ts";
import { isAmount, kindOf, optionsOf, propertiesOf, schemaAt, titleOf } from "#studio/ui/form/schema-kind.ts";
import type { Field } from "../screens/guided.ts";
import { meaningOfState } from "./state-words.ts";

export interface Reference {
  readonly type: string;
  readonly id: string;
  readonly code: string | null;
  readonly title: string;
}

/** The named fields of a record, in that order; empty ones are left out. */
export function namedFields(schema: JsonSchema, data: JsonObject, references: Readonly<Record<string, Reference>>, names: readonly string[]): readonly Field[] {
  const properties = schemaAt(schema["properties"]);
  const chosen = Object.fromEntries(names.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]]))) as JsonObject;
  return fieldsOf({ type: "object", properties: chosen, "x-order": names }, data, references);
}

/** The fields of a record by its schema; empty ones are left out unless the schema requires them. */
export function fieldsOf(schema: JsonSchema, data: JsonObject, references: Readonly<Record<string, Reference>> = {}, whole = false): readonly Field[] {
  const currency = typeof data["currency"] === "string" ? data["currency"] : null;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return propertiesOf(schema).flatMap(([name, property]): Field[] => {
    const value = data[name];
    if (property["x-hidden"] === true) return [];
    if (!whole && isBlank(value) && !required.includes(name)) return [];
    if (!whole && name === "currency" && hasAmount(schema)) return [];
    return fieldOf(name, property, value, currency, references);
  });
}

function fieldOf(
  name: string,
  property: JsonSchema,
  value: Json | undefined,
  currency: string | null,
  references: Readonly<Record<string, Reference>>,
): Field[] {
  const title = titleOf(property, name);
  if (kindOf(property) === "rows" && Array.isArray(value)) {
    const items = schemaAt(property["items"]);
    return value.slice(0, 12).map((row: Json, index: number) => rowField(items, row, value.length === 1 ? title : `${title} ${index + 1}`, currency));
  }
  const reference = references[`/${name}`];
  if (reference !== undefined) return [{ title, cell: referenceCell(reference) }];
  if (kindOf(property) === "references" && Array.isArray(value)) {
    const named = value.slice(0, 20).map((entry: Json, index: number): Cell => {
      const each = references[`/${name}/${index}`];
      return each === undefined ? { as: "text", text: String(entry) } : referenceCell(each);
    });
    return [{ title, cell: { as: "list", items: named } }];
  }
  if (kindOf(property) === "group" && currency !== null && hasAmount(property) && !isBlank(value))
    return [{ title, cell: groupCell(property, value, currency) }];
  return [{ title, cell: valueCell(property, value, currency) }];
}

/** "Total open USD 1,200.00": what each of a group's figures is, a line each. */
function groupCell(schema: JsonSchema, value: Json | undefined, currency: string): Cell {
  const data = schemaAt(value);
  const items = propertiesOf(schema)
    .filter(([name]) => !isBlank(data[name]))
    .map(([name, property]): Cell => {
      const unit = property["x-unit"];
      const figure = [...(isAmount(property) ? [currency] : []), describeValue(data[name]), ...(typeof unit === "string" ? [unit] : [])];
      return { as: "text", text: [titleOf(property, name), ...figure].join(" ") };
    });
  return { as: "list", items };
}

function referenceCell({ type, id, code, title }: Reference): Cell {
  return type === "people" ? { as: "text", text: title } : { as: "link", text: code ?? title, href: `/records/${type}/${code ?? id}` };
}

/** A row of several fields that begins with its number is called by it: "Line 2". */
function rowField(schema: JsonSchema, row: Json, title: string, currency: string | null): Field {
  const [first, ...rest] = propertiesOf(schema);
  const number = first === undefined ? undefined : schemaAt(row)[first[0]];
  return first !== undefined && rest.length > 0 && kindOf(first[1]) === "integer" && !isBlank(number)
    ? { title: `${titleOf(first[1], first[0])} ${String(number)}`, cell: rowCell(rest, row, currency) }
    : { title, cell: rowCell(propertiesOf(schema), row, currency) };
}

/** "LINEN-01, 1,000.00 m": the filled fields of a row, in order. Amounts are in the row's own currency, else in that of the whole. */
function rowCell(properties: readonly (readonly [string, JsonSchema])[], row: Json, ofWhole: string | null): Cell {
  const data = schemaAt(row);
  const currency = typeof data["currency"] === "string" ? data["currency"] : ofWhole;
  const isSaid = properties.some(([name, property]) => isAmount(property) && !isBlank(data[name]));
  const items = properties
    .filter(([name]) => !isBlank(data[name]) && !/_id$/.test(name) && !(isSaid && name === "currency"))
    .map(([name, property]): Cell => {
      const value = data[name];
      return kindOf(property) === "integer" ? { as: "text", text: `${titleOf(property, name)} ${String(value)}` } : valueCell(property, value, currency);
    });
  return { as: "row", items };
}

function valueCell(schema: JsonSchema, value: Json | undefined, currency: string | null): Cell {
  if (isBlank(value)) return NONE;
  switch (kindOf(schema)) {
    case "decimal": {
      const unit = schema["x-unit"];
      if (typeof unit === "string" && !unit.startsWith("per ")) return { as: "decimal", value: String(value), unit };
      return currency !== null && isAmount(schema) ? { as: "money", value: String(value), currency, scale: 2 } : { as: "decimal", value: String(value) };
    }
    case "integer":
      return typeof schema["x-unit"] === "string" ? { as: "decimal", value: String(value), unit: schema["x-unit"] } : { as: "json", value: value as Json };
    case "date":
      return { as: "date", date: String(value) };
    case "moment":
      return { as: "time", at: String(value), exact: true };
    case "choice":
      return { as: "text", text: optionsOf(schema).find((option) => option.value === String(value))?.label ?? String(value) };
    default:
      return typeof value === "string" ? { as: "text", text: isCodeWord(value) ? words(value) : value } : { as: "json", value: value as Json };
  }
}

/** A value in a column or panel field of a view, by its format. */
export function formatCell(
  format: string | undefined,
  value: Json | undefined,
  { currency = null, unit }: { readonly currency?: Json | undefined; readonly unit?: string | undefined } = {},
): Cell {
  if (isBlank(value)) return NONE;
  if (Array.isArray(value))
    return { as: "list", items: byCurrency(value.slice(0, 20).map((entry: Json) => formatCell(format === "list" ? "money" : format, entry, { currency }))) };
  const text = typeof value === "object" ? describeValue(value) : String(value);
  switch (format) {
    case "code":
      return { as: "code", text };
    case "money":
      return moneyCell(text, typeof currency === "string" ? currency : null);
    case "decimal":
      return { as: "decimal", value: text, unit };
    case "date":
      return { as: "date", date: text };
    case "datetime":
      return { as: "time", at: text, exact: true };
    case "relative":
      return { as: "time", at: text };
    case "deadline":
      return { as: "deadline", dueAt: text };
    case "badge":
      return { as: "badge", meaning: meaningOfState(leafWord(value)), text: words(typeof value === "boolean" ? describeValue(value) : leafWord(value)) };
    case "org":
      return { as: "org", code: text };
    case "gate":
      return gateCell(value);
    default:
      return typeof value === "string" ? { as: "text", text } : { as: "json", value: value as Json };
  }
}

/** Amounts in several currencies stand in the same order in every row and column. */
const byCurrency = (cells: readonly Cell[]): readonly Cell[] =>
  cells.every((cell) => cell.as === "money" && cell.currency !== null)
    ? [...cells].sort((a, b) => (currencyOfCell(a) < currencyOfCell(b) ? -1 : currencyOfCell(a) > currencyOfCell(b) ? 1 : 0))
    : cells;
const currencyOfCell = (cell: Cell): string => (cell.as === "money" ? (cell.currency ?? "") : "");

/** "4200.00", or "4200.00 EUR" where the amount brings its currency along. */
function moneyCell(text: string, currency: string | null): Cell {
  const match = /^(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}))?$/.exec(text);
  return match === null ? { as: "text", text } : { as: "money", value: match[1] ?? text, currency: match[2] ?? currency };
}

function gateCell(value: Json | undefined): Cell {
  const gate = schemaAt(value);
  const [reason] = Array.isArray(gate["reasons"]) ? gate["reasons"].map(schemaAt) : [];
  const note = typeof reason?.["message"] === "string" ? reason["message"] : null;
  const meaning = gate["open"] === true ? "open" : gate["outcome"] === "unknown" ? "unknown" : "blocked";
  return { as: "badge", meaning, note: meaning === "open" ? null : note };
}

/** The last word of a state value or path. */
function leafWord(value: Json | undefined): string {
  if (typeof value === "string") return value.slice(value.lastIndexOf(".") + 1);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.values(value as JsonObject)
      .map(leafWord)
      .join(", ");
  return describeValue(value);
}

export const isBlank = (value: Json | undefined): value is undefined | null | "" =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
const hasAmount = (schema: JsonSchema): boolean => propertiesOf(schema).some(([, property]) => isAmount(property));
