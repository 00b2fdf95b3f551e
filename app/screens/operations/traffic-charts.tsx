/** The charts of operators: how much went out and came in, and how far deliveries are behind. */
import { Link, useSearchParams } from "react-router";
import type { TrafficAnswer } from "#engine/service/queries/traffic.ts";
import { LineChart } from "#studio/ui/line-chart.tsx";
import { formatDecimal } from "#studio/ui/money.tsx";
import { spanText } from "#studio/ui/time.ts";

const SPANS = [
  ["1h", "1 h"],
  ["6h", "6 h"],
  ["24h", "24 h"],
  ["7d", "7 d"],
] as const;

export function Throughput({ traffic }: { traffic: TrafficAnswer }) {
  const [params] = useSearchParams();
  const { effects, received, from, sliceMs, span, isWhole } = traffic;
  const words = `${formatDecimal(sum(effects))} out, ${formatDecimal(sum(received))} in`;
  return (
    <section className="gauge" aria-label="Throughput">
      <header>
        <h2>Throughput</h2>
        <nav className="spans push" aria-label="How far back">
          {SPANS.map(([id, title]) => {
            const next = new URLSearchParams(params);
            next.set("span", id);
            return (
              <Link key={id} to={`?${next.toString()}`} replace preventScrollReset aria-current={id === span ? "true" : undefined}>
                {title}
              </Link>
            );
          })}
        </nav>
      </header>
      <div className="line">
        <strong>{formatDecimal(sum(effects))}</strong>
        <span className="small quiet">
          went out, {formatDecimal(sum(received))} came in, per {spanText(sliceMs)}
          {isWhole ? "" : "; only the newest are counted"}
        </span>
      </div>
      <LineChart
        label={`Throughput over ${SPANS.find(([id]) => id === span)?.[1] ?? span}: ${words}, at most ${formatDecimal(Math.max(0, ...effects))} per ${spanText(sliceMs)}`}
        from={from}
        sliceMs={sliceMs}
        series={[
          { title: "Effects out", tone: "accent", values: effects },
          { title: "Events in", tone: "quiet", values: received },
        ]}
      />
    </section>
  );
}

export function RelayLag({ traffic: { middle, p99, from, sliceMs } }: { traffic: TrafficAnswer }) {
  const slowest = Math.max(0, ...p99.map((ms) => ms ?? 0));
  return (
    <LineChart
      label={`Relay lag, from due to delivered: 99 of 100 effects within ${tookText(slowest)}`}
      from={from}
      sliceMs={sliceMs}
      format={tookText}
      series={[
        { title: "Relay lag", tone: "accent", values: middle },
        { title: "99 % within", tone: "quiet", values: p99 },
      ]}
    />
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Below a second in milliseconds, below ten with a tenth, beyond in the two largest units. */
function tookText(ms: number): string {
  if (ms < 1_000) return `${formatDecimal(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms))} ms`;
  return ms < 10_000 ? `${formatDecimal(Math.round(ms / 100) / 10)} s` : spanText(ms);
}
