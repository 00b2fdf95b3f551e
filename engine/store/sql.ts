/** Builds the where part of a statement: text of ours with `?`, values of the caller's as parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  readonly #parts: string[] = [];

  /** `?` stands for the values, in order. */
  add(condition: string, ...values: readonly unknown[]): this {
    let next = 0;
    this.#parts.push(`(${condition.replace(/\?/g, () => this.value(values[next++]))})`);
    return this;
  }

  /** Adds a value and gives its placeholder. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#parts.length === 0 ? "true" : this.#parts.join(" and ");
  }
}
