/** What a public form sends: without empty rows and texts; rows get their numbers, files their ids. */
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { NotedFile } from "./file-list.tsx";

export const rowsOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : []);

/** The rows that say something, with texts trimmed; so that errors name rows as the page shows them, it shows these. */
export function filledRows(rows: readonly JsonObject[]): readonly JsonObject[] {
  return rows.flatMap(({ line_no: _counted, ...row }) => {
    const cells = Object.entries(row).map(([name, cell]): [string, Json] => [name, typeof cell === "string" ? cell.trim() : cell]);
    const filled = cells.filter(([, cell]) => cell !== "" && cell !== null);
    return filled.length === 0 ? [] : [Object.fromEntries(filled)];
  });
}

export function payloadOf(
  value: JsonObject,
  { rows, files }: { readonly rows: string | null; readonly files: string | null },
  kept: readonly NotedFile[],
): JsonObject {
  const payload: Record<string, Json> = Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== ""));
  if (rows !== null) payload[rows] = filledRows(rowsOf(value[rows])).map((row, index) => ({ line_no: index + 1, ...row }));
  if (files !== null && kept.length > 0) {
    payload[files] = kept.map(({ id, name, mime, size, note }) => ({ file_id: id, file_name: name, mime, bytes: size, ...(note === "" ? {} : { note }) }));
  }
  return payload;
}
