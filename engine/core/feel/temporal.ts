/**
 * Dates, times and durations: parsing, printing and calendar arithmetic on plain integers.
 *
 * No Date and no Intl, so that every machine and time zone gives the same answer. Sub-millisecond digits are cut.
 */
import { FeelDate, FeelDateTime, FeelDuration, FeelTime } from "./values.ts";

export const DAY_MS = 86_400_000;
const MIN_DAY = -719162; // 0001-01-01
const MAX_DAY = 2932896; // 9999-12-31

/** Days since 1970-01-01 of a civil date (Howard Hinnant, chrono-compatible algorithms). */
export function dayOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}
export function civilOf(dayNumber: number): Civil {
  const z = dayNumber + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}
export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
export function makeDate(year: number, month: number, day: number): FeelDate | null {
  if (!Number.isInteger(year) || year < 1 || year > 9999 || !Number.isInteger(month) || month < 1 || month > 12) return null;
  if (!Number.isInteger(day) || day < 1 || day > daysInMonth(year, month)) return null;
  return new FeelDate(dayOf(year, month, day));
}
const dateOrNull = (day: number): FeelDate | null => (day >= MIN_DAY && day <= MAX_DAY ? new FeelDate(day) : null);
const dateTimeOrNull = (ms: number, offset: number | null): FeelDateTime | null =>
  ms >= MIN_DAY * DAY_MS && ms < (MAX_DAY + 1) * DAY_MS ? new FeelDateTime(ms, offset) : null;

/** Reads `count` digits at `at`; -1 where one is no digit. */
function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 48 && code <= 57)) return -1;
    value = value * 10 + code - 48;
  }
  return value;
}
/** "2026-02-28" only; null for anything else, impossible days included. */
export function parseDate(text: string): FeelDate | null {
  return text.length === 10 ? dateAt(text) : null;
}
function dateAt(text: string): FeelDate | null {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return null;
  return makeDate(digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2));
}
/** "10:15", "10:15:30", "10:15:30.250", each with "Z" or "+03:00" behind it or not. */
export function parseTime(text: string): FeelTime | null {
  return timeAt(text, 0);
}
function timeAt(text: string, first: number): FeelTime | null {
  const hour = digitsAt(text, first, 2);
  const minute = digitsAt(text, first + 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text.charCodeAt(first + 2) !== 58) return null;
  let at = first + 5;
  let ms = (hour * 60 + minute) * 60_000;
  if (text.charCodeAt(at) === 58) {
    const second = digitsAt(text, at + 1, 2);
    if (second < 0 || second > 59) return null;
    ms += second * 1000;
    at += 3;
    if (text.charCodeAt(at) === 46) {
      const start = ++at;
      while (at < text.length && digitsAt(text, at, 1) >= 0) at++;
      if (at === start || at - start > 9) return null;
      ms += Math.floor(digitsAt(text, start, at - start) / 10 ** (at - start - 3));
    }
  }
  const offset = parseOffset(text, at);
  return offset === undefined ? null : new FeelTime(ms, offset);
}
function parseOffset(text: string, at: number): number | null | undefined {
  if (at === text.length) return null;
  const sign = text[at];
  if (sign === "Z") return at + 1 === text.length ? 0 : undefined;
  if ((sign !== "+" && sign !== "-") || text.length !== at + 6 || text[at + 3] !== ":") return undefined;
  const hours = digitsAt(text, at + 1, 2);
  const minutes = digitsAt(text, at + 4, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes);
}
/** RFC 3339 and its form without offset, which is read as UTC. */
export function parseDateTime(text: string): FeelDateTime | null {
  if (text.length < 16 || text.charCodeAt(10) !== 84) return null;
  const date = dateAt(text);
  const time = date === null ? null : timeAt(text, 11);
  return date === null || time === null ? null : joinDateTime(date, time);
}
export const joinDateTime = (date: FeelDate, time: FeelTime): FeelDateTime =>
  new FeelDateTime(date.day * DAY_MS + time.ms - (time.offset ?? 0) * 60_000, time.offset);
/** The calendar day of an instant, on its own offset (UTC where it has none). */
export const dateOf = (value: FeelDateTime): FeelDate => new FeelDate(Math.floor(localMs(value) / DAY_MS));
export const timeOf = (value: FeelDateTime): FeelTime => new FeelTime(localMs(value) - dateOf(value).day * DAY_MS, value.offset);
export const localMs = (value: FeelDateTime): number => value.ms + (value.offset ?? 0) * 60_000;

const UNIT_MS: Readonly<Record<string, number>> = { W: 7 * DAY_MS, D: DAY_MS, H: 3_600_000, M: 60_000, S: 1000 };
/** "P1Y6M", "P3D", "PT1H30M", "-PT0.5S", "P2W"; years or months do not mix with the rest (DMN). */
export function parseDuration(text: string): FeelDuration | null {
  let at = text[0] === "-" ? 1 : 0;
  const sign = at === 1 ? -1 : 1;
  if (text[at] !== "P" || text.length > 60) return null;
  at++;
  let months = 0;
  let ms = 0;
  let inTime = false;
  let monthParts = 0;
  let timeParts = 0;
  while (at < text.length) {
    if (text[at] === "T" && !inTime && at + 1 < text.length) {
      inTime = true;
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && (digitsAt(text, at, 1) >= 0 || text[at] === ".")) at++;
    const digits = text.slice(start, at);
    const unit = text[at++];
    if (digits === "" || unit === undefined || (digits.includes(".") && unit !== "S")) return null;
    const amount = Number(digits);
    if (!Number.isFinite(amount)) return null;
    if (!inTime && (unit === "Y" || unit === "M")) {
      months += unit === "Y" ? amount * 12 : amount;
      monthParts++;
    } else {
      const unitMs = UNIT_MS[unit];
      if (unitMs === undefined || inTime !== (unit === "H" || unit === "M" || unit === "S")) return null;
      ms += Math.trunc(amount * unitMs);
      timeParts++;
    }
  }
  if (monthParts + timeParts === 0 || (monthParts > 0 && timeParts > 0)) return null;
  const total = sign * (monthParts > 0 ? months : ms);
  return Number.isSafeInteger(total) ? new FeelDuration(monthParts > 0 ? "months" : "time", total === 0 ? 0 : total) : null;
}
/** What `@"..."` and comparisons with text understand: date, date and time, time, duration. */
export function parseTemporal(text: string): FeelDate | FeelDateTime | FeelTime | FeelDuration | null {
  return parseDate(text) ?? parseDateTime(text) ?? parseDuration(text) ?? parseTime(text);
}

export function addMonths(date: FeelDate, months: number): FeelDate | null {
  const { year, month, day } = civilOf(date.day);
  const index = year * 12 + month - 1 + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  if (newYear < 1 || newYear > 9999) return null;
  return makeDate(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}
export function addToDate(date: FeelDate, duration: FeelDuration, sign: 1 | -1): FeelDate | null {
  if (duration.kind === "months") return addMonths(date, sign * duration.amount);
  return dateOrNull(date.day + Math.floor((sign * duration.amount) / DAY_MS));
}
export function addToDateTime(value: FeelDateTime, duration: FeelDuration, sign: 1 | -1): FeelDateTime | null {
  if (duration.kind === "time") return dateTimeOrNull(value.ms + sign * duration.amount, value.offset);
  const date = addMonths(dateOf(value), sign * duration.amount);
  return date === null ? null : joinDateTime(date, timeOf(value));
}
/** Whole months from `from` to `to` (DMN `years and months duration`). */
export function monthsBetween(from: FeelDate, to: FeelDate): number {
  const a = civilOf(from.day);
  const b = civilOf(to.day);
  const months = (b.year - a.year) * 12 + b.month - a.month;
  if (months > 0 && b.day < a.day) return months - 1;
  if (months < 0 && b.day > a.day) return months + 1;
  return months;
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");
export function formatDate(date: FeelDate): string {
  const { year, month, day } = civilOf(date.day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}
function formatOffset(offset: number | null): string {
  if (offset === null) return "";
  if (offset === 0) return "Z";
  const minutes = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}
export function formatTime(time: FeelTime): string {
  const seconds = Math.floor(time.ms / 1000);
  const rest = time.ms % 1000;
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}${rest === 0 ? "" : `.${pad(rest, 3)}`}${formatOffset(time.offset)}`;
}
export const formatDateTime = (value: FeelDateTime): string => `${formatDate(dateOf(value))}T${formatTime(timeOf(value))}`;
/** RFC 3339 in UTC with milliseconds, the form of every instant in JSON. */
export function formatInstant(value: FeelDateTime): string {
  const day = Math.floor(value.ms / DAY_MS);
  const ms = value.ms - day * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  return `${formatDate(new FeelDate(day))}T${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(ms % 1000, 3)}Z`;
}
export function formatDuration(value: FeelDuration): string {
  const sign = value.amount < 0 ? "-" : "";
  const amount = Math.abs(value.amount);
  if (value.kind === "months") {
    const years = Math.floor(amount / 12);
    const months = amount % 12;
    return amount === 0 ? "P0M" : `${sign}P${years > 0 ? `${years}Y` : ""}${months > 0 ? `${months}M` : ""}`;
  }
  if (amount === 0) return "PT0S";
  const days = Math.floor(amount / DAY_MS);
  const hours = Math.floor(amount / 3_600_000) % 24;
  const minutes = Math.floor(amount / 60_000) % 60;
  const seconds = (amount % 60_000) / 1000;
  const time = `${hours > 0 ? `${hours}H` : ""}${minutes > 0 ? `${minutes}M` : ""}${seconds > 0 ? `${seconds}S` : ""}`;
  return `${sign}P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}

/** `date.year`, `duration.days`, ...; undefined where the type has no such property. */
export function temporalProperty(
  value: FeelDate | FeelTime | FeelDateTime | FeelDuration,
  name: string,
): number | FeelDate | FeelTime | FeelDuration | null | undefined {
  if (value instanceof FeelDuration) return durationProperty(value, name);
  if (value instanceof FeelDateTime) {
    if (name === "date") return dateOf(value);
    if (name === "time") return timeOf(value);
    return temporalProperty(dateOf(value), name) ?? temporalProperty(timeOf(value), name);
  }
  if (value instanceof FeelDate) {
    if (name === "weekday") return weekday(value);
    const civil = civilOf(value.day);
    return name === "year" ? civil.year : name === "month" ? civil.month : name === "day" ? civil.day : undefined;
  }
  const seconds = Math.floor(value.ms / 1000);
  if (name === "hour") return Math.floor(seconds / 3600);
  if (name === "minute") return Math.floor(seconds / 60) % 60;
  if (name === "second") return seconds % 60;
  return name === "time offset" ? (value.offset === null ? null : new FeelDuration("time", value.offset * 60_000)) : undefined;
}
function durationProperty(value: FeelDuration, name: string): number | undefined {
  const whole = (unit: number, within = Number.POSITIVE_INFINITY): number => {
    const amount = Math.trunc(value.amount / unit) % within;
    return amount === 0 ? 0 : amount;
  };
  if (value.kind === "months") return name === "years" ? whole(12) : name === "months" ? whole(1, 12) : undefined;
  if (name === "days") return whole(DAY_MS);
  if (name === "hours") return whole(3_600_000, 24);
  if (name === "minutes") return whole(60_000, 60);
  return name === "seconds" ? whole(1000, 60) : undefined;
}
/** 1 = Monday ... 7 = Sunday. */
export const weekday = (date: FeelDate): number => ((((date.day + 3) % 7) + 7) % 7) + 1;
