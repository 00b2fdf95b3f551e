/** What the columns of an import's first row mean, and what a cell below them says. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";

export interface Column {
  readonly name: string;
  readonly field: string;
  /** Set where the column finds a reference: type and field to look in. */
  readonly through?: { readonly type: string; readonly field: string };
  readonly schema: JsonObject;
}

/** - throws EngineError `import_invalid`, which names the `columns` that are expected */
export function columnsOf(type: TypeDefinition, first: readonly string[]): readonly Column[] {
  const header = first.map((cell) => cell.trim());
  if (type.template !== undefined) requireTemplate(type.template.columns, header);
  const properties = (type.schema["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  const columns = header.map((cell) => columnOf(properties, cell));
  const unknown = header.filter((_, index) => columns[index] === null);
  const twice = header.filter((cell, index) => header.indexOf(cell) !== index);
  if (header.length === 0 || unknown.length > 0 || twice.length > 0) {
    const known = Object.keys(properties).sort();
    throw new EngineError(
      "import_invalid",
      `The header does not fit: ${[...unknown, ...twice].join(", ") || "it is empty"}. Known columns are ${known.join(", ")}.`,
      {
        columns: known,
        errors: [...unknown, ...twice].map((name) => ({ path: `/1/${name}`, message: "is not a column of this type, or comes twice" })),
      },
    );
  }
  return columns.filter((column) => column !== null);
}

/** A template's columns come all and once, in any order. */
function requireTemplate(columns: readonly string[], header: readonly string[]): void {
  const missing = columns.filter((name) => !header.includes(name));
  const surplus = header.filter((name, index) => !columns.includes(name) || header.indexOf(name) !== index);
  if (missing.length === 0 && surplus.length === 0) return;
  throw new EngineError("import_invalid", `The first row must be ${columns.join(", ")}; it is ${header.join(", ").slice(0, 500) || "empty"}.`, {
    columns,
    errors: [
      ...missing.map((name) => ({ path: `/1/${name}`, message: "is missing" })),
      ...surplus.map((name) => ({ path: `/1/${name.slice(0, 100)}`, message: "is not a column of the template, or comes twice" })),
    ],
  });
}

function columnOf(properties: Readonly<Record<string, JsonObject>>, name: string): Column | null {
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (own !== undefined) return { name, field: name, schema: own };
  for (const [field, schema] of Object.entries(properties)) {
    const stem = field.endsWith("_id") ? field.slice(0, -2) : null;
    const target = schema["x-ref"];
    if (stem !== null && typeof target === "string" && name.startsWith(stem))
      return { name, field, through: { type: target, field: name.slice(stem.length) }, schema };
  }
  return null;
}

/** A cell as its field's type wants it; what does not fit stays text and is refused by the schema. */
export function cellValue(schema: JsonObject, text: string): Json {
  const type = schema["type"];
  const types = Array.isArray(type) ? (type as readonly Json[]) : [type];
  if (schema["x-decimal"] !== undefined) return text;
  if ((types.includes("integer") || types.includes("number")) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes("boolean") && /^(true|false|yes|no|1|0)$/i.test(text)) return /^(true|yes|1)$/i.test(text);
  if (types.includes("array")) return text.split(/\s*[;|]\s*/).filter((part) => part !== "");
  return text;
}

/** A field as the file calls it; its own name where no column fills it. */
export const columnOfField = (columns: readonly Column[], field: string): string => columns.find((column) => column.field === field)?.name ?? field;

const MOST_TOLD = 60;

/** What is wrong with a field's value, by the file's own column and with what stands there. */
export function tell(
  columns: readonly Column[],
  cells: readonly string[],
  field: string,
  message: string,
): { readonly column: string; readonly message: string } {
  const at = columns.findIndex((column) => column.field === field.split(".")[0]);
  const column = columns[at];
  const text = (cells[at] ?? "").trim();
  if (column === undefined || text === "") return { column: columnOfField(columns, field), message };
  return { column: column.name, message: `"${text.slice(0, MOST_TOLD)}" ${inWords(column.schema, text, message)}` };
}

function inWords(schema: JsonObject, text: string, message: string): string {
  if (message.startsWith("must match format")) {
    if (schema["format"] === "date") return "must be a date, such as 2026-02-28";
    if (schema["format"] === "date-time") return "must be a date with a time, such as 2026-02-28T09:30:00Z";
    if (schema["format"] === "email") return "must be an e-mail address";
  }
  return schema["x-decimal"] !== undefined && text.includes(",") ? `${message}; decimals come after a point, and nothing parts thousands` : message;
}
