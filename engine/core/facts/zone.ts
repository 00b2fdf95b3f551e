/** The calendar day of an instant in a time zone. `Intl` is used for its zone rules only, with a fixed locale. */

import { DAY_MS } from "../feel/temporal.ts";
import { FeelDate, FeelDateTime } from "../feel/values.ts";

const QUARTER_HOUR = 900_000;
const MAX_KEPT = 1_000;
const formats = new Map<string, Intl.DateTimeFormat | null>();
const offsets = new Map<string, Map<number, number>>();

/** Milliseconds that local time is ahead of UTC; 0 for a zone that is not known. Offsets change at quarter hours at most. */
export function zoneOffset(zone: string, ms: number): number {
  if (zone === "UTC" || zone === "Etc/UTC") return 0;
  const start = Math.floor(ms / QUARTER_HOUR) * QUARTER_HOUR;
  let ofZone = offsets.get(zone);
  if (ofZone === undefined) {
    ofZone = new Map();
    if (offsets.size >= MAX_KEPT) offsets.clear();
    offsets.set(zone, ofZone);
  }
  const known = ofZone.get(start);
  if (known !== undefined) return known;
  const format = formatOf(zone);
  let offset = 0;
  if (format !== null) {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(start)) parts[type] = Number(value);
    offset = Date.UTC(parts["year"]!, parts["month"]! - 1, parts["day"]!, parts["hour"]!, parts["minute"]!, parts["second"]!) - start;
  }
  if (ofZone.size >= MAX_KEPT) ofZone.clear();
  ofZone.set(start, offset);
  return offset;
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-US", {
        ...{ timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
        ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
      });
    } catch {
      format = null;
    }
    formats.set(zone, format);
  }
  return format;
}

export function dayIn(zone: string, ms: number): FeelDate {
  return new FeelDate(Math.floor((ms + zoneOffset(zone, ms)) / DAY_MS));
}

/** The instant at which a day begins in a zone. */
export function startOfDay(zone: string, date: FeelDate): FeelDateTime {
  const utc = date.day * DAY_MS;
  const first = utc - zoneOffset(zone, utc);
  return new FeelDateTime(utc - zoneOffset(zone, first), null);
}
