/** Rows of a decision table that came, went or changed, cell by cell; unchanged stretches are counted. */
import { Fragment } from "react";
import type { DefinitionDiff } from "#engine/core/diff/definition-diff.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { TableDefinition, TableRow } from "#engine/schema/table.ts";
import { SignHead } from "./sign-head.tsx";

interface Line {
  readonly kind: "added" | "removed" | "changed" | "same";
  readonly was: TableRow | null;
  readonly now: TableRow | null;
}

export function TableDiff({ diff, was, now }: { diff: DefinitionDiff; was: JsonObject | null; now: JsonObject | null }) {
  const shape = (now ?? was) as unknown as TableDefinition;
  const columns = shape.columns.map((column) => column.name);
  const outputs = shape.outputs.map((output) => output.name);
  const lines = linesOf(diff, rowsOf(was), rowsOf(now));
  return (
    <div style={{ overflowX: "auto" }}>
      <table className="diff-table">
        <thead>
          <tr>
            <SignHead />
            <th scope="col">row</th>
            {[...columns, ...outputs].map((name) => (
              <th key={name} scope="col">
                <code>{name}</code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groupSame(lines).map((entry, index) =>
            "count" in entry ? (
              <tr key={`same ${index.toString()}`}>
                <td className="sign" />
                <td colSpan={columns.length + outputs.length + 1} className="quiet">
                  {entry.count} {entry.count === 1 ? "row" : "rows"} unchanged
                </td>
              </tr>
            ) : (
              <DiffRow key={`${entry.kind} ${(entry.now ?? entry.was)?.id ?? ""}`} line={entry} columns={columns} outputs={outputs} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

const SIGNS = { added: "+", removed: "−", changed: "~", same: "" } as const;

function DiffRow({ line, columns, outputs }: { line: Line; columns: readonly string[]; outputs: readonly string[] }) {
  const cell = (name: string, side: "when" | "then") => {
    const before = line.was?.[side][name] ?? (side === "when" ? "-" : "");
    const after = line.now?.[side][name] ?? (side === "when" ? "-" : "");
    const isChanged = line.kind === "changed" && before !== after;
    return (
      <td key={`${side} ${name}`} className={isChanged ? "is-changed" : undefined}>
        <code>
          {isChanged ? (
            <Fragment>
              <del>{before}</del>
              <ins>{after}</ins>
            </Fragment>
          ) : line.kind === "removed" ? (
            before
          ) : (
            after
          )}
        </code>
      </td>
    );
  };
  return (
    <tr className={`is-${line.kind}`}>
      <td className="sign">{SIGNS[line.kind]}</td>
      <td>{(line.now ?? line.was)?.id}</td>
      {columns.map((name) => cell(name, "when"))}
      {outputs.map((name) => cell(name, "then"))}
    </tr>
  );
}

const rowsOf = (content: JsonObject | null): readonly TableRow[] =>
  Array.isArray(content?.["rows"]) ? (content["rows"] as unknown as readonly TableRow[]) : [];

/** Rows of the newer version in order; removed ones stand where they were. */
function linesOf(diff: DefinitionDiff, was: readonly TableRow[], now: readonly TableRow[]): Line[] {
  const changes = new Map(diff.parts.filter((part) => part.part === "row").map((part) => [part.id, part.change]));
  const before = new Map(was.map((row) => [row.id, row]));
  const lines = now.map((row): Line => ({ kind: changes.get(row.id) ?? "same", was: before.get(row.id) ?? null, now: row }));
  was.forEach((row, index) => {
    if (changes.get(row.id) === "removed") lines.splice(Math.min(index, lines.length), 0, { kind: "removed", was: row, now: null });
  });
  return lines;
}

function groupSame(lines: readonly Line[]): (Line | { readonly count: number })[] {
  const result: (Line | { readonly count: number })[] = [];
  for (const line of lines) {
    const last = result.at(-1);
    if (line.kind !== "same") result.push(line);
    else if (last !== undefined && "count" in last) result[result.length - 1] = { count: last.count + 1 };
    else result.push({ count: 1 });
  }
  return result;
}
