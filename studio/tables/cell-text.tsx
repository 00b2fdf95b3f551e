/** A FEEL cell, coloured: text green, names violet, numbers plain; a parameter shows its value beside it. */
import type { ParamSpec } from "#engine/schema/values.ts";
import { formatDecimal } from "../ui/money.tsx";

export interface CellPart {
  readonly kind: "text" | "number" | "name" | "param" | "sign";
  readonly text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(\s+|[^\s\w"]+)/g;
const WORDS = new Set(["not", "in", "and", "or", "null", "true", "false", "if", "then", "else", "for", "return", "date", "duration"]);

/** Cuts the cell into coloured parts. Total: any text gives parts that join to it. */
export function cellParts(text: string, params: Readonly<Record<string, ParamSpec>>): CellPart[] {
  return [...text.matchAll(TOKEN)].map(([whole, quoted, number, name]) => {
    if (quoted !== undefined) return { kind: "text", text: whole };
    if (number !== undefined) return { kind: "number", text: whole };
    if (name !== undefined && Object.hasOwn(params, name)) return { kind: "param", text: whole };
    return { kind: name !== undefined && !WORDS.has(name) ? "name" : "sign", text: whole };
  });
}

/** Cells up to this long stay on one line. */
const SHORT = 28;

export function CellText({ text, params, isResult }: { text: string; params: Readonly<Record<string, ParamSpec>>; isResult: boolean }) {
  if (text.trim() === "-" || text === "") return <span className="quiet">-</span>;
  const parts = cellParts(text, params);
  const values = parts.filter((part) => part.kind === "param").map((part) => params[part.text]?.default);
  return (
    <code
      className={["cell-code", isResult && parts.length === 1 && parts[0]?.kind === "number" ? "is-number" : "", text.length <= SHORT ? "is-short" : ""]
        .filter(Boolean)
        .join(" ")}
    >
      {parts.map((part, index) => (
        <span key={index.toString()} className={`cell-${part.kind}`}>
          {part.text}
        </span>
      ))}
      {values.map((value, index) => (
        <small key={index.toString()} className="quiet">
          {" "}
          {typeof value === "number" ? formatDecimal(value) : String(value)}
        </small>
      ))}
    </code>
  );
}
