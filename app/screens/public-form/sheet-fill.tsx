import { useRef, useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { Code } from "#studio/ui/code.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { type Refusal, readSheet } from "./form-calls.ts";
import { RefusalNotice } from "./refusal-notice.tsx";

type State =
  | { readonly at: "idle" | "busy" }
  | { readonly at: "filled"; readonly file: string; readonly count: number }
  | { readonly at: "refused"; readonly file: string; readonly refusal: Refusal };

/** Fills the lines from a spreadsheet: all of its rows, or none and why. */
export function SheetFill({
  address,
  columns,
  onBusy,
  onRows,
}: {
  address: string;
  columns: readonly string[];
  onBusy: (isBusy: boolean) => void;
  onRows: (rows: readonly JsonObject[]) => void;
}) {
  const [state, setState] = useState<State>({ at: "idle" });
  const input = useRef<HTMLInputElement>(null);
  const choose = async (file: File): Promise<void> => {
    setState({ at: "busy" });
    onBusy(true);
    const told = await readSheet(address, file);
    onBusy(false);
    if (!told.ok) return setState({ at: "refused", file: file.name, refusal: told.refusal });
    onRows(told.value.rows);
    setState({ at: "filled", file: file.name, count: told.value.count });
  };
  return (
    <div className="stack tight">
      <div className="form-sheet">
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          aria-label="Spreadsheet with the lines"
          tabIndex={-1}
          accept=".xlsx,.csv"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file !== undefined) void choose(file);
          }}
        />
        <Button icon="upload" busy={state.at === "busy"} onClick={() => input.current?.click()}>
          Fill from Excel or CSV
        </Button>
        <p className="small quiet">
          The first row must be <Code>{columns.join(", ")}</Code> (
          <a download="lines.csv" href={`data:text/csv;charset=utf-8,${encodeURIComponent(`${columns.join(",")}\r\n`)}`}>
            an empty file
          </a>
          ). The file takes the place of the lines below.
        </p>
      </div>
      {state.at === "filled" ? (
        <Notice tone="open">
          <b>
            {state.count} {state.count === 1 ? "row" : "rows"}
          </b>{" "}
          taken over from {state.file}.
        </Notice>
      ) : null}
      {state.at === "refused" ? <RefusalNotice refusal={state.refusal} title={`Nothing was taken over from ${state.file}`} /> : null}
    </div>
  );
}
