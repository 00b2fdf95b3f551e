/**
 * Decides whether a Handlebars template may be used: only a small part of the language, and in HTML only places where escaping
 * is enough. Source: reliability section 4, handlebars.
 */
import { EngineError } from "../errors.ts";
import { type HtmlPlace, htmlStart, isSafePlace, scanHtml, urlStartsAt } from "./html-place.ts";

export type TemplateMode = "html" | "text" | "subject";

/** The part of Handlebars' syntax tree that is used here. */
export interface AstNode {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } };
}
export interface PathNode extends AstNode {
  readonly type: "PathExpression";
  readonly original: string;
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
}
export interface CallNode extends AstNode {
  readonly path: PathNode | (AstNode & { readonly value: unknown });
  readonly params: readonly ExpressionNode[];
  readonly hash?: { readonly pairs: readonly unknown[] };
}
export interface MustacheNode extends CallNode {
  readonly escaped: boolean;
  /** Set by the check: the value is the start of a link. */
  isLink?: boolean;
}
export interface BlockNode extends CallNode {
  readonly program?: ProgramNode;
  readonly inverse?: ProgramNode;
}
export interface ContentNode extends AstNode {
  readonly value: string;
}
export interface ProgramNode extends AstNode {
  readonly body: readonly AstNode[];
  readonly blockParams?: readonly string[];
}
export type ExpressionNode = PathNode | CallNode | (AstNode & { readonly value: unknown });

export const MAX_TEMPLATE_BYTES = 64 * 1024;
export const MAX_BLOCK_DEPTH = 8;
/** Helper -> fewest and most arguments. */
const INLINE: Readonly<Record<string, readonly [number, number]>> = { date: [1, 2], decimal: [1, 2], money: [2, 2] };
const SUB: Readonly<Record<string, readonly [number, number]>> = { ...INLINE, eq: [2, 2] };
const BLOCKS: Readonly<Record<string, readonly [number, number]>> = { if: [1, 1], unless: [1, 1], each: [1, 1] };
const DATA = new Set(["index", "first", "last"]);

export interface CheckedTemplate {
  /** Variables read, sorted; `list.[].name` is read from the elements of a list. */
  readonly variables: readonly string[];
}

/**
 * - throws EngineError `definition_invalid` at the first thing that is not allowed, with its line
 */
export function checkTemplate(program: ProgramNode, source: string, mode: TemplateMode): CheckedTemplate {
  const variables = new Set<string>();
  const refuse = (node: AstNode, message: string): never => {
    const line = node.loc?.start.line ?? 1;
    throw new EngineError("definition_invalid", `Line ${line}: ${message}`, { line });
  };
  if (source.length > MAX_TEMPLATE_BYTES) refuse(program, `A template has at most ${MAX_TEMPLATE_BYTES} characters`);
  if (mode === "subject" && /[\r\n]/.test(source.trimEnd())) refuse(program, "A subject is one line");

  const path = (node: PathNode, scope: string): void => {
    if (node.data) {
      if (node.parts.length !== 1 || !DATA.has(node.parts[0]!)) refuse(node, `"${node.original}" is not available; @index, @first and @last are`);
      return;
    }
    if (node.depth > 0) refuse(node, `"${node.original}": a template does not climb out of its list`);
    for (const part of node.parts) if (part === "__proto__" || part === "constructor" || part === "prototype") refuse(node, `"${part}" is not a variable`);
    if (node.parts.length > 0) variables.add(scope + node.parts.join("."));
  };
  const expression = (node: ExpressionNode, scope: string): void => {
    if (node.type === "PathExpression") path(node as PathNode, scope);
    else if (node.type === "SubExpression") call(node as CallNode, scope, SUB);
    else if (!["StringLiteral", "NumberLiteral", "BooleanLiteral"].includes(node.type)) refuse(node, `"${node.type}" cannot stand here`);
  };
  const call = (node: CallNode, scope: string, helpers: Readonly<Record<string, readonly [number, number]>>): void => {
    const name = node.path.type === "PathExpression" ? (node.path as PathNode).original : "";
    if (!Object.hasOwn(helpers, name)) refuse(node, `There is no helper "${name}" here; there are ${Object.keys(helpers).join(", ")}`);
    const [least, most] = helpers[name]!;
    if (node.params.length < least || node.params.length > most) refuse(node, `"${name}" takes ${least === most ? least : `${least} or ${most}`} values`);
    if ((node.hash?.pairs.length ?? 0) > 0) refuse(node, `"${name}" takes no named values`);
    for (const param of node.params) expression(param, scope);
  };
  const visit = (list: ProgramNode, scope: string, depth: number, start: HtmlPlace): HtmlPlace => {
    let place = start;
    if ((list.blockParams?.length ?? 0) > 0) refuse(list, "Block parameters are not available");
    for (const node of list.body) {
      switch (node.type) {
        case "ContentStatement":
          if (mode === "html") place = scanHtml((node as ContentNode).value, place);
          break;
        case "CommentStatement":
          break;
        case "MustacheStatement": {
          const mustache = node as MustacheNode;
          if (!mustache.escaped) refuse(node, "Unescaped output is not available");
          if (mode === "html" && !isSafePlace(place)) refuse(node, "A value may stand in text or in a quoted attribute, not elsewhere in HTML");
          if (mode === "html") mustache.isLink = urlStartsAt(place);
          const isValue = mustache.params.length === 0 && (mustache.hash?.pairs.length ?? 0) === 0;
          if (isValue && mustache.path.type === "PathExpression") path(mustache.path as PathNode, scope);
          else call(mustache, scope, INLINE);
          if (mode === "html") place = scanHtml("x", place);
          break;
        }
        case "BlockStatement": {
          const block = node as BlockNode;
          if (depth >= MAX_BLOCK_DEPTH) refuse(node, `Blocks nest at most ${MAX_BLOCK_DEPTH} levels deep`);
          call(block, scope, BLOCKS);
          const name = (block.path as PathNode).original;
          let inner = scope;
          if (name === "each") {
            const list = block.params[0]!;
            if (list.type !== "PathExpression") refuse(node, "`each` goes through a variable");
            inner = (list as PathNode).parts.length === 0 ? `${scope}[].` : `${scope}${(list as PathNode).parts.join(".")}.[].`;
          }
          for (const [branch, within] of [
            [block.program, inner],
            [block.inverse, scope],
          ] as const) {
            if (branch !== undefined && branch !== null && visit(branch, within, depth + 1, place) !== place) {
              refuse(node, "A block must leave the HTML where it found it: open and close tags inside it");
            }
          }
          break;
        }
        default:
          refuse(node, `${node.type.replace("Statement", "")} is not available`);
      }
    }
    return place;
  };
  const end = visit(program, "", 0, htmlStart);
  if (mode === "html" && end !== htmlStart) refuse(program, "The HTML ends inside a tag");
  return { variables: [...variables].sort() };
}
