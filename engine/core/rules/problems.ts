/** Collects what is wrong with a definition while it is compiled, so that all of it is told at once. */
import { EngineError } from "../errors.ts";
import { type CompileOptions, compileFeel, compileUnaryTests, type Expression, type UnaryTest } from "../feel/compile.ts";
import { FeelSyntaxError } from "../feel/lexer.ts";

export interface DefinitionError {
  /** JSON pointer into the definition. */
  readonly path: string;
  readonly message: string;
  /** Offsets in the text at `path`, for FEEL. */
  readonly from?: number;
  readonly to?: number;
}

export class DefinitionErrors {
  readonly list: DefinitionError[] = [];

  add(path: string, message: string): void {
    this.list.push({ path, message });
  }
  /** The expression, or undefined with its error noted. */
  feel(path: string, text: string, options: CompileOptions): Expression | undefined {
    return this.attempt(path, () => compileFeel(text, options));
  }
  unaryTests(path: string, text: string, options: CompileOptions): UnaryTest | undefined {
    return this.attempt(path, () => compileUnaryTests(text, options));
  }
  private attempt<T>(path: string, compile: () => T): T | undefined {
    try {
      return compile();
    } catch (error) {
      if (!(error instanceof FeelSyntaxError)) throw error;
      this.list.push({ path, message: error.message, from: error.from, to: error.to });
      return undefined;
    }
  }
  /** Throws `definition_invalid` where anything was noted. */
  refuse(key: string): void {
    const first = this.list[0];
    if (first === undefined) return;
    const more = this.list.length > 1 ? ` (and ${this.list.length - 1} more)` : "";
    throw new EngineError("definition_invalid", `${key}${first.path}: ${first.message}${more}`, { key, errors: this.list });
  }
}
/** Escapes a name for a JSON pointer (RFC 6901). */
export const pointer = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
