import { FileInput, Progress } from "@mantine/core";
import { useState } from "react";
import { useRevalidator } from "react-router";
import type { ImportDetail } from "#engine/service/import/import-queries.ts";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Notice } from "#studio/ui/states.tsx";
import type { ImportView } from "../lists.ts";
import { ImportHistory } from "./import-history.tsx";
import { isUnderWay, SHEET, useImportJob } from "./use-import-job.ts";

/** Loads a file of rows: tried first, told row by row, written as a whole only when every row fits, and taken back when it was the wrong one. */
export function ImportPanel({ load, closeHref, scope }: { load: ImportView; closeHref: string; scope: string }) {
  const several = scope === "all";
  const [file, setFile] = useState<File | null>(null);
  const [finished, setFinished] = useState(0);
  const revalidator = useRevalidator();
  const { state, send, cancel, takeBack, clear } = useImportJob(load.type, scope, () => {
    setFinished((count) => count + 1);
    void revalidator.revalidate();
  });
  const choose = (chosen: File | null): void => {
    setFile(chosen);
    if (chosen === null) clear();
    else void send(chosen, true);
  };
  const job = state.is === "job" ? state.job : null;
  const isTakenBack = (state.is === "job" && state.isTakenBack === true) || job?.status === "rolling_back";
  const busy = state.is === "sending" || isTakenBack || (job !== null && isUnderWay(job));
  const fits = job?.dryRun === true && job.status === "done" && job.failed === 0 && job.created > 0;
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
            label="File (CSV or XLSX, up to 25 MB)"
            accept={`.csv,.xlsx,text/csv,${SHEET}`}
            placeholder="Choose a file"
            leftSection={<Icon name="doc" />}
            value={file}
            onChange={choose}
            disabled={several || busy}
            clearable
            clearButtonProps={{ "aria-label": "Take the file away" }}
          />
          <div aria-live="polite">
            {state.is === "sending" ? <Notice icon="clock">Sending the file …</Notice> : null}
            {state.is === "refused" ? (
              <Notice tone="blocked">
                <b>{state.title}.</b> {state.detail}
              </Notice>
            ) : null}
            {job === null ? null : isTakenBack ? (
              <HowFar job={job} word="Taking back" onCancel={null} />
            ) : isUnderWay(job) ? (
              <HowFar job={job} word={job.status === "checking" ? "Checking" : "Writing"} onCancel={() => void cancel(job.id)} />
            ) : (
              <Tally job={job} />
            )}
          </div>
        </section>
        {job === null || job.failed === 0 ? null : <BadRows job={job} />}
        {several ? null : (
          <ImportHistory
            key={finished}
            type={load.type}
            scope={scope}
            busy={busy}
            following={job?.id ?? null}
            onTakeBack={(id, reason) => void takeBack(id, reason)}
            onStop={(id) => void cancel(id)}
          />
        )}
      </div>
      <div className="panel-foot">
        <div className="acts">
          <Button tone="primary" disabled={!fits || file === null} busy={busy} onClick={() => file !== null && void send(file, false)}>
            {fits ? `Write ${rows(job?.created ?? 0)}` : "Write the rows"}
          </Button>
        </div>
      </div>
    </aside>
  );
}

const number = new Intl.NumberFormat("en");
const rows = (count: number): string => `${number.format(count)} ${count === 1 ? "row" : "rows"}`;

function HowFar({ job, word, onCancel }: { job: ImportDetail; word: string; onCancel: (() => void) | null }) {
  return (
    <div className="stack" style={{ gap: 6 }}>
      <div className="line">
        <span className="small">
          {word} {number.format(job.done)} of {rows(job.total)}
        </span>
        <span className="push" />
        {onCancel === null ? null : (
          <Button small onClick={onCancel}>
            Stop
          </Button>
        )}
      </div>
      <Progress value={job.total === 0 ? 0 : (100 * job.done) / job.total} aria-label={word} size="sm" transitionDuration={200} />
    </div>
  );
}

function BadRows({ job }: { job: ImportDetail }) {
  return (
    <section aria-label="Rows that do not fit">
      <div className="line">
        <h3>Rows that do not fit</h3>
        <span className="push" />
        <ButtonLink small icon="download" download href={`/api/v1/imports/${job.id}/errors.csv`}>
          All as CSV
        </ButtonLink>
      </div>
      <ol className="stack" style={{ gap: 8 }}>
        {job.rows.map((row) => (
          <li key={row.row} className="small">
            <b>Row {row.row}</b>
            {row.errors.map((error) => (
              <div key={`${error.column} ${error.message}`}>
                <span className="quiet">{error.column}</span> {error.message}
              </div>
            ))}
          </li>
        ))}
      </ol>
      {job.failed > job.rows.length ? <p className="small quiet">and {number.format(job.failed - job.rows.length)} more</p> : null}
    </section>
  );
}

function Tally({ job }: { job: ImportDetail }) {
  const { total, created, unchanged, failed, status, dryRun } = job;
  if (status === "cancelled") return <Notice icon="info">Stopped. Nothing was written.</Notice>;
  if (status === "rolled_back") return <Notice tone="open">Taken back: {rows(created)} removed again.</Notice>;
  if (status === "failed")
    return (
      <Notice tone="blocked">
        <b>The import failed.</b> {job.error}
      </Notice>
    );
  const isDone = status === "done" && !dryRun;
  const counts = [
    `${number.format(created)} ${isDone ? "written" : "new"}`,
    `${number.format(unchanged)} already there`,
    `${number.format(failed)} do not fit`,
  ].join(", ");
  return (
    <Notice tone={failed > 0 ? "blocked" : "open"}>
      <b>{rows(total)}:</b> {counts}.
      {failed > 0 ? " Mend the file and choose it again; nothing was written." : isDone || created > 0 ? "" : " There is nothing to write."}
    </Notice>
  );
}
