import type { JsonSchema } from "#engine/schema/json.ts";
import type { FieldError } from "#studio/ui/form/check-value.ts";
import { propertiesOf, schemaAt, titleOf } from "#studio/ui/form/schema-kind.ts";

/** Where an error is, in the words of the form: `/lines/1/qty` is "Row 2, Quantity". Empty for one that is about all of it. */
export function placeOf(schema: JsonSchema, path: string): string {
  const words: string[] = [];
  let at = schema;
  for (const step of path.split("/").slice(1)) {
    if (/^\d+$/.test(step)) {
      words.push(`Row ${Number(step) + 1}`);
      at = schemaAt(at["items"]);
      continue;
    }
    const [, property] = propertiesOf(at).find(([name]) => name === step) ?? [];
    if (property === undefined) break;
    at = property;
    if (propertiesOf(property).length === 0 && property["items"] === undefined) words.push(titleOf(property, step));
  }
  return words.join(", ");
}

/** A row that was changed in a column, or, without one, taken away. */
export interface TouchedRow {
  readonly index: number;
  readonly column?: string;
}

/** A changed row is not wrong any more as far as anybody knows; one that is gone takes its errors along, and later ones move up. */
export function errorsAfter(errors: readonly FieldError[], field: string, touched: TouchedRow | undefined): readonly FieldError[] {
  return errors.flatMap((error) => {
    const [, list, row, ...rest] = error.path.split("/");
    const index = Number(row);
    if (list !== field || row === undefined) return list === field ? [] : [error];
    if (touched === undefined) return [];
    if (index === touched.index) return touched.column !== undefined && rest.length > 0 && rest[0] !== touched.column ? [error] : [];
    return touched.column !== undefined || index < touched.index ? [error] : [{ ...error, path: ["", list, index - 1, ...rest].join("/") }];
  });
}
