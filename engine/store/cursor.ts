/** Keyset cursors: the sort values of the last row, opaque to callers. */
import { EngineError } from "../core/errors.ts";
import type { Page } from "./tx.ts";

export type CursorValue = string | number | boolean | null;

/** @throws query_invalid for text that is no cursor of ours */
export function afterCursor(cursor: string | null | undefined): readonly CursorValue[] | null {
  if (cursor === null || cursor === undefined || cursor === "") return null;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(values) && values.length > 0 && values.every((value) => value === null || typeof value !== "object")) return values as CursorValue[];
  } catch {
    // Falls through to the refusal.
  }
  throw new EngineError("query_invalid", "The cursor is not one that a list has answered.", { errors: [{ path: "/cursor", message: "unknown cursor" }] });
}

/** `rows` holds one more than `limit` when there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly CursorValue[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? Buffer.from(JSON.stringify(keyOf(last))).toString("base64url") : null;
  return { items, next };
}
