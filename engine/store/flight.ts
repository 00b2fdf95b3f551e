/**
 * One flight to PostgreSQL: statements that leave in one packet with one Sync at their end, and are answered in one.
 *
 * The driver gives every statement its own Sync (a flush by the server, a wake-up here) and has every result described anew; together that was
 * half of what an event cost in this process. A submittable of its own, as the driver's cursors are, saves both: columns of a prepared
 * statement are described once per connection.
 */
import { createRequire } from "node:module";
import { TYPES } from "./pg-types.ts";

export type Copied = Uint8Array<SharedArrayBuffer>;

export interface FlightResult {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number;
  /** First word of the server's tag: SELECT, COMMIT, ROLLBACK ... */
  readonly command: string;
  /** What COPY gave, in memory that threads share; empty otherwise. */
  readonly copied: Copied;
}

interface Part {
  /** "" is not prepared. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly into: SharedArrayBuffer | undefined;
  readonly resolve: (result: FlightResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What of the driver's connection is used: its messages. */
interface Wire {
  /** Where all its messages go through. */
  _send(bytes: Buffer): unknown;
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly unknown[]; readonly valueMapper: (value: unknown) => unknown }): void;
  describe(message: { readonly type: "P"; readonly name: string }): void;
  execute(message: object): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}
/** "parsed": its columns are not known yet. "doubtful": a flight failed that was to parse it, so the server may have it or not. */
type Prepared = readonly Column[] | "parsed" | "doubtful";

const prepared = new WeakMap<object, Map<string, Prepared>>();
const { prepareValue } = createRequire(import.meta.url)("pg/lib/utils.js") as { readonly prepareValue: (value: unknown) => unknown };
/** Texts that an array takes in as they are, between quotes. */
const isPlain = (value: unknown): boolean => typeof value === "string" && !/["\\]/.test(value);
const toWire = (value: unknown): unknown => (Array.isArray(value) && value.every(isPlain) ? arrayOf(value) : prepareValue(value));
const arrayOf = (texts: readonly string[]): string => (texts.length === 0 ? "{}" : `{"${texts.join('","')}"}`);
const NO_COLUMNS: readonly Column[] = [];
const NO_BYTES: Copied = new Uint8Array(new SharedArrayBuffer(0));
/** Characters of a statement without a name that its failure tells. */
const TOLD = 400;
const FIRST_BYTES = 1 << 20;

/** Filled by `add`, handed to `client.query` once; the driver then calls `submit` and the handlers. */
export class Flight {
  readonly #parts: Part[] = [];
  #known: Map<string, Prepared> = new Map();
  #fresh: string[] = [];
  #at = 0;
  #columns: readonly Column[] = NO_COLUMNS;
  #rows: Record<string, unknown>[] = [];
  #copy = NO_BYTES;
  #copied = 0;
  #fault: unknown;

  /** `into`: memory for what COPY gives, where it suffices. */
  add(name: string, text: string, values: readonly unknown[], into?: SharedArrayBuffer): Promise<FlightResult> {
    return new Promise((resolve, reject) => {
      this.#parts.push({ name, text, values, into, resolve, reject });
    });
  }

  submit(connection: unknown): Error | null {
    const wire = connection as Wire;
    this.#known = prepared.get(wire) ?? new Map();
    prepared.set(wire, this.#known);
    const bytes: Buffer[] = [];
    const gather = Object.create(wire, { _send: { value: (message: Buffer) => bytes.push(message) } }) as Wire;
    try {
      for (const part of this.#parts) this.#write(gather, part);
    } catch (error) {
      // A value that cannot be written: what stands before it runs, and the failure is told when the server has answered.
      this.#fault = error;
    }
    gather.sync();
    wire._send(Buffer.concat(bytes));
    this.#begin();
    return null;
  }

  #write(wire: Wire, { name, text, values }: Part): void {
    const known = name === "" ? undefined : this.#known.get(name);
    if (known === undefined || known === "doubtful") {
      if (known === "doubtful") wire.close({ type: "S", name });
      wire.parse({ text, name });
      if (name !== "") {
        this.#known.set(name, "parsed");
        this.#fresh.push(name);
      }
    }
    wire.bind({ statement: name, values, valueMapper: toWire });
    if (!Array.isArray(known)) wire.describe({ type: "P", name: "" });
    wire.execute({});
  }

  /** Makes ready for the rows of the next statement. */
  #begin(): void {
    const name = this.#parts[this.#at]?.name ?? "";
    const known = name === "" ? undefined : this.#known.get(name);
    this.#columns = Array.isArray(known) ? known : NO_COLUMNS;
    this.#rows = [];
    const into = this.#parts[this.#at]?.into;
    this.#copy = into === undefined ? NO_BYTES : new Uint8Array(into);
    this.#copied = 0;
  }

  handleRowDescription(message: { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] }): void {
    this.#columns = message.fields.map((field) => ({ name: field.name, read: TYPES.getTypeParser(field.dataTypeID) }));
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const { fields } = message;
    try {
      for (let n = 0; n < fields.length; n++) {
        const [column, text] = [this.#columns[n], fields[n]];
        if (column !== undefined) row[column.name] = text === null || text === undefined ? null : column.read(text);
      }
    } catch (error) {
      this.#fault ??= error;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const part = this.#parts[this.#at];
    if (part === undefined) return;
    const name = part.name;
    if (name !== "" && !Array.isArray(this.#known.get(name))) this.#known.set(name, this.#columns);
    this.#at += 1;
    const words = message.text.split(" ");
    const count = Number(words.at(-1));
    const copied = this.#copy.subarray(0, this.#copied);
    if (this.#fault === undefined) part.resolve({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count, command: words[0] ?? "", copied });
    else part.reject(this.#fault);
    this.#begin();
  }

  handleReadyForQuery(): void {
    this.#failRest(this.#fault);
  }

  /** The server skips the rest of the flight. */
  handleError(error: unknown): void {
    const part = this.#parts[this.#at];
    // For the log: the database names no statement, and a flight has many.
    if (part !== undefined && error instanceof Error) Object.assign(error, { statement: part.name === "" ? part.text.slice(0, TOLD) : part.name });
    for (const name of this.#fresh) if (!Array.isArray(this.#known.get(name))) this.#known.set(name, "doubtful");
    this.#failRest(error);
  }

  #failRest(error: unknown): void {
    for (; this.#at < this.#parts.length; this.#at++) this.#parts[this.#at]?.reject(error);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(wire: { sendCopyFail(reason: string): void }): void {
    wire.sendCopyFail("Nothing is copied in here.");
  }

  /** The chunk is a view of what the driver reads into next. */
  handleCopyData({ chunk }: { readonly chunk: Uint8Array }): void {
    const needed = this.#copied + chunk.length;
    if (needed > this.#copy.length) {
      const larger = new Uint8Array(new SharedArrayBuffer(Math.max(FIRST_BYTES, 2 * this.#copy.length, needed)));
      larger.set(this.#copy.subarray(0, this.#copied));
      this.#copy = larger;
    }
    this.#copy.set(chunk, this.#copied);
    this.#copied = needed;
  }
}
