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
  readonly rows: Row[];
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
  /** null: nobody reads what it gives. */
  readonly resolve: ((result: FlightResult) => void) | null;
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
type Row = Record<string, unknown>;
/** `blank`: a row with all columns and no values, so that rows of one statement are of one shape. */
interface Shape {
  readonly columns: readonly Column[];
  readonly blank: Row;
}
/** "parsed": its columns are not known yet. "doubtful": a flight failed that was to parse it, so the server may have it or not. */
type Prepared = Shape | "parsed" | "doubtful";

/** What a connection has: its prepared statements, and a stand-in for it that gathers messages instead of sending them. */
interface Line {
  readonly prepared: Map<string, Prepared>;
  readonly gather: Wire;
  gathered: Buffer[];
}

const lines = new WeakMap<object, Line>();

function lineOf(wire: Wire): Line {
  let line = lines.get(wire);
  if (line === undefined) {
    const gather = Object.create(wire) as Wire;
    line = { prepared: new Map(), gather, gathered: [] };
    const own = line;
    gather._send = (bytes) => own.gathered.push(bytes);
    lines.set(wire, line);
  }
  return line;
}

/** Messages that run a prepared statement without values: the same on every connection. */
const fixed = new Map<string, Buffer>();
const { prepareValue } = createRequire(import.meta.url)("pg/lib/utils.js") as { readonly prepareValue: (value: unknown) => unknown };
/** Texts that an array takes in as they are, between quotes. */
const isPlain = (value: unknown): boolean => typeof value === "string" && !/["\\]/.test(value);
const toWire = (value: unknown): unknown => (Array.isArray(value) && value.every(isPlain) ? arrayOf(value) : prepareValue(value));
const arrayOf = (texts: readonly string[]): string => (texts.length === 0 ? "{}" : `{"${texts.join('","')}"}`);
const NO_SHAPE: Shape = { columns: [], blank: {} };
const NO_PREPARED: Map<string, Prepared> = new Map();
const NO_BYTES: Copied = new Uint8Array(new SharedArrayBuffer(0));
/** Characters of a statement without a name that its failure tells. */
const TOLD = 400;
const FIRST_BYTES = 1 << 20;

/** Filled by `add`, handed to `client.query` once; the driver then calls `submit` and the handlers. */
export class Flight {
  readonly #parts: Part[] = [];
  #known = NO_PREPARED;
  readonly #fresh: string[] = [];
  #at = 0;
  #shape = NO_SHAPE;
  #rows: Row[] = [];
  #copy = NO_BYTES;
  #copied = 0;
  #fault: unknown;

  /** `into`: memory for what COPY gives, where it suffices. */
  add(name: string, text: string, values: readonly unknown[], into?: SharedArrayBuffer): Promise<FlightResult> {
    return new Promise((resolve, reject) => {
      this.#parts.push({ name, text, values, into, resolve, reject });
    });
  }

  /** Of a statement whose result nobody reads: only its failure is told, in its place. */
  addUnread(name: string, text: string, values: readonly unknown[], reject: (error: unknown) => void): void {
    this.#parts.push({ name, text, values, into: undefined, resolve: null, reject });
  }

  submit(connection: unknown): Error | null {
    const wire = connection as Wire;
    const line = lineOf(wire);
    this.#known = line.prepared;
    line.gathered = [];
    try {
      for (const part of this.#parts) this.#write(line, part);
    } catch (error) {
      // A value that cannot be written: what stands before it runs, and the failure is told when the server has answered.
      this.#fault = error;
    }
    line.gather.sync();
    wire._send(Buffer.concat(line.gathered));
    this.#begin();
    return null;
  }

  #write(line: Line, { name, text, values }: Part): void {
    const wire = line.gather;
    const known = name === "" ? undefined : this.#known.get(name);
    const isFixed = typeof known === "object" && values.length === 0;
    const ready = isFixed ? fixed.get(name) : undefined;
    if (ready !== undefined) {
      line.gathered.push(ready);
      return;
    }
    const from = line.gathered.length;
    if (known === undefined || known === "doubtful") {
      if (known === "doubtful") wire.close({ type: "S", name });
      wire.parse({ text, name });
      if (name !== "") {
        this.#known.set(name, "parsed");
        this.#fresh.push(name);
      }
    }
    wire.bind({ statement: name, values, valueMapper: toWire });
    if (typeof known !== "object") wire.describe({ type: "P", name: "" });
    wire.execute({});
    if (isFixed) fixed.set(name, Buffer.concat(line.gathered.slice(from)));
  }

  /** Makes ready for the rows of the next statement. */
  #begin(): void {
    const part = this.#parts[this.#at];
    const known = part === undefined || part.name === "" ? undefined : this.#known.get(part.name);
    this.#shape = typeof known === "object" ? known : NO_SHAPE;
    this.#rows = [];
    this.#copy = part?.into === undefined ? NO_BYTES : new Uint8Array(part.into);
    this.#copied = 0;
  }

  handleRowDescription(message: { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] }): void {
    const columns = message.fields.map((field) => ({ name: field.name, read: TYPES.getTypeParser(field.dataTypeID) }));
    this.#shape = { columns, blank: Object.fromEntries(columns.map(({ name }) => [name, null])) };
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    if (this.#parts[this.#at]?.resolve === null) return;
    const { columns, blank } = this.#shape;
    const row: Row = { ...blank };
    const { fields } = message;
    try {
      for (let n = 0; n < fields.length; n++) {
        const [column, text] = [columns[n], fields[n]];
        if (column !== undefined && typeof text === "string") row[column.name] = column.read(text);
      }
    } catch (error) {
      this.#fault ??= error;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const part = this.#parts[this.#at];
    if (part === undefined) return;
    const { name, resolve } = part;
    if (name !== "" && typeof this.#known.get(name) !== "object") this.#known.set(name, this.#shape);
    this.#at += 1;
    if (this.#fault !== undefined) part.reject(this.#fault);
    else if (resolve !== null) {
      const { text } = message;
      const [first, last] = [text.indexOf(" "), text.lastIndexOf(" ")];
      const count = last < 0 ? 0 : Number(text.slice(last));
      const copied = this.#copied === 0 ? NO_BYTES : this.#copy.subarray(0, this.#copied);
      resolve({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count, command: first < 0 ? text : text.slice(0, first), copied });
    }
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
    for (const name of this.#fresh) if (typeof this.#known.get(name) !== "object") this.#known.set(name, "doubtful");
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
