/**
 * Renders a checked template by walking its syntax tree. No code is generated and only own properties are read, so a template can
 * neither reach the process nor run for ever; the same runs in the browser.
 */
import type { Json, JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import { formatNumeric, groupDigits, parseNumeric, round } from "../feel/decimals.ts";
import { parseDate, parseDateTime } from "../feel/temporal.ts";
import type { AstNode, BlockNode, CallNode, ContentNode, ExpressionNode, MustacheNode, PathNode, ProgramNode, TemplateMode } from "./check-template.ts";

export const MAX_OUTPUT = 256 * 1024;
export const MAX_NODES = 50_000;

interface Frame {
  readonly context: Json;
  readonly index: number;
  readonly count: number;
}

class Rendering {
  readonly mode: TemplateMode;
  private readonly parts: string[] = [];
  private length = 0;
  private nodes = 0;
  constructor(mode: TemplateMode) {
    this.mode = mode;
  }
  get output(): string {
    return this.parts.join("");
  }
  write(text: string): void {
    this.length += text.length;
    if (this.length > MAX_OUTPUT) throw new EngineError("limit_exceeded", `A mail has at most ${MAX_OUTPUT} characters`, { limit: "mail" });
    this.parts.push(text);
  }
  visit(program: ProgramNode, frame: Frame): void {
    for (const node of program.body) {
      if (++this.nodes > MAX_NODES) throw new EngineError("limit_exceeded", `A template makes at most ${MAX_NODES} steps`, { limit: "template" });
      if (node.type === "ContentStatement") this.write((node as ContentNode).value);
      else if (node.type === "MustacheStatement") this.mustache(node as MustacheNode, frame);
      else if (node.type === "BlockStatement") this.block(node as BlockNode, frame);
    }
  }
  private mustache(node: MustacheNode, frame: Frame): void {
    const value = node.params.length === 0 ? resolvePath(node.path as PathNode, frame) : help(node, frame);
    const text = textOf(value);
    if (this.mode === "text") this.write(text);
    else if (this.mode === "subject") this.write(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "));
    else this.write(escapeHtml(node.isLink === true && !isSafeLink(text) ? "#" : text));
  }
  private block(node: BlockNode, frame: Frame): void {
    const name = (node.path as PathNode).original;
    const value = argument(node.params[0]!, frame);
    if (name === "each") {
      const list = Array.isArray(value) ? (value as readonly Json[]) : [];
      if (list.length === 0) {
        if (node.inverse) this.visit(node.inverse, frame);
        return;
      }
      if (node.program) for (const [index, context] of list.entries()) this.visit(node.program, { context, index, count: list.length });
      return;
    }
    const branch = isTruthy(value) === (name === "if") ? node.program : node.inverse;
    if (branch) this.visit(branch, frame);
  }
}

/**
 * - throws EngineError `payload_invalid` naming the variable that is missing, `limit_exceeded` when the output grows too large
 */
export function renderTemplate(program: ProgramNode, variables: JsonObject, mode: TemplateMode): string {
  const rendering = new Rendering(mode);
  rendering.visit(program, { context: variables, index: 0, count: 1 });
  return mode === "subject" ? rendering.output.replace(/\s+/g, " ").trim() : rendering.output;
}

function argument(node: ExpressionNode, frame: Frame): Json {
  if (node.type === "PathExpression") return resolvePath(node as PathNode, frame);
  if (node.type === "SubExpression") return help(node as CallNode, frame);
  return (node as AstNode & { value: Json }).value;
}

function resolvePath(path: PathNode, frame: Frame): Json {
  if (path.data) {
    if (path.parts[0] === "index") return frame.index;
    return path.parts[0] === "first" ? frame.index === 0 : frame.index === frame.count - 1;
  }
  let value: Json = frame.context;
  for (const part of path.parts) {
    // What lies below a null is null: an optional record has no fields to show.
    if (value === null) return null;
    if (typeof value !== "object" || !Object.hasOwn(value, part)) {
      throw new EngineError("payload_invalid", `The variable "${path.original}" has no value`, { variable: path.original });
    }
    value = (value as JsonObject)[part]!;
  }
  return value;
}

function help(node: CallNode, frame: Frame): Json {
  const [first, second] = node.params.map((param) => argument(param, frame));
  switch ((node.path as PathNode).original) {
    case "eq":
      return first === second;
    case "date":
      return first === null ? "" : dateText(textOf(first!), typeof second === "string" ? second : "yyyy-MM-dd");
    case "decimal":
      return first === null ? "" : decimalText(first!, typeof second === "number" ? second : undefined);
    default:
      return first === null ? "" : `${decimalText(first!, 2)} ${textOf(second!)}`;
  }
}

/** Digits grouped by thousands: "1,234.50". What is no number stays as it is. */
export function decimalText(value: Json, scale?: number): string {
  const numeric = typeof value === "number" ? value : parseNumeric(textOf(value));
  if (numeric === null) return textOf(value);
  return groupDigits(scale === undefined ? formatNumeric(numeric) : formatNumeric(round(numeric, scale, "half even") ?? numeric, scale));
}

/** An ISO date or instant (UTC) in a pattern of yyyy, MM, dd, HH and mm. What is no date stays as it is. */
export function dateText(text: string, pattern: string): string {
  if (parseDate(text) === null && parseDateTime(text) === null) return text;
  const [, yyyy = "", MM = "", dd = "", HH = "00", mm = "00"] = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?/.exec(text) ?? [];
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH, mm };
  return pattern.replace(/yyyy|MM|dd|HH|mm/g, (token) => parts[token]!);
}

function textOf(value: Json): string {
  if (value === null) return "";
  if (typeof value === "object") return Array.isArray(value) ? value.map((each) => textOf(each as Json)).join(", ") : "";
  return String(value);
}

/** As Handlebars: empty lists and texts, 0, false and null are not. */
function isTruthy(value: Json): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** `app:/path` is a page of the product itself; it gets the origin when the mail is handed over. */
const isSafeLink = (text: string): boolean => /^(https?:\/\/|mailto:|tel:|(app:)?\/(?!\/)|#)/i.test(text.trim());
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`=]/g, (character) => ESCAPES[character]!);
}
