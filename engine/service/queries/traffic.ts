/** Throughput and latency over time: effects that went out, how long each took from when it was due, and contract events that came in. */
import { EngineError } from "../../core/errors.ts";
import { effectSlices, receivedSlices } from "../../store/traffic.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, worksPermitted } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";

const PERMISSION = "integration.admin";
const MINUTE = 60_000;
/** Rows of each kind and org that a chart reads at most. */
const MOST = 20_000;

/** How far back one looks, and in which slices. */
export const TRAFFIC_SPANS = {
  "1h": { sliceMs: MINUTE, slices: 60 },
  "6h": { sliceMs: 5 * MINUTE, slices: 72 },
  "24h": { sliceMs: 30 * MINUTE, slices: 48 },
  "7d": { sliceMs: 180 * MINUTE, slices: 56 },
} as const;

export type TrafficSpanName = keyof typeof TRAFFIC_SPANS;

export interface TrafficAnswer {
  readonly span: TrafficSpanName;
  /** Start of the first slice. */
  readonly from: string;
  readonly sliceMs: number;
  /** By slice, oldest first; the last one is still filling. */
  readonly effects: readonly number[];
  /** Milliseconds from when an effect was due to its delivery; null where nothing was delivered. */
  readonly middle: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly received: readonly number[];
  /** False: there was more than is read, and the oldest slices say too little. */
  readonly isWhole: boolean;
}

/** - throws EngineError `permission_denied` */
export async function getTraffic(engine: Engine, scope: Scope, input: { readonly span: TrafficSpanName }): Promise<TrafficAnswer> {
  return await inReading(engine, scope, async (reading) => {
    const works = worksPermitted(reading, PERMISSION);
    const [first] = works;
    if (first === undefined) throw new EngineError("permission_denied", "To see the traffic: the permission is missing.", { permission: PERMISSION });
    const { sliceMs, slices } = TRAFFIC_SPANS[input.span];
    // Slices begin at round times, so that a chart does not change its shape from one look to the next.
    const end = (Math.floor(Date.parse(first.at) / sliceMs) + 1) * sliceMs;
    const from = new Date(end - slices * sliceMs).toISOString();
    const asked = { orgs: works.map((work) => work.org.id), from, sliceMs, most: MOST };
    const out = await effectSlices(reading.tx, asked);
    const into = await receivedSlices(reading.tx, asked);
    const bySlice = <R extends { readonly slice: number }>(rows: readonly R[]): readonly (R | undefined)[] => {
      const found = new Map(rows.map((row) => [row.slice, row]));
      return Array.from({ length: slices }, (_, slice) => found.get(slice));
    };
    const sent = bySlice(out);
    const total = (rows: readonly { readonly count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);
    return {
      ...{ span: input.span, from, sliceMs },
      effects: sent.map((slice) => slice?.count ?? 0),
      middle: sent.map((slice) => slice?.middle ?? null),
      p99: sent.map((slice) => slice?.p99 ?? null),
      received: bySlice(into).map((slice) => slice?.count ?? 0),
      isWhole: total(out) < MOST && total(into) < MOST,
    };
  });
}
