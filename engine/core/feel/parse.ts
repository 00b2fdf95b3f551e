/**
 * Parses FEEL text: recursive descent over DMN 1.3 chapter 10.3.1.2, without names of variables that hold blanks.
 *
 * Depth is bounded (64) and so is the length (lexer.ts). Function names may hold blanks: "list contains", "date and time".
 */
import { type Binding, type Comparison, calculated, joined, type Node, type Test, TYPE_NAMES, type UnaryTests } from "./ast.ts";
import { functionNamesByFirstWord } from "./builtins/registry.ts";
import { parseNumeric } from "./decimals.ts";
import { FeelSyntaxError, type Token } from "./lexer.ts";
import { parseTemporal } from "./temporal.ts";
import { TokenCursor } from "./token-cursor.ts";

export const MAX_DEPTH = 64;
const COMPARISONS = new Set(["=", "!=", "<", "<=", ">", ">="]);
const AFTER_VALUE = new Set(["and", "or", "then", "else", "return", "satisfies"]);
const RESERVED = new Set([
  "and",
  "or",
  "if",
  "then",
  "else",
  "for",
  "in",
  "return",
  "some",
  "every",
  "satisfies",
  "between",
  "true",
  "false",
  "null",
  "function",
]);

export function parseExpression(source: string): Node {
  const parser = new Parser(source);
  const node = parser.expression();
  parser.expectEnd();
  return node;
}

/** A decision table's cell: `-`, tests between commas, or `not(tests)`. */
export function parseUnaryTests(source: string): UnaryTests {
  const parser = new Parser(source);
  return parser.unaryTests();
}

class Parser extends TokenCursor {
  private depth = 0;

  unaryTests(): UnaryTests {
    if (this.isSymbol("-") && this.peek(1).kind === "end") return { any: true, negated: false, tests: [] };
    if (this.isWord("not") && this.isSymbol("(", 1)) {
      const start = this.at;
      this.at += 2;
      const tests = this.tests();
      this.expect(")");
      if (this.peek().kind === "end") return { any: false, negated: true, tests };
      this.at = start; // an expression that begins with not(...), such as `not(a) and b`
    }
    const tests = this.tests();
    this.expectEnd();
    return { any: false, negated: false, tests };
  }
  private tests(): Test[] {
    const tests = [this.test()];
    while (this.accept(",")) tests.push(this.test());
    return tests;
  }
  private test(): Test {
    const { from, text, kind } = this.peek();
    if (kind === "symbol" && COMPARISONS.has(text)) {
      this.at++;
      const value = this.additive();
      return { kind: "end", op: text as Comparison, value, from, to: value.to };
    }
    const value = this.expression();
    return { kind: "value", value, from, to: value.to };
  }

  expression(): Node {
    if (++this.depth > MAX_DEPTH) throw new FeelSyntaxError(`Expressions nest at most ${MAX_DEPTH} deep`, this.peek().from, this.peek().to);
    const node = this.textual();
    this.depth--;
    return node;
  }
  private textual(): Node {
    const { from } = this.peek();
    if (this.isWord("if")) return this.conditional();
    if (this.isWord("for") && this.peek(1).kind === "name") {
      this.at++;
      const bindings = this.bindings();
      this.expect("return");
      const body = this.expression();
      return { kind: "for", bindings, body, from, to: body.to };
    }
    if ((this.isWord("some") || this.isWord("every")) && this.peek(1).kind === "name") {
      const kind = this.name() as "some" | "every";
      const bindings = this.bindings();
      this.expect("satisfies");
      const body = this.expression();
      return { kind, bindings, body, from, to: body.to };
    }
    return this.disjunction();
  }
  private conditional(): Node {
    const { from } = this.expect("if");
    const test = this.expression();
    this.expect("then");
    const then = this.expression();
    this.expect("else");
    const otherwise = this.expression();
    return { kind: "if", test, then, otherwise, from, to: otherwise.to };
  }
  private bindings(): Binding[] {
    const bindings: Binding[] = [];
    do {
      const name = this.name();
      this.expect("in");
      const list = this.expression();
      if (this.isSymbol("..")) {
        this.at++;
        const high = this.expression();
        bindings.push({ name, list: { kind: "range", low: list, high, lowIncluded: true, highIncluded: true, from: list.from, to: high.to } });
      } else bindings.push({ name, list });
    } while (this.accept(","));
    return bindings;
  }
  private disjunction(): Node {
    let left = this.conjunction();
    while (this.isWord("or") && this.accept("or")) left = joined("or", left, this.conjunction());
    return left;
  }
  private conjunction(): Node {
    let left = this.comparison();
    while (this.isWord("and") && this.accept("and")) left = joined("and", left, this.comparison());
    return left;
  }
  private comparison(): Node {
    let left = this.additive();
    while (true) {
      const token = this.peek();
      if (token.kind === "symbol" && COMPARISONS.has(token.text)) {
        this.at++;
        const right = this.additive();
        left = { kind: "compare", op: token.text as Comparison, left, right, from: left.from, to: right.to };
      } else if (this.isWord("between")) {
        this.at++;
        const low = this.additive();
        this.expect("and");
        const high = this.additive();
        left = { kind: "between", value: left, low, high, from: left.from, to: high.to };
      } else if (this.isWord("in")) {
        this.at++;
        left = this.membership(left);
      } else if (this.isWord("instance") && this.isWord("of", 1)) {
        this.at += 2;
        left = { kind: "instance of", value: left, type: this.typeName(), from: left.from, to: this.last };
      } else return left;
    }
  }
  private membership(value: Node): Node {
    if (this.isSymbol("(")) {
      const { from } = this.expect("(");
      const tests = this.tests();
      const only = tests.length === 1 ? tests[0]! : null;
      if (only?.kind === "value" && this.isSymbol("..")) {
        const range = this.rangeFrom(only.value, false, from);
        return { kind: "in", value, tests: [{ kind: "value", value: range, from, to: range.to }], from: value.from, to: range.to };
      }
      this.expect(")");
      return { kind: "in", value, tests, from: value.from, to: this.last };
    }
    const { from, text, kind } = this.peek();
    if (kind === "symbol" && COMPARISONS.has(text)) return { kind: "in", value, tests: [this.test()], from: value.from, to: this.last };
    const test = this.additive();
    return { kind: "in", value, tests: [{ kind: "value", value: test, from, to: test.to }], from: value.from, to: test.to };
  }
  private typeName(): string {
    for (const type of TYPE_NAMES) {
      const words = type.split(" ");
      if (words.every((word, i) => this.isWord(word, i))) {
        this.at += words.length;
        return type;
      }
    }
    throw this.unexpected(`A type is expected: ${TYPE_NAMES.join(", ")}`);
  }
  private additive(): Node {
    let left = this.multiplicative();
    while (this.isSymbol("+") || this.isSymbol("-")) left = calculated(this.symbol("+", "-"), left, this.multiplicative());
    return left;
  }
  private multiplicative(): Node {
    let left = this.exponent();
    while (this.isSymbol("*") || this.isSymbol("/")) left = calculated(this.symbol("*", "/"), left, this.exponent());
    return left;
  }
  private exponent(): Node {
    let left = this.unary();
    while (this.isSymbol("**")) left = calculated(this.symbol("**"), left, this.unary());
    return left;
  }
  private symbol<T extends string>(...symbols: readonly T[]): T {
    const found = symbols.find((symbol) => this.isSymbol(symbol))!;
    this.at++;
    return found;
  }
  private unary(): Node {
    const { from } = this.peek();
    let signs = 0;
    while (this.accept("-")) if (++signs > MAX_DEPTH) throw new FeelSyntaxError(`At most ${MAX_DEPTH} signs in a row`, from, this.last);
    let node = this.postfix();
    for (; signs > 0; signs--)
      node =
        node.kind === "literal" && typeof node.value === "number"
          ? { ...node, value: node.value === 0 ? 0 : -node.value, from }
          : { kind: "negate", operand: node, from, to: node.to };
    return node;
  }
  private postfix(): Node {
    let node = this.primary();
    let links = 0;
    while (true) {
      if (++links > 4 * MAX_DEPTH) throw new FeelSyntaxError("This path is too long", node.from, node.to);
      if (this.isSymbol(".")) {
        this.at++;
        node = { kind: "path", target: node, name: this.name(), from: node.from, to: this.last };
      } else if (this.isSymbol("[") && !this.closesRange()) {
        this.at++;
        const test = this.expression();
        this.expect("]");
        node = { kind: "filter", target: node, test, from: node.from, to: this.last };
      } else if (this.isSymbol("(")) {
        this.at++;
        const args = this.items(")");
        node = { kind: "apply", target: node, args, from: node.from, to: this.last };
      } else return node;
    }
  }
  /** Whether a "[" ends a range, as in `]1..5[`: nothing that could be a filter follows. */
  private closesRange(): boolean {
    const { kind, text } = this.peek(1);
    if (kind === "end") return true;
    return kind === "symbol" ? text === ")" || text === "," || text === "]" || text === "}" : kind === "name" && AFTER_VALUE.has(text);
  }
  private items(close: string): Node[] {
    const items: Node[] = [];
    if (this.accept(close)) return items;
    do items.push(this.expression());
    while (this.accept(","));
    this.expect(close);
    return items;
  }

  private primary(): Node {
    const token = this.peek();
    const { from, to } = token;
    if (token.kind === "number") {
      this.at++;
      const value = parseNumeric(token.text.startsWith(".") ? `0${token.text}` : token.text);
      if (value === null) throw new FeelSyntaxError("This number is out of range", from, to);
      return { kind: "literal", value, from, to };
    }
    if (token.kind === "string") {
      this.at++;
      return { kind: "literal", value: token.text, from, to };
    }
    if (token.kind === "temporal") {
      this.at++;
      const value = parseTemporal(token.text);
      if (value === null) throw new FeelSyntaxError(`"${token.text}" is no date, time, date and time or duration`, from, to);
      return { kind: "literal", value, from, to };
    }
    if (token.kind === "name") return this.named(token);
    if (this.accept("?")) return { kind: "input", from, to };
    if (this.accept("(")) return this.parenthesis(from);
    if (this.accept("[")) return this.listOrRange(from);
    if (this.accept("]")) return this.rangeFrom(this.expression(), false, from);
    if (this.accept("{")) return this.context(from);
    throw this.unexpected("A value is expected");
  }
  private parenthesis(from: number): Node {
    const node = this.expression();
    if (this.isSymbol("..")) return this.rangeFrom(node, false, from);
    this.expect(")");
    return { ...node, from, to: this.last };
  }
  private listOrRange(from: number): Node {
    if (this.accept("]")) return { kind: "list", items: [], from, to: this.last };
    const first = this.expression();
    if (this.isSymbol("..")) return this.rangeFrom(first, true, from);
    const items = [first];
    while (this.accept(",")) items.push(this.expression());
    this.expect("]");
    return { kind: "list", items, from, to: this.last };
  }
  private rangeFrom(low: Node, lowIncluded: boolean, from: number): Node {
    this.expect("..");
    const high = this.expression();
    const highIncluded = this.isSymbol("]");
    if (!highIncluded && !this.isSymbol(")") && !this.isSymbol("[")) throw this.unexpected('A range ends with "]", ")" or "["');
    this.at++;
    return { kind: "range", low, high, lowIncluded, highIncluded, from, to: this.last };
  }
  private context(from: number): Node {
    const entries: { key: string; value: Node }[] = [];
    if (this.accept("}")) return { kind: "context", entries, from, to: this.last };
    do {
      const key = this.key();
      this.expect(":");
      if (entries.some((entry) => entry.key === key)) throw new FeelSyntaxError(`The key "${key}" is given twice`, this.peek().from, this.peek().to);
      entries.push({ key, value: this.expression() });
    } while (this.accept(","));
    this.expect("}");
    return { kind: "context", entries, from, to: this.last };
  }
  private key(): string {
    if (this.peek().kind === "string") return this.tokens[this.at++]!.text;
    const words = [this.name()];
    while (this.peek().kind === "name") words.push(this.name());
    return words.join(" ");
  }
  private named(token: Token): Node {
    const { from, to, text } = token;
    const call = this.functionName(token);
    if (call !== null) return this.call(call, from);
    if (text === "true" || text === "false" || text === "null") {
      this.at++;
      return { kind: "literal", value: text === "null" ? null : text === "true", from, to };
    }
    if (text === "function" && this.isSymbol("(", 1)) return this.functionLiteral(from);
    if (RESERVED.has(text)) throw this.unexpected("A value is expected");
    this.at++;
    return { kind: "name", name: text, from, to };
  }
  /** The longest function name that starts here and is followed by "(". */
  private functionName(token: Token): string | null {
    const candidates = functionNamesByFirstWord.get(token.text);
    for (const candidate of candidates ?? []) {
      if (candidate.words.every((word, i) => this.isWord(word, i)) && this.isSymbol("(", candidate.words.length)) {
        this.at += candidate.words.length;
        return candidate.name;
      }
    }
    return null;
  }
  private call(name: string, from: number): Node {
    this.expect("(");
    if (this.isNamedArgument()) {
      const names: string[] = [];
      const args: Node[] = [];
      do {
        names.push(this.key());
        this.expect(":");
        args.push(this.expression());
      } while (this.accept(","));
      this.expect(")");
      return { kind: "call", name, args, names, from, to: this.last };
    }
    return { kind: "call", name, args: this.items(")"), names: null, from, to: this.last };
  }
  private isNamedArgument(): boolean {
    let ahead = 0;
    while (this.peek(ahead).kind === "name") ahead++;
    return ahead > 0 && this.isSymbol(":", ahead);
  }
  private functionLiteral(from: number): Node {
    this.at += 2;
    const params: string[] = [];
    if (!this.accept(")")) {
      do params.push(this.name());
      while (this.accept(","));
      this.expect(")");
    }
    const body = this.expression();
    return { kind: "function", params, body, from, to: body.to };
  }
}
