/** How often gates decided which way, by what they ask; and the share of openings as a badge tells it. */
import type { ChartTransition } from "./chart.ts";

export interface GateRate {
  readonly open: number;
  readonly blocked: number;
  readonly overridden: number;
}
export type GateRates = Readonly<Record<string, GateRate>>;

/** "38 %": of the gate of a transition that opens least often; null where none was asked. */
export function rateText(transition: Pick<ChartTransition, "guard">, rates: GateRates): string | null {
  const shares = transition.guard.gates.flatMap(({ asks }) => {
    const rate = Object.hasOwn(rates, asks) ? rates[asks] : undefined;
    const total = rate === undefined ? 0 : rate.open + rate.blocked + rate.overridden;
    return rate === undefined || total === 0 ? [] : [rate.open / total];
  });
  return shares.length === 0 ? null : `${Math.round(100 * Math.min(...shares))} %`;
}
