import "./operations.css";
import { useFetcher } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { words } from "#studio/ui/describe-value.ts";
import { Anchor } from "#studio/ui/link.tsx";
import { formatDecimal } from "#studio/ui/money.tsx";
import { Facts } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import { spanText } from "#studio/ui/time.ts";
import type { OperationsView, VerifyResult } from "../operations.ts";
import { RelayLag, Throughput } from "./traffic-charts.tsx";

/** What an operator looks at first: how much waits, what failed, whether the log is whole. */
export function Gauges({ view }: { view: OperationsView }) {
  return (
    <div className="gauges">
      {view.traffic === null ? null : <Throughput traffic={view.traffic} />}
      {view.tabs.includes("outbox") ? <Waiting view={view} /> : null}
      {view.traffic === null ? <ReceivedByResult view={view} /> : null}
      {view.tabs.includes("audit") ? <Log /> : null}
    </div>
  );
}

function Waiting({ view }: { view: OperationsView }) {
  return (
    <section className="gauge" aria-label="Effects that wait">
      <header>
        <h2>Outbox</h2>
        <span className="push line small">
          {view.lag.failed === 0 ? null : <StatusBadge meaning="failed">{view.lag.failed} failed</StatusBadge>}
          {view.lag.parked === 0 ? null : <StatusBadge meaning="parked">{view.lag.parked} parked</StatusBadge>}
          {view.lag.failed + view.lag.parked === 0 ? <span className="quiet">none failed</span> : null}
        </span>
      </header>
      <div className="line">
        <strong>{formatDecimal(view.lag.waiting)}</strong>
        <span className="small quiet">
          {view.lag.oldest === null ? (
            "waits to go out"
          ) : (
            <>
              wait to go out, the oldest since <RelativeTime at={view.lag.oldest} />
            </>
          )}
        </span>
      </div>
      {view.traffic === null ? null : <RelayLag traffic={view.traffic} />}
    </section>
  );
}

function Log() {
  const fetcher = useFetcher<VerifyResult>();
  const result = fetcher.data;
  return (
    <section className="gauge" aria-label="Audit log">
      <header>
        <h2>Audit log</h2>
        {result === undefined ? null : (
          <span className="push" aria-live="polite">
            <StatusBadge meaning={result.ok ? "verified" : "failed"}>{result.ok ? "Verified" : "Broken"}</StatusBadge>
          </span>
        )}
      </header>
      {result === undefined ? (
        <p className="soft">
          Every row is chained to the one before, and signed checkpoints cover the chains. Verifying finds any row that was changed, removed or moved.
        </p>
      ) : (
        <Facts
          items={[
            { title: "Rows", value: formatDecimal(result.events) },
            ...(result.bad.length === 0 ? [] : [{ title: "Does not fit", value: <Bad places={result.bad} /> }]),
            ...checkpointLines(result.checkpoints),
            { title: "Took", value: result.took < 1_000 ? "less than 1 s" : spanText(result.took) },
          ]}
        />
      )}
      <fetcher.Form method="post">
        <Button small type="submit" name="act" value="verify" busy={fetcher.state !== "idle"}>
          Verify now
        </Button>
      </fetcher.Form>
    </section>
  );
}

const Bad = ({ places }: { places: VerifyResult["bad"] }) => (
  <ul>
    {places.map(({ text, href }) => (
      <li key={href ?? text}>{href === null ? text : <Anchor href={href}>{text}</Anchor>}</li>
    ))}
  </ul>
);

/** For those who see what came in and not what goes out. */
function ReceivedByResult({ view }: { view: OperationsView }) {
  return (
    <section className="gauge" aria-label="Received events">
      <header>
        <h2>Received events</h2>
        <span className="push small quiet">{sum(view.byResult) < view.sample ? "by result" : `the last ${view.sample}, by result`}</span>
      </header>
      <Facts items={Object.entries(view.byResult).map(([name, count]) => ({ title: words(name), value: formatDecimal(count) }))} />
      {Object.keys(view.byResult).length === 0 ? <p className="quiet">Nothing received yet.</p> : null}
    </section>
  );
}

/** What signed checkpoints prove beyond the chains; and what they do not cover yet. */
function checkpointLines(checkpoints: VerifyResult["checkpoints"]) {
  if (checkpoints === null) return [{ title: "Checkpoints", value: "none yet" }];
  const { count, lastAt, covered, copied, broken, brokenSince, intactUntil } = checkpoints;
  return [
    {
      title: "Checkpoints",
      value: (
        <>
          {formatDecimal(count)} signed
          {lastAt === null ? null : (
            <>
              , last <RelativeTime at={lastAt} />
            </>
          )}
        </>
      ),
    },
    { title: "Covered", value: covered },
    ...(copied === null ? [] : [{ title: "Copied outside", value: copied }]),
    ...(broken === null ? [] : [{ title: "Changed", value: broken }]),
    ...(brokenSince === null ? [] : [{ title: "Fits no more", value: <RelativeTime at={brokenSince} mode="entry" /> }]),
    ...(broken === null || intactUntil === null ? [] : [{ title: "Whole until", value: <RelativeTime at={intactUntil} mode="entry" /> }]),
  ];
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
