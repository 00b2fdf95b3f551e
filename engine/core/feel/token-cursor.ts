/** A position in the tokens of a text, with the few questions that the parser asks there. */
import { FeelSyntaxError, type Token, tokenise } from "./lexer.ts";

export class TokenCursor {
  protected readonly tokens: readonly Token[];
  protected at = 0;

  constructor(source: string) {
    this.tokens = tokenise(source);
  }

  protected peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }
  protected isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "symbol" && token.text === text;
  }
  protected isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "name" && token.text === text;
  }
  protected accept(text: string): boolean {
    if (!this.isSymbol(text) && !this.isWord(text)) return false;
    this.at++;
    return true;
  }
  protected expect(text: string): Token {
    const token = this.peek();
    if (this.accept(text)) return token;
    throw this.unexpected(`"${text}" is expected`);
  }
  protected unexpected(expectation: string): FeelSyntaxError {
    const token = this.peek();
    const found = token.kind === "end" ? "the text ends here" : `here is "${token.text}"`;
    return new FeelSyntaxError(`${expectation}; ${found}`, token.from, Math.max(token.to, token.from + 1));
  }
  protected get last(): number {
    return this.at === 0 ? 0 : this.tokens[this.at - 1]!.to;
  }
  expectEnd(): void {
    if (this.peek().kind !== "end") throw this.unexpected("An operator or the end is expected");
  }
  /** One name, or several words up to `stop`; for keys and parameter names. */
  protected name(): string {
    const token = this.peek();
    if (token.kind !== "name") throw this.unexpected("A name is expected");
    this.at++;
    return token.text;
  }
}
