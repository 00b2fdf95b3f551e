import { FileInput } from "@mantine/core";
import { useState } from "react";
import { useRevalidator } from "react-router";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Notice } from "#studio/ui/states.tsx";
import type { ImportView } from "../lists.ts";

interface RowResult {
  readonly row: number;
  readonly result: "created" | "unchanged" | "failed";
  readonly errors?: readonly { readonly column: string; readonly message: string }[];
}
interface Outcome {
  readonly total: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly rows: readonly RowResult[];
}
type State =
  | { readonly is: "empty" }
  | { readonly is: "busy"; readonly word: string }
  | { readonly is: "tried"; readonly outcome: Outcome }
  | { readonly is: "done"; readonly outcome: Outcome }
  | { readonly is: "refused"; readonly title: string; readonly detail: string };

const SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SHOWN = 50;

/** Loads a file of rows: tried first, told row by row, written as a whole only when every row fits. */
export function ImportPanel({ load, closeHref, scope }: { load: ImportView; closeHref: string; scope: string }) {
  const several = scope === "all";
  const [file, setFile] = useState<File | null>(null);
  const [state, setState] = useState<State>({ is: "empty" });
  const revalidator = useRevalidator();

  const send = async (chosen: File, isTrial: boolean): Promise<void> => {
    setState({ is: "busy", word: isTrial ? "Checking the rows" : "Writing the rows" });
    try {
      const response = await fetch(`/api/v1/records/${encodeURIComponent(load.type)}/import?${isTrial ? "dryRun=true" : "atomic=true"}`, {
        method: "POST",
        body: chosen,
        headers: { "Content-Type": /\.xlsx$/i.test(chosen.name) ? SHEET : "text/csv", "Idempotency-Key": crypto.randomUUID(), "X-Org": scope },
      });
      const body = (await response.json()) as Outcome & { title?: string; detail?: string };
      if (!response.ok) return setState({ is: "refused", title: body.title ?? "The file was refused", detail: body.detail ?? "" });
      setState({ is: isTrial ? "tried" : "done", outcome: body });
      if (!isTrial) void revalidator.revalidate();
    } catch {
      setState({ is: "refused", title: "The server did not answer", detail: "Nothing was written. Try again." });
    }
  };
  const choose = (chosen: File | null): void => {
    setFile(chosen);
    if (chosen === null) setState({ is: "empty" });
    else void send(chosen, true);
  };
  const outcome = state.is === "tried" || state.is === "done" ? state.outcome : null;
  const fits = state.is === "tried" && state.outcome.failed === 0 && state.outcome.created > 0;
  return (
    <aside className="inspector" aria-label={load.title}>
      <div className="panel-title">
        <div className="line">
          <h2>{load.title}</h2>
          <span className="push" />
          <Anchor className="button plain small square" href={closeHref} aria-label="Close the panel">
            <Icon name="x" />
          </Anchor>
        </div>
      </div>
      <div className="panel-scroll">
        <section className="stack">
          {several ? <Notice icon="building">Choose one org at the top left first: rows belong to one.</Notice> : null}
          <div className="stack" style={{ gap: 4 }}>
            <span className="small quiet">Columns: {load.columns.join(", ")}</span>
            <ButtonLink small icon="download" download href={load.templateHref}>
              Template
            </ButtonLink>
          </div>
          <FileInput
            label="File (CSV or XLSX)"
            accept={`.csv,.xlsx,text/csv,${SHEET}`}
            placeholder="Choose a file"
            leftSection={<Icon name="doc" />}
            value={file}
            onChange={choose}
            disabled={several || state.is === "busy"}
            clearable
          />
          <div aria-live="polite">
            {state.is === "busy" ? <Notice icon="clock">{state.word} …</Notice> : null}
            {state.is === "refused" ? (
              <Notice tone="blocked">
                <b>{state.title}.</b> {state.detail}
              </Notice>
            ) : null}
            {outcome === null ? null : <Tally outcome={outcome} isDone={state.is === "done"} />}
          </div>
        </section>
        {outcome === null || outcome.failed === 0 ? null : (
          <section aria-label="Rows that do not fit">
            <h3>Rows that do not fit</h3>
            <ol className="stack" style={{ gap: 8 }}>
              {outcome.rows
                .filter((row) => row.result === "failed")
                .slice(0, SHOWN)
                .map((row) => (
                  <li key={row.row} className="small">
                    <b>Row {row.row}</b>
                    {(row.errors ?? []).map((error) => (
                      <div key={`${error.column} ${error.message}`}>
                        <span className="quiet">{error.column}</span> {error.message}
                      </div>
                    ))}
                  </li>
                ))}
            </ol>
            {outcome.failed > SHOWN ? <p className="small quiet">and {outcome.failed - SHOWN} more</p> : null}
          </section>
        )}
      </div>
      <div className="panel-foot">
        <div className="acts">
          <Button tone="primary" disabled={!fits || file === null} busy={state.is === "busy"} onClick={() => file !== null && void send(file, false)}>
            {fits ? `Write ${outcome?.created} ${outcome?.created === 1 ? "row" : "rows"}` : "Write the rows"}
          </Button>
        </div>
      </div>
    </aside>
  );
}

function Tally({ outcome, isDone }: { outcome: Outcome; isDone: boolean }) {
  const { total, created, unchanged, failed } = outcome;
  const counts = [`${created} ${isDone ? "written" : "new"}`, `${unchanged} already there`, `${failed} do not fit`].join(", ");
  return (
    <Notice tone={failed > 0 ? "blocked" : "open"}>
      <b>
        {total} {total === 1 ? "row" : "rows"}:
      </b>{" "}
      {counts}.{failed > 0 ? " Mend the file and choose it again; nothing was written." : isDone || created > 0 ? "" : " There is nothing to write."}
    </Notice>
  );
}
