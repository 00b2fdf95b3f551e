import "#studio/kinds/parts.css";
import "#studio/replay/replay.css";
import "../studio/studio.css";
import { useEffect } from "react";
import { Form, Link, useRevalidator, useSearchParams } from "react-router";
import { GateTable } from "#studio/replay/gate-table.tsx";
import { ReplayBar } from "#studio/replay/replay-summary.tsx";
import { OutcomeBadge, outcomesOf, SideBySide, stateText } from "#studio/replay/side-by-side.tsx";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { words } from "#studio/ui/describe-value.ts";
import { Icon } from "#studio/ui/icon.tsx";
import { useKeys } from "#studio/ui/keys.ts";
import { formatDecimal } from "#studio/ui/money.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState, Notice } from "#studio/ui/states.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { ReplayDiffLine, ReplayPage } from "./pages.ts";

const MISSING: Readonly<Record<string, string>> = {
  asOf: "Missing facts as they were then.",
  recorded: "Missing facts as recorded nearby.",
  unknown: "Missing facts unknown.",
};

/** A replay: its counts as they grow, gates and machines, every difference, one of them side by side. */
export function ReplayScreen({ page }: { page: ReplayPage }) {
  const { replay, against, lines, at } = page;
  const isRunning = replay.status === "queued" || replay.status === "running";
  const revalidator = useRevalidator();
  const [, setParams] = useSearchParams();
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void revalidator.revalidate(), 1000);
    return () => clearInterval(timer);
  }, [isRunning, revalidator]);
  const set = (name: string, value: string | null): void =>
    setParams(
      (now) => {
        if (value === null) now.delete(name);
        else now.set(name, value);
        if (name === "cause") {
          now.delete("at");
          now.delete("cursor");
        }
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const move = (by: number): void => {
    const index = lines.findIndex((line) => line.n === at?.n);
    const next = lines[index + by];
    if (next !== undefined) set("at", String(next.n));
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const total = replay.same + replay.changed + replay.unknown;
  return (
    <>
      <TopBar title={`Against ${against}`} crumbs={[{ title: "Replay", href: "/replay" }]} />
      <main id="content" className="content studio-content" tabIndex={-1}>
        <div className="studio-page">
          <div className="replay-page">
            <header className="replay-head">
              <div className="line">
                <h1>
                  {isRunning && replay.total === 0
                    ? "Looking for the instances to replay"
                    : isRunning
                      ? `${formatDecimal(replay.done)} of ${formatDecimal(replay.total)} instances replayed`
                      : `${formatDecimal(replay.changed)} of ${formatDecimal(total)} instances would have gone elsewhere`}
                </h1>
                <span className="push line">
                  {isRunning ? (
                    <Form method="post">
                      <Button type="submit" icon="x">
                        Stop
                      </Button>
                    </Form>
                  ) : (
                    <>
                      <ButtonLink icon="download" href={`/replay/${replay.id}/export.csv`} download>
                        Export CSV
                      </ButtonLink>
                      <ButtonLink icon="braces" href={`/replay/${replay.id}/export.json`} download>
                        JSON
                      </ButtonLink>
                    </>
                  )}
                </span>
              </div>
              <p className="quiet">
                Through {against}
                {period(replay.request)}. {MISSING[String(replay.request["missingFacts"])] ?? ""} {formatDecimal(replay.events)} events.
                {typeof replay.request["filter"] === "string" ? (
                  <>
                    {" "}
                    Only where <code>{replay.request["filter"]}</code>.
                  </>
                ) : null}
              </p>
              {replay.status === "failed" ? <Notice tone="blocked">It stopped: {replay.error}</Notice> : null}
              {replay.status === "cancelled" ? (
                <Notice>It was stopped after {formatDecimal(replay.done)} instances. What it found until then is below.</Notice>
              ) : null}
              <ReplayBar counts={replay} isRunning={isRunning} />
            </header>
            <div className="replay-grid">
              <GateTable gates={replay.byGate} machines={replay.byMachine} cause={page.cause} onCause={(cause) => set("cause", cause)} />
              <DiffList page={page} onPick={(line) => set("at", String(line.n))} onCause={() => set("cause", null)} />
              <section className="panel is-tall" aria-label="One instance, then and now">
                {at === null ? (
                  <NoDifference page={page} isRunning={isRunning} onAll={() => set("cause", null)} />
                ) : (
                  <>
                    <header className="side-head">
                      {at.diff.org == null ? null : <OrgBadge code={at.diff.org} />}
                      <b className="code">{at.diff.instance.code ?? at.diff.instance.id.slice(0, 8)}</b>
                      <span className="quiet clip">
                        {at.diff.event}, <RelativeTime at={at.diff.at} mode="moment" />
                      </span>
                      <Link to={`/work/${at.diff.instance.id}`} className="push small">
                        Open instance
                      </Link>
                    </header>
                    <SideBySide diff={at.diff} against={against} />
                  </>
                )}
              </section>
            </div>
          </div>
        </div>
      </main>
    </>
  );
}

/** Nothing differs, or only not by what was asked for. */
function NoDifference({ page: { replay, cause }, isRunning, onAll }: { page: ReplayPage; isRunning: boolean; onAll: () => void }) {
  if (cause !== null && replay.changed > 0)
    return (
      <EmptyState title={`None differs by ${cause.slice(cause.indexOf(".") + 1)}`} icon="filter" act={<Button onClick={onAll}>Show all</Button>}>
        {formatDecimal(replay.changed)} would have gone elsewhere for other causes.
      </EmptyState>
    );
  if (replay.done === 0) return <EmptyState title={isRunning ? "Nothing replayed so far" : "Nothing was replayed"} icon="replay" />;
  return (
    <EmptyState title={isRunning ? "Nothing differs so far" : "Nothing would have gone elsewhere"} icon="check">
      Every recorded step comes out the same.
    </EmptyState>
  );
}

function period(request: ReplayPage["replay"]["request"]): string {
  const day = (value: unknown): string | null => (typeof value === "string" ? value.slice(0, 10) : null);
  const [from, to] = [day(request["from"]), day(request["to"])];
  return from === null && to === null ? ", over everything recorded" : `, against ${from ?? "the beginning"} to ${to ?? "now"}`;
}

function DiffList({ page, onPick, onCause }: { page: ReplayPage; onPick: (line: ReplayDiffLine) => void; onCause: () => void }) {
  const [params] = useSearchParams();
  const { lines, at, cause, next } = page;
  const more = new URLSearchParams(params);
  if (next !== null) more.set("cursor", next);
  return (
    <section className="panel diff-list" aria-label="Differences">
      <header>
        <h2>Differences</h2>
        {cause === null ? null : (
          <button type="button" className="tag as-button" onClick={onCause} aria-label={`Cause ${cause}: show all`}>
            <span className="quiet">Cause</span> {cause.slice(cause.indexOf(".") + 1)} <Icon name="x" size={12} />
          </button>
        )}
        <span className="push small quiet">{lines.length === 0 ? "" : next === null ? `${lines.length}` : `first ${lines.length}`}</span>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col" style={{ width: "26%" }}>
              Event
            </th>
            <th scope="col" style={{ width: "44%" }}>
              Was, now
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Row key={line.n} line={line} isAt={at?.n === line.n} onPick={onPick} />
          ))}
        </tbody>
      </table>
      {next === null ? null : (
        <p style={{ padding: "8px 16px" }}>
          <Link to={`?${more.toString()}`}>More</Link>
        </p>
      )}
    </section>
  );
}

function Row({ line, isAt, onPick }: { line: ReplayDiffLine; isAt: boolean; onPick: (line: ReplayDiffLine) => void }) {
  const { diff } = line;
  const { was, now } = outcomesOf(diff);
  return (
    <tr className={isAt ? "is-at" : undefined} onClick={() => onPick(line)}>
      <td>
        <button type="button" className="plain-button code clip" aria-pressed={isAt} onClick={() => onPick(line)}>
          {diff.instance.code ?? diff.instance.id.slice(0, 8)}
        </button>
      </td>
      <td className="clip small">{diff.event}</td>
      <td>
        {was === now ? (
          <span className="small clip">
            {diff.was.state !== null && diff.now.state !== null && stateText(diff.was.state) !== stateText(diff.now.state)
              ? `${stateText(diff.now.state)}`
              : `${words(line.cause.slice(line.cause.indexOf(".") + 1))} differs`}
          </span>
        ) : (
          <span className="line">
            <OutcomeBadge outcome={was} />
            <Icon name="arrow" />
            <OutcomeBadge outcome={now} />
          </span>
        )}
      </td>
    </tr>
  );
}
