/**
 * The door to FEEL: text in, something to evaluate out. Compiled once per definition version.
 *
 * Evaluation is total: it gives a value or Unknown, never an exception, and is bounded (scope.ts).
 */
import { member } from "./access.ts";
import { mentionsInput, type Node, type UnaryTests } from "./ast.ts";
import { type Code, type FeelCall, type Names, NodeCompiler } from "./compile-node.ts";
import { FeelSyntaxError } from "./lexer.ts";
import { parseExpression, parseUnaryTests } from "./parse.ts";
import { Env, type FeelScope, run } from "./scope.ts";
import { type FeelValue, type Truth, truthOf, UNKNOWN, Unknown, WRONG_TYPE } from "./values.ts";

export interface CompileOptions {
  /** All names there are; a name outside is a FeelSyntaxError. Without it every name is looked up in the scope. */
  readonly names?: Iterable<string>;
  /** Names that are read from the frame by index; with it no other name is known, unless `names` has it. */
  readonly slots?: ReadonlyMap<string, number>;
}

export interface Expression {
  readonly text: string;
  /** Paths from outside that are read, each once: `[["record", "amount"], ["today"]]`. Names within a filter that may be entries of its elements are left out. */
  readonly reads: readonly (readonly string[])[];
  /** Calls of functions, with those arguments that are literals. */
  readonly calls: readonly FeelCall[];
  readonly ast: Node;
  /** The value where it depends on nothing; undefined otherwise. */
  readonly constant: FeelValue | undefined;
  evaluate(scope: FeelScope): FeelValue;
  /** As `evaluate`, with the values of the slots. */
  evaluateFrame(frame: readonly FeelValue[], scope?: FeelScope): FeelValue;
}
export interface UnaryTest {
  readonly text: string;
  readonly reads: readonly (readonly string[])[];
  readonly calls: readonly FeelCall[];
  readonly ast: UnaryTests;
  test(value: FeelValue, scope: FeelScope): Truth;
  testFrame(value: FeelValue, frame: readonly FeelValue[], scope?: FeelScope): Truth;
}
export interface FeelError {
  readonly message: string;
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
}

function namesOf(options: CompileOptions): Names {
  const known = options.names === undefined ? (options.slots === undefined ? null : new Set<string>()) : new Set(options.names);
  return { slots: options.slots ?? null, known, reads: [], calls: [] };
}
function unique(reads: readonly string[][]): readonly (readonly string[])[] {
  return [...new Map(reads.map((read) => [read.join("\u0000"), read])).values()];
}

/** Throws FeelSyntaxError (an EngineError `definition_invalid` with `from` and `to`). */
export function compileFeel(text: string, options: CompileOptions = {}): Expression {
  const ast = parseExpression(text);
  if (mentionsInput(ast) && !options.slots?.has("?")) throw new FeelSyntaxError("`?` only means something in the cell of a table", 0, text.length);
  const names = namesOf(options);
  const code = new NodeCompiler(names).compile(ast);
  const reads = unique(names.reads);
  const path = options.slots === undefined ? plainPath(ast) : null;
  const isConstant =
    reads.length === 0 && isClosed(ast) && !names.calls.some((call) => call.name === "get" || call.name.startsWith("find") || EXTERNAL.has(call.name));
  return {
    text,
    reads,
    calls: names.calls,
    ast,
    constant: isConstant ? run(code, new Env(null, [])) : undefined,
    evaluate: path === null ? (scope) => run(code, new Env(scope, [])) : (scope) => run(path, scope),
    evaluateFrame: (frame, scope) => run(code, new Env(scope ?? null, frame)),
  };
}
/** `a.b.c` and `a`: what most inputs are. Read straight from the scope, without what an evaluation needs otherwise. */
function plainPath(node: Node): ((scope: FeelScope) => FeelValue) | null {
  const { name } = node as { readonly name: string };
  if (node.kind === "name")
    return (scope) => {
      const value = scope.get(name);
      return value === undefined ? UNKNOWN : value;
    };
  if (node.kind !== "path") return null;
  const target = plainPath(node.target);
  return target === null ? null : (scope) => member(target(scope), name);
}
const EXTERNAL = new Set(["instance of record", "people", "decide", "fact", "format moment", "day of"]);
/** No filter: its bare names may come from outside without being counted as read. */
const isClosed = (node: Node): boolean =>
  node.kind === "literal" ||
  (node.kind === "list" && node.items.every(isClosed)) ||
  (node.kind === "negate" && isClosed(node.operand)) ||
  (node.kind === "context" && node.entries.every((entry) => isClosed(entry.value))) ||
  (node.kind === "call" && node.args.every(isClosed)) ||
  (node.kind === "arithmetic" && isClosed(node.left) && isClosed(node.right));

/** A cell of a decision table. Throws FeelSyntaxError. */
export function compileUnaryTests(text: string, options: CompileOptions = {}): UnaryTest {
  const ast = parseUnaryTests(text);
  const names = namesOf(options);
  const compiler = new NodeCompiler(names);
  const tests = ast.tests.map((test) => {
    if (test.kind === "value" && mentionsInput(test.value)) return condition(compiler.compile(test.value));
    return compiler.test(test);
  });
  const { any, negated } = ast;
  const code = (env: Env): boolean | Unknown => {
    let result: boolean | Unknown = false;
    for (const test of tests) {
      const answer = test(env);
      if (answer === true) return !negated;
      if (answer !== false) result = answer;
    }
    return result === false ? negated : result;
  };
  const testFrame = (value: FeelValue, frame: readonly FeelValue[], scope?: FeelScope): Truth => {
    if (any) return true;
    const env = new Env(scope ?? null, frame);
    env.input = value;
    const answer = run(code, env);
    return answer instanceof Unknown ? "unknown" : truthOf(answer);
  };
  return { text, reads: unique(names.reads), calls: names.calls, ast, testFrame, test: (value, scope) => testFrame(value, [], scope) };
}
/** A test that is a condition over `?`. */
const condition =
  (code: Code): ((env: Env) => boolean | Unknown) =>
  (env) => {
    const answer = code(env);
    return typeof answer === "boolean" || answer instanceof Unknown ? answer : answer === null ? false : WRONG_TYPE;
  };

/** As `compileFeel`, with the error as a value: for lints and editors. */
export function tryCompileFeel(
  text: string,
  options: CompileOptions = {},
): { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly error: FeelError } {
  return attempt(() => ({ ok: true, expression: compileFeel(text, options) }));
}
export function tryCompileUnaryTests(
  text: string,
  options: CompileOptions = {},
): { readonly ok: true; readonly test: UnaryTest } | { readonly ok: false; readonly error: FeelError } {
  return attempt(() => ({ ok: true, test: compileUnaryTests(text, options) }));
}
function attempt<T>(compile: () => T): T | { readonly ok: false; readonly error: FeelError } {
  try {
    return compile();
  } catch (error) {
    if (error instanceof FeelSyntaxError) return { ok: false, error: { message: error.message, from: error.from, to: error.to } };
    throw error;
  }
}
