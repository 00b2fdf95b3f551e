/** Lines over time, in slices of equal length: what a dashboard shows, small, with its figures on the pointer. */
import "./line-chart.css";
import { useState } from "react";
import { useClock } from "./clock.tsx";
import { formatDecimal } from "./money.tsx";
import { clockText, momentText } from "./time.ts";

export interface LineSeries {
  readonly title: string;
  readonly tone: "accent" | "quiet";
  /** By slice, oldest first; null: nothing to draw there. */
  readonly values: readonly (number | null)[];
}

const HEIGHT = 100;

export function LineChart({
  label,
  from,
  sliceMs,
  series,
  format = formatDecimal,
}: {
  label: string;
  from: string;
  sliceMs: number;
  series: readonly LineSeries[];
  format?: (value: number) => string;
}) {
  const { now, zone } = useClock();
  const [at, setAt] = useState<number | null>(null);
  const slices = series[0]?.values.length ?? 0;
  const start = Date.parse(from);
  const top = niceTop(Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const x = (slice: number): number => (slices < 2 ? 0 : (slice / (slices - 1)) * 100);
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  const tick = (ms: number): string => (slices * sliceMs > 36 * 3_600_000 ? momentText(ms, now, zone).replace(/, .*$/, "") : clockText(ms, zone));
  const follow = (event: React.PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(slices - 1, Math.max(0, Math.round(((event.clientX - box.left) / Math.max(1, box.width)) * (slices - 1)))));
  };
  const read = at === null || at >= slices ? null : at;
  return (
    <figure className="line-chart">
      <div className="line-chart-plot">
        <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label} onPointerMove={follow} onPointerLeave={() => setAt(null)}>
          {[0, top / 2, top].map((value) => (
            <line key={value} className="grid-line" x1="0" x2="100" y1={y(value)} y2={y(value)} />
          ))}
          {read === null ? null : <line className="read-line" x1={x(read)} x2={x(read)} y1="0" y2={HEIGHT} />}
          {[...series].reverse().map(({ title, tone, values }) => (
            <g key={title} className={`is-${tone}`}>
              {tone === "accent" ? <path className="area" d={areaOf(values, x, y)} /> : null}
              <path className="line-path" d={pathOf(values, x, y)} />
            </g>
          ))}
        </svg>
        <span className="line-chart-scale" aria-hidden="true">
          <span>{format(top)}</span>
          <span>{top === 1 ? "" : format(top / 2)}</span>
          <span>0</span>
        </span>
      </div>
      <div className="line-chart-times" aria-hidden="true">
        <span>{tick(start)}</span>
        <span>{tick(start + (slices * sliceMs) / 2)}</span>
        <span>{tick(start + slices * sliceMs)}</span>
      </div>
      <figcaption>
        {read === null ? null : <span className="quiet">{momentText(start + read * sliceMs, now, zone)}</span>}
        {series.map(({ title, tone, values }) => {
          const value = read === null ? undefined : values[read];
          return (
            <span key={title} className={`key is-${tone}`}>
              <i aria-hidden="true" />
              {title}
              {read === null ? null : <b>{value === undefined || value === null ? "none" : format(value)}</b>}
            </span>
          );
        })}
      </figcaption>
    </figure>
  );
}

/** The next of 1, 2, 5, 10, 20 ...: a scale that one reads at a glance. */
export function niceTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

type Place = (value: number) => number;

/** A line that is broken where there is no value; one value alone is a dot. */
function pathOf(values: readonly (number | null)[], x: Place, y: Place): string {
  return values
    .map((value, slice) => {
      if (value === null) return "";
      const before = values[slice - 1];
      const start = before === undefined || before === null;
      return `${start ? "M" : "L"}${x(slice).toFixed(2)} ${y(value).toFixed(2)}${start ? "h0" : ""}`;
    })
    .join("");
}

function areaOf(values: readonly (number | null)[], x: Place, y: Place): string {
  if (values.includes(null)) return "";
  return `M0 ${HEIGHT}${values.map((value, slice) => `L${x(slice).toFixed(2)} ${y(value ?? 0).toFixed(2)}`).join("")}L100 ${HEIGHT}Z`;
}
