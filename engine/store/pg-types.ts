/**
 * How PostgreSQL's values reach JavaScript. Instants are RFC 3339 UTC text with milliseconds, numeric is text (exact), json and jsonb are parsed,
 * bigint is a number (our counters stay below 2^53), dates are text.
 */
import pg from "pg";

const OIDS = { bytea: 17, int8: 20, json: 114, date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700 } as const;
const identity = (text: string): string => text;

/** PostgreSQL under TimeZone=UTC writes `2026-02-02 06:00:00.5+00`. */
export function instantOf(text: string): string {
  const dot = text.indexOf(".");
  const fraction =
    dot < 0
      ? "000"
      : text
          .slice(dot + 1, text.length - 3)
          .padEnd(3, "0")
          .slice(0, 3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

const PARSERS = new Map<number, (text: string) => unknown>([
  [OIDS.int8, Number],
  [OIDS.numeric, identity],
  [OIDS.date, identity],
  [OIDS.timestamp, identity],
  [OIDS.timestamptz, instantOf],
]);

export const TYPES: { getTypeParser(oid: number, format?: string): (value: string) => unknown } = {
  getTypeParser(oid, format) {
    let parser = PARSERS.get(oid);
    if (parser === undefined) {
      parser = pg.types.getTypeParser(oid, (format ?? "text") as "text") as (value: string) => unknown;
      if (format !== "binary") PARSERS.set(oid, parser);
    }
    return parser;
  },
};
