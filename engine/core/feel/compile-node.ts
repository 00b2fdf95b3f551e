/**
 * Turns syntax trees into closures. Names are resolved here, once: loop variables and parameters to indices, names with a slot to the
 * frame, all others to the scope. Nothing is generated as program text.
 */
import { elementAt, iterate, member, typeName } from "./access.ts";
import { arithmetic, negation } from "./arithmetic.ts";
import { type Binding, type Node, type Test, weigh } from "./ast.ts";
import { builtins, externalFunctions } from "./builtins/registry.ts";
import { both, matches } from "./compare.ts";
import { isNumeric, type Numeric, toDecimal } from "./decimals.ts";
import { itemName } from "./item-name.ts";
import { FeelSyntaxError } from "./lexer.ts";
import { candidates, conjunctsOf, equalityOf, type Probe, rootOf } from "./list-index.ts";
import { compareBy, comparison, connective, ordered } from "./logic.ts";
import type { Env } from "./scope.ts";
import { FeelFunction, FeelRange, type FeelValue, isList, newContext, UNKNOWN, Unknown, WRONG_TYPE } from "./values.ts";

export type Code = (env: Env) => FeelValue;

/** Innermost last. `item` is the element of a filter: its entries are names of their own. */
type Local = { readonly kind: "variable"; readonly name: string; readonly index: number } | { readonly kind: "item"; readonly index: number };
export interface FeelCall {
  readonly name: string;
  /** Arguments that are literals, by position; undefined where computed. */
  readonly literals: readonly (FeelValue | undefined)[];
  readonly from: number;
  readonly to: number;
}
/** What the compilation of one text shares: where names come from, and what was read. */
export interface Names {
  /** Names that are read from the frame. */
  readonly slots: ReadonlyMap<string, number> | null;
  /** All names there are; others are errors. null: any. */
  readonly known: ReadonlySet<string> | null;
  readonly reads: string[][];
  readonly calls: FeelCall[];
}

export class NodeCompiler {
  private readonly names: Names;
  private readonly locals: readonly Local[];
  private readonly depth: number;

  constructor(names: Names, locals: readonly Local[] = []) {
    this.names = names;
    this.locals = locals;
    this.depth = locals.length;
  }
  private within(...added: readonly Local[]): NodeCompiler {
    return new NodeCompiler(this.names, [...this.locals, ...added]);
  }

  compile(node: Node): Code {
    switch (node.kind) {
      case "literal": {
        const { value } = node;
        return () => value;
      }
      case "name":
        return this.name(node.name, [node.name], node);
      case "input":
        return (env) => env.input;
      case "path":
        return this.path(node);
      case "filter":
        return this.filter(node.target, node.test);
      case "arithmetic": {
        const { op } = node;
        const [left, right] = [this.compile(node.left), this.compile(node.right)];
        return (env) => arithmetic(op, left(env), right(env));
      }
      case "negate": {
        const operand = this.compile(node.operand);
        return (env) => negation(operand(env));
      }
      case "compare":
        return comparison(node.op, this.compile(node.left), this.compile(node.right));
      case "and":
      case "or":
        return connective(node.kind === "and", this.compile(node.left), this.compile(node.right));
      case "between": {
        const [value, low, high] = [this.compile(node.value), this.compile(node.low), this.compile(node.high)];
        return (env) => {
          const subject = value(env);
          return both(ordered(">=", subject, low(env)), ordered("<=", subject, high(env)));
        };
      }
      case "in": {
        const value = this.compile(node.value);
        const tests = node.tests.map((test) => this.test(test));
        return (env) => {
          const outer = env.input;
          env.input = value(env);
          let result: boolean | Unknown = false;
          for (const test of tests) {
            const answer = test(env);
            if (answer === true) {
              result = true;
              break;
            }
            if (answer !== false) result = answer;
          }
          env.input = outer;
          return result;
        };
      }
      case "instance of": {
        const value = this.compile(node.value);
        const { type } = node;
        return (env) => {
          const subject = value(env);
          return subject instanceof Unknown ? subject : type === "Any" ? subject !== null : typeName(subject) === type;
        };
      }
      case "if": {
        const [test, then, otherwise] = [this.compile(node.test), this.compile(node.then), this.compile(node.otherwise)];
        return (env) => {
          const answer = test(env);
          if (answer === true) return then(env);
          return answer instanceof Unknown ? answer : answer === false || answer === null ? otherwise(env) : WRONG_TYPE;
        };
      }
      case "for":
        return this.loop(node.bindings, node.body);
      case "some":
      case "every":
        return this.quantifier(node.kind === "some", node.bindings, node.body);
      case "list": {
        const items = node.items.map((item) => this.compile(item));
        return (env) => items.map((item) => item(env));
      }
      case "context":
        return this.context(node.entries);
      case "range": {
        const [low, high] = [this.compile(node.low), this.compile(node.high)];
        const { lowIncluded, highIncluded } = node;
        return (env) => {
          const from = low(env);
          const to = high(env);
          return from instanceof Unknown ? from : to instanceof Unknown ? to : new FeelRange(from, to, lowIncluded, highIncluded);
        };
      }
      case "call":
        return this.call(node);
      case "apply":
        return this.apply(node);
      case "function":
        return this.functionLiteral(node.params, node.body);
    }
  }

  /** One test of `env.input`. */
  test(test: Test): (env: Env) => boolean | Unknown {
    const value = this.compile(test.value);
    if (test.kind === "end") {
      const { op } = test;
      return (env) => compareBy(op, env.input, value(env));
    }
    return (env) => {
      const against = value(env);
      return against instanceof Unknown ? against : matches(env.input, against);
    };
  }

  /**
   * What a name means, from the innermost scope outwards. `read` is what to note where it comes from outside; null where an element of a
   * filter may hide it, so that only names known to exist are noted.
   */
  private name(name: string, read: string[] | null, node: Node, below = this.locals.length): Code {
    for (let i = below - 1; i >= 0; i--) {
      const local = this.locals[i]!;
      const { index } = local;
      if (local.kind === "variable" ? local.name === name : name === "item") return (env) => env.locals[index]!;
      if (local.kind === "item") return itemName(index, name, this.name(name, null, node, i));
    }
    const { slots, known, reads } = this.names;
    const slot = slots?.get(name);
    const isKnown = slot !== undefined || known?.has(name) === true;
    if (read !== null && known !== null && !isKnown) throw new FeelSyntaxError(`"${name}" is not known here`, node.from, node.to);
    if (read !== null || isKnown) reads.push(read ?? [name]);
    if (slot !== undefined) return (env) => env.frame[slot]!;
    return (env) => {
      const value = env.scope.get(name);
      return value === undefined ? UNKNOWN : value;
    };
  }

  private path(node: Node & { readonly kind: "path" }): Code {
    const { name } = node;
    const read = this.staticPath(node);
    const target = read === null ? this.compile(node.target) : this.staticTarget(node.target, read);
    return (env) => member(target(env), name);
  }
  /** `a.b.c` as a list of names, where `a` is no local variable and no entry of a filter's element can hide it. */
  private staticPath(node: Node): string[] | null {
    if (node.kind === "path") {
      const outer = this.staticPath(node.target);
      return outer === null ? null : [...outer, node.name];
    }
    return node.kind === "name" && this.locals.every((local) => local.kind === "variable" && local.name !== node.name) ? [node.name] : null;
  }
  /** Compiles a prefix of a static path; only the whole path counts as read. */
  private staticTarget(node: Node, read: string[]): Code {
    if (node.kind === "path") {
      const target = this.staticTarget(node.target, read);
      const { name } = node;
      return (env) => member(target(env), name);
    }
    return this.name((node as Node & { kind: "name" }).name, read, node);
  }

  private filter(targetNode: Node, testNode: Node): Code {
    const target = this.compile(targetNode);
    if (testNode.kind === "literal" && isNumeric(testNode.value)) {
      const position = toDecimal(testNode.value as Numeric).toNumber();
      return (env) => elementAt(target(env), position);
    }
    const index = this.depth;
    const test = this.within({ kind: "item", index }).compile(testNode);
    const weight = weigh(testNode);
    const probes = this.probes(testNode);
    return (env) => {
      const value = target(env);
      if (value instanceof Unknown) return value;
      const list = isList(value) ? value : value === null ? [] : [value];
      const kept: FeelValue[] = [];
      const outer = env.locals[index]!;
      for (const item of probes.length === 0 ? list : (candidates(list, probes, env) ?? list)) {
        env.charge(weight);
        env.locals[index] = item;
        const answer = test(env);
        if (answer === true) kept.push(item);
        else if (isNumeric(answer)) {
          env.locals[index] = outer;
          return elementAt(list, toDecimal(answer as Numeric).toNumber());
        } else if (answer instanceof Unknown) {
          // Whether this element belongs is not known, so neither is the list.
          env.locals[index] = outer;
          return answer;
        }
      }
      env.locals[index] = outer;
      return kept;
    };
  }

  /** Conditions of a filter that compare an entry of the element with a literal or with a loop variable's member. */
  private probes(testNode: Node): readonly Probe[] {
    return conjunctsOf(testNode).flatMap((node) =>
      equalityOf(node).flatMap(({ field, other }): Probe[] => {
        if (other.kind === "literal") return [{ field, root: null, value: this.compile(other) }];
        const root = rootOf(other);
        const local = this.locals.findLast((each) => each.kind === "item" || each.name === root);
        return root === null || local?.kind !== "variable" ? [] : [{ field, root, value: this.compile(other) }];
      }),
    );
  }

  private bindings(bindings: readonly Binding[]): { readonly lists: readonly Code[]; readonly inner: NodeCompiler; readonly first: number } {
    const first = this.depth;
    let inner: NodeCompiler = this;
    const lists = bindings.map(({ name, list }) => {
      const code = inner.compile(list);
      inner = inner.within({ kind: "variable", name, index: inner.depth });
      return code;
    });
    return { lists, inner, first };
  }
  private loop(bindings: readonly Binding[], bodyNode: Node): Code {
    const { lists, inner, first } = this.bindings(bindings);
    const partial = inner.depth;
    const body = inner.within({ kind: "variable", name: "partial", index: partial }).compile(bodyNode);
    const weight = weigh(bodyNode);
    return (env) => {
      const results: FeelValue[] = [];
      const failure = iterate(env, lists, first, 0, () => {
        env.charge(weight);
        env.locals[partial] = results;
        results.push(body(env));
        return false;
      });
      return failure ?? results;
    };
  }
  private quantifier(isSome: boolean, bindings: readonly Binding[], bodyNode: Node): Code {
    const { lists, inner, first } = this.bindings(bindings);
    const body = inner.compile(bodyNode);
    const weight = weigh(bodyNode);
    return (env) => {
      let result: FeelValue = !isSome;
      const failure = iterate(env, lists, first, 0, () => {
        env.charge(weight);
        const answer = body(env);
        if (answer === isSome) {
          result = isSome;
          return true;
        }
        if (answer instanceof Unknown) result = answer;
        else if (typeof answer !== "boolean" && answer !== null) result = WRONG_TYPE;
        else if (answer === null && !isSome && result === true) result = false;
        return false;
      });
      return result === isSome ? result : (failure ?? result);
    };
  }
  private context(entries: readonly { readonly key: string; readonly value: Node }[]): Code {
    let inner: NodeCompiler = this;
    const codes = entries.map(({ key, value }) => {
      const code = inner.compile(value);
      const index = inner.depth;
      inner = inner.within({ kind: "variable", name: key, index });
      return { key, code, index };
    });
    return (env) => {
      const out = newContext();
      for (const { key, code, index } of codes) {
        const value = code(env);
        out[key] = value;
        env.locals[index] = value;
      }
      return out;
    };
  }

  private call(node: Node & { readonly kind: "call" }): Code {
    const { name } = node;
    const builtin = builtins.get(name);
    const target = builtin ?? externalFunctions.get(name)!;
    const nodes = node.names === null ? node.args : this.positional(node, target.params);
    const max = builtin === undefined ? target.params.length : builtin.max;
    if (nodes.length < target.min || nodes.length > max)
      throw new FeelSyntaxError(`${target.signature} does not take ${nodes.length} argument${nodes.length === 1 ? "" : "s"}`, node.from, node.to);
    const args = nodes.map((arg) => this.compile(arg));
    this.names.calls.push({ name, literals: nodes.map((arg) => (arg.kind === "literal" ? arg.value : undefined)), from: node.from, to: node.to });
    if (builtin === undefined)
      return (env) =>
        env.scope.call === undefined
          ? UNKNOWN
          : env.scope.call(
              name,
              args.map((arg) => arg(env)),
            );
    const { run } = builtin;
    return (env) =>
      run(
        args.map((arg) => arg(env)),
        (operations) => env.charge(operations),
      );
  }
  private positional(node: Node & { readonly kind: "call" }, params: readonly string[]): readonly Node[] {
    const byPosition: Node[] = [];
    node.names!.forEach((name, i) => {
      const at = params.indexOf(name);
      if (at < 0 || byPosition[at] !== undefined)
        throw new FeelSyntaxError(`${node.name} has no parameter "${name}", or it is given twice; it has ${params.join(", ")}`, node.from, node.to);
      byPosition[at] = node.args[i]!;
    });
    for (let i = 0; i < byPosition.length; i++) byPosition[i] ??= { kind: "literal", value: null, from: node.from, to: node.to };
    return byPosition;
  }
  private apply(node: Node & { readonly kind: "apply" }): Code {
    if (node.target.kind === "name" && !this.locals.some((local) => local.kind === "item" || local.name === (node.target as { name: string }).name)) {
      throw new FeelSyntaxError(`There is no function "${node.target.name}"`, node.target.from, node.target.to);
    }
    const target = this.compile(node.target);
    const args = node.args.map((arg) => this.compile(arg));
    return (env) => {
      const callee = target(env);
      if (!(callee instanceof FeelFunction)) return callee instanceof Unknown ? callee : WRONG_TYPE;
      return callee.invoke(args.map((arg) => arg(env)));
    };
  }
  private functionLiteral(params: readonly string[], bodyNode: Node): Code {
    let inner: NodeCompiler = this;
    for (const name of params) inner = inner.within({ kind: "variable", name, index: inner.depth });
    const body = inner.compile(bodyNode);
    const first = this.depth;
    const weight = weigh(bodyNode);
    return (env) => {
      const captured = env.locals.slice(0, first);
      return new FeelFunction(params.length, (args) => {
        env.charge(weight);
        env.enterCall();
        const outer = env.locals;
        env.locals = captured.slice();
        params.forEach((_, i) => {
          env.locals[first + i] = args[i] ?? null;
        });
        const result = body(env);
        env.locals = outer;
        env.leaveCall();
        return result;
      });
    };
  }
}
