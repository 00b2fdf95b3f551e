import type { ConditionNode } from "#engine/core/step-types.ts";
import type { Json } from "#engine/schema/json.ts";
import { formatDecimal } from "./money.tsx";
import { dateText } from "./time.ts";

const ABBREVIATION = /\b(sla|eta|url|pdf|csv|api|vat)\b/gi;

/** `line_state` / `order.approve` / `minRank` -> "Line state", "Order approve", "Min rank": a readable name where nobody gave a title. */
export function words(name: string): string {
  const text = name
    .replace(/^.*[/]/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_.-]+/g, " ")
    .trim()
    .toLowerCase();
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(ABBREVIATION, (found) => found.toUpperCase());
}

/** "partial_ship", "OVER_LIMIT": one of a machine's own words, that a reader is told in plain ones. */
export const isCodeWord = (text: string): boolean => /^([a-z0-9]+(_[a-z0-9]+)+|[A-Z]+(_[A-Z]+)+)$/.test(text);

/** A JSON value as a reader would say it. Lists keep to `limit` elements. */
export function describeValue(value: Json | undefined, limit = 4): string {
  if (value === undefined) return "not known";
  if (value === null) return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "number") return formatDecimal(value);
  if (typeof value === "string") {
    if (/^-?\d+\.\d+$/.test(value) || /^-?\d{4,}$/.test(value)) return formatDecimal(value);
    if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dateText(value);
    return value === "" ? "empty" : isCodeWord(value) ? value.replaceAll("_", " ").toLowerCase() : value;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    const shown = value.slice(0, limit).map((element: Json) => describeValue(element, limit));
    return value.length > limit ? `${shown.join(", ")} and ${value.length - limit} more` : shown.join(", ");
  }
  const object = value as { readonly [key: string]: Json };
  const named = object["$unknown"];
  if (typeof named === "string") return `not known: ${named}`;
  const entries = Object.entries(object);
  if (entries.length === 0) return "empty";
  return entries
    .slice(0, limit)
    .map(([key, element]) => `${words(key)} ${describeValue(element, 2)}`)
    .join(", ");
}

const OPERATORS: Readonly<Record<string, string>> = {
  equal: "",
  notEqual: "not ",
  in: "one of ",
  notIn: "none of ",
  lessThan: "below ",
  lessThanInclusive: "at most ",
  greaterThan: "more than ",
  greaterThanInclusive: "at least ",
  contains: "contains ",
  doesNotContain: "does not contain ",
  between: "between ",
  notBetween: "not between ",
  beginsWith: "begins with ",
  endsWith: "ends with ",
  isNull: "none",
  isNotNull: "some value",
  "=": "",
  "!=": "not ",
  "<": "below ",
  "<=": "at most ",
  ">": "more than ",
  ">=": "at least ",
};

/** What a leaf asks for, as the table's "needed" column says it. */
export function describeNeed(node: ConditionNode): string {
  if (node.op === "isNull" || node.op === "isNotNull") return OPERATORS[node.op] ?? node.op;
  if (typeof node.expected === "object" && node.expected !== null && "fact" in (node.expected as object)) {
    return `${OPERATORS[node.op] ?? `${words(node.op).toLowerCase()} `}${words(String((node.expected as { fact: Json }).fact)).toLowerCase()}`;
  }
  const prefix = Object.hasOwn(OPERATORS, node.op) ? OPERATORS[node.op] : `${words(node.op).toLowerCase()} `;
  return `${prefix}${describeValue(node.expected)}`;
}

export function describeGroup(op: string): { needed: string; name: string } {
  switch (op) {
    case "all":
      return { name: "All of", needed: "every one" };
    case "any":
      return { name: "Any of", needed: "at least one" };
    case "not":
      return { name: "Not", needed: "must not hold" };
    default:
      return { name: words(op), needed: "" };
  }
}
