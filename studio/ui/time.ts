/**
 * Dates as the screens write them. Built from numeric parts of one zone, so that server and browser give the same text whatever
 * their locale data is.
 */
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const formats = new Map<string, Intl.DateTimeFormat>();

export interface ZonedParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
}

export function zonedParts(at: number, zone: string): ZonedParts {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const parts: Record<string, number> = {};
  for (const part of format.formatToParts(at)) if (part.type !== "literal") parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const two = (n: number): string => String(n).padStart(2, "0");
const dayNumber = (p: ZonedParts): number => Math.floor(Date.UTC(p.year, p.month - 1, p.day) / 86_400_000);

export const clockText = (at: number, zone: string): string => {
  const p = zonedParts(at, zone);
  return `${two(p.hour)}:${two(p.minute)}`;
};

/** "today", "tomorrow", "Fri 30 Jan", and with the year when it is another one. */
export function dayText(at: number, now: number, zone: string): string {
  const p = zonedParts(at, zone);
  const today = zonedParts(now, zone);
  const days = dayNumber(p) - dayNumber(today);
  if (days === 0) return "today";
  if (days === -1) return "yesterday";
  if (days === 1) return "tomorrow";
  return `${DAYS[p.weekday]} ${p.day} ${MONTHS[p.month - 1]}${p.year === today.year ? "" : ` ${p.year}`}`;
}

export const momentText = (at: number, now: number, zone: string): string => `${dayText(at, now, zone)}, ${clockText(at, zone)}`;

export const exactText = (at: number, zone: string): string => {
  const p = zonedParts(at, zone);
  return `${DAYS[p.weekday]} ${p.day} ${MONTHS[p.month - 1]} ${p.year}, ${two(p.hour)}:${two(p.minute)}:${two(p.second)} (${zone})`;
};

/** A date without a time: "2026-02-09" -> "Mon 9 Feb 2026". */
export function dateText(date: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  if (match === null) return date;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return `${DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${day} ${MONTHS[month - 1]} ${year}`;
}

/** A span in its two largest units: "2 h 21 m", "3 d 4 h", "45 s". */
export function spanText(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m} m`;
  const h = Math.floor(m / 60);
  if (h < 96) return m % 60 === 0 ? `${h} h` : `${h} h ${two(m % 60)} m`;
  const d = Math.floor(h / 24);
  return h % 24 === 0 || d > 13 ? `${d} d` : `${d} d ${h % 24} h`;
}

/** "just now", "12 m ago", "in 3 h", and beyond two days the day itself. */
export function relativeText(at: number, now: number, zone: string): string {
  const ms = at - now;
  if (Math.abs(ms) < 45_000) return "just now";
  if (Math.abs(ms) > 36 * 3_600_000) return dayText(at, now, zone);
  const span = spanText(ms).replace(/^(\d+ [hd]) .*$/, "$1");
  return ms < 0 ? `${span} ago` : `in ${span}`;
}
