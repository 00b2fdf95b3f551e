/** Dates, times and durations: DMN 1.3, 10.3.4.1 and 10.3.4.7, and the calendar functions of the engine. `now` and `today` are names of the scope, not functions. */
import { isNumeric, type Numeric, toDecimal } from "../decimals.ts";
import {
  civilOf,
  DAY_MS,
  dateOf,
  dayOf,
  daysInMonth,
  formatDate,
  joinDateTime,
  makeDate,
  monthsBetween,
  parseDate,
  parseDateTime,
  parseDuration,
  parseTime,
  timeOf,
  weekday,
} from "../temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, type FeelValue, WRONG_TYPE } from "../values.ts";
import { type Builtin, define } from "./define.ts";

const toInteger = (value: Numeric): number => toDecimal(value).toNumber();

function date(args: readonly FeelValue[]): FeelValue {
  const [first, month, day] = args as [FeelValue, FeelValue?, FeelValue?];
  if (args.length === 3 && isNumeric(first) && isNumeric(month) && isNumeric(day))
    return makeDate(toInteger(first as Numeric), toInteger(month as Numeric), toInteger(day as Numeric));
  if (args.length !== 1) return args.includes(null) ? null : WRONG_TYPE;
  if (first === null || first instanceof FeelDate) return first;
  if (first instanceof FeelDateTime) return dateOf(first);
  if (typeof first !== "string") return WRONG_TYPE;
  const instant = parseDateTime(first);
  return parseDate(first) ?? (instant === null ? null : dateOf(instant));
}
function dateAndTime(first: FeelValue, time: FeelValue | undefined): FeelValue {
  if (time === undefined) {
    if (first === null || first instanceof FeelDateTime) return first;
    if (first instanceof FeelDate) return new FeelDateTime(first.day * DAY_MS, null);
    if (typeof first !== "string") return WRONG_TYPE;
    const day = parseDate(first);
    return parseDateTime(first) ?? (day === null ? null : new FeelDateTime(day.day * DAY_MS, null));
  }
  if (first === null || time === null) return null;
  const day = date([first]);
  return day instanceof FeelDate && time instanceof FeelTime ? joinDateTime(day, time) : WRONG_TYPE;
}
function time(args: readonly FeelValue[]): FeelValue {
  const [first, minute, second = 0, offset] = args;
  if (args.length === 1) {
    if (first instanceof FeelDateTime) return timeOf(first);
    return first === null || first instanceof FeelTime ? first : typeof first === "string" ? parseTime(first) : WRONG_TYPE;
  }
  if (!isNumeric(first) || !isNumeric(minute) || !isNumeric(second)) return args.includes(null) ? null : WRONG_TYPE;
  const [h, m, s] = [toInteger(first), toInteger(minute), toInteger(second)];
  if (!(h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s < 60)) return null;
  return new FeelTime(((h * 60 + m) * 60 + s) * 1000, offset instanceof FeelDuration ? offset.amount / 60_000 : null);
}
/** The calendar day of a date or an instant; undefined for all else. */
function dayNumber(value: FeelValue): number | undefined {
  const day = date([value]);
  return day instanceof FeelDate ? day.day : undefined;
}
function daysBetween(from: FeelValue, to: FeelValue): FeelValue {
  if (from === null || to === null) return null;
  const [a, b] = [dayNumber(from), dayNumber(to)];
  return a === undefined || b === undefined ? WRONG_TYPE : b - a;
}
const NAMES_OF_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const NAMES_OF_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const onDay = (signature: string, answer: (day: FeelDate) => FeelValue): Builtin =>
  define(signature, ([value]) => {
    if (value === null) return null;
    const day = dayNumber(value);
    return day === undefined ? WRONG_TYPE : answer(new FeelDate(day));
  });
/** ISO 8601 week: that of the year's Thursday. */
function weekOfYear(day: FeelDate): number {
  const thursday = day.day - weekday(day) + 4;
  return Math.floor((thursday - dayOf(civilOf(thursday).year, 1, 1)) / 7) + 1;
}
function endOfQuarter(day: FeelDate): FeelDate {
  const { year, month } = civilOf(day.day);
  const last = Math.ceil(month / 3) * 3;
  return new FeelDate(dayOf(year, last, daysInMonth(year, last)));
}

export const dateBuiltins: readonly Builtin[] = [
  define("date(from: a, month?: a, day?: a)", date),
  define("date and time(from: a, time?: a)", ([from, clock]) => dateAndTime(from, clock)),
  define("time(from: a, minute?: a, second?: a, offset?: a)", time),
  define("duration(from: a)", ([from]) => (typeof from === "string" ? parseDuration(from) : from === null || from instanceof FeelDuration ? from : WRONG_TYPE)),
  define("years and months duration(from: a, to: a)", ([from, to]) => {
    if (from === null || to === null) return null;
    const [a, b] = [dayNumber(from), dayNumber(to)];
    return a === undefined || b === undefined ? WRONG_TYPE : new FeelDuration("months", monthsBetween(new FeelDate(a), new FeelDate(b)));
  }),
  define("days and time duration(from: a, to?: a)", ([from, to]) => {
    if (from === null || to === null) return null;
    if (to === undefined) return typeof from === "string" ? parseDuration(from) : from instanceof FeelDuration ? from : WRONG_TYPE;
    const [a, b] = [dateAndTime(from, undefined), dateAndTime(to, undefined)];
    return a instanceof FeelDateTime && b instanceof FeelDateTime ? new FeelDuration("time", b.ms - a.ms) : WRONG_TYPE;
  }),
  define("days between(from: a, to: a)", ([from, to]) => daysBetween(from, to)),
  onDay("day of week(date: a)", (day) => NAMES_OF_DAYS[weekday(day) - 1]!),
  onDay("day of year(date: a)", (day) => day.day - dayOf(civilOf(day.day).year, 1, 1) + 1),
  onDay("month of year(date: a)", (day) => NAMES_OF_MONTHS[civilOf(day.day).month - 1]!),
  onDay("week of year(date: a)", weekOfYear),
  onDay("end of quarter(date: a)", endOfQuarter),
  onDay("end of month(date: a)", (day) => {
    const { year, month } = civilOf(day.day);
    return new FeelDate(dayOf(year, month, daysInMonth(year, month)));
  }),
  onDay("format date(date: a)", formatDate),
];
