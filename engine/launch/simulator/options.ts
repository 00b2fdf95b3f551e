/** The simulator's command line. */
import { parseArgs } from "node:util";
import { isJsonObject } from "../../schema/json.ts";

export const USAGE = `Usage: contract-simulator.ts <contract> [options]

Sends signed events of a contract, and receives the ones that are sent to the other side.

  --help                 says this
  --list                 names the contract's events, with a sample of what each carries
  --event <name>         sends this event; the data is a sample of its schema
  --org <code>           org of the event
  --subject <ref>        what the event is about: a record's code
  --set <path>=<value>   a value in the data, for example items.0.sequence=7; may be repeated
  --actor <json>         the actor of the envelope
  --sequence <n>         first sequence number (the clock's milliseconds: later than whatever was sent before); --no-sequence leaves it out
  --count <n>            so many events, with rising sequence and an id of their own (1)
  --duplicate            sends each of them twice
  --reorder              sends the last one first
  --delay <ms>           waits between two events
  --listen <port>        receives what is sent to the other side, and checks its signature
  --url <address>        where Gatehouse is (http://localhost:<PORT>, PORT being 3000)
  --client <id>          signing client (the contract's inbound source)
  --secret <text>        its secret; else CONTRACT_SECRET, else contract-secrets.json of the data folder, else the demo's
  --data <folder>        data folder (GATEHOUSE_DATA or .data)
  --now <instant>        the clock to sign by, where it is not this machine's (test mode)
`;

export interface SimulatorOptions {
  readonly contract: string;
  readonly list: boolean;
  readonly event: string | null;
  readonly org: string | null;
  readonly subject: string | null;
  readonly set: readonly string[];
  readonly actor: string | null;
  /** null: events carry no sequence; "clock": it is taken from the clock, so that one command after another is in order. */
  readonly sequence: number | "clock" | null;
  readonly count: number;
  readonly duplicate: boolean;
  readonly reorder: boolean;
  readonly delayMs: number;
  readonly listen: number | null;
  readonly url: string;
  readonly client: string | null;
  readonly secret: string | null;
  readonly dataFolder: string;
  readonly now: string | null;
}

/** The options; or a sentence about what is wrong with them, an empty one where only help is asked for. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): SimulatorOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        list: { type: "boolean", default: false },
        event: { type: "string" },
        org: { type: "string" },
        subject: { type: "string" },
        set: { type: "string", multiple: true, default: [] },
        actor: { type: "string" },
        sequence: { type: "string" },
        "no-sequence": { type: "boolean", default: false },
        count: { type: "string", default: "1" },
        duplicate: { type: "boolean", default: false },
        reorder: { type: "boolean", default: false },
        delay: { type: "string", default: "0" },
        listen: { type: "string" },
        url: { type: "string", default: `http://localhost:${env["PORT"] ?? 3000}` },
        client: { type: "string" },
        secret: { type: "string" },
        data: { type: "string" },
        now: { type: "string" },
      },
    });
    if (values.help) return "";
    const [contract] = positionals;
    if (contract === undefined || positionals.length > 1) return "Name one contract.";
    const count = Number(values.count);
    const sequence = values.sequence === undefined ? "clock" : Number(values.sequence);
    const delayMs = Number(values.delay);
    const listen = values.listen === undefined ? null : Number(values.listen);
    if (!Number.isInteger(count) || count < 1 || count > 100_000) return "--count must be a whole number from 1 to 100,000.";
    if (sequence !== "clock" && (!Number.isSafeInteger(sequence) || sequence < 1)) return "--sequence must be a whole number from 1.";
    if (!Number.isInteger(delayMs) || delayMs < 0) return "--delay must be milliseconds.";
    if (listen !== null && (!Number.isInteger(listen) || listen < 0 || listen > 65_535)) return "--listen must be a port.";
    if (!URL.canParse(values.url)) return "--url must be an address such as http://localhost:3000.";
    if (values.now !== undefined && Number.isNaN(Date.parse(values.now))) return "--now must be an instant such as 2026-02-02T09:00:00+03:00.";
    const unset = values.set.find((each) => !each.includes("="));
    if (unset !== undefined) return `--set ${unset}: write <path>=<value>.`;
    if (values.actor !== undefined && !isObject(values.actor)) return '--actor must be a JSON object such as {"wms_user":"anna","role":"manager"}.';
    if (!values.list && values.event === undefined && listen === null) return "Nothing to do: give --event, --listen or --list.";
    return {
      contract,
      list: values.list,
      event: values.event ?? null,
      org: values.org ?? null,
      subject: values.subject ?? null,
      set: values.set,
      actor: values.actor ?? null,
      sequence: values["no-sequence"] ? null : sequence,
      count,
      duplicate: values.duplicate,
      reorder: values.reorder,
      delayMs,
      listen,
      url: values.url.replace(/\/$/, ""),
      client: values.client ?? null,
      secret: values.secret ?? env["CONTRACT_SECRET"] ?? null,
      dataFolder: values.data ?? env["GATEHOUSE_DATA"] ?? ".data",
      now: values.now ?? null,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isObject(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}
