/**
 * Plays the other side of a contract from the command line: sends signed events, also twice or out of order, and receives what
 * is sent there. Asks nothing; ends when all is sent, or with Ctrl-C while it listens.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../core/errors.ts";
import type { ContractDefinition } from "../schema/contract.ts";
import type { JsonObject } from "../schema/json.ts";
import { signBody } from "../service/contract/contract-signature.ts";
import { readPacks } from "../service/definitions/load-packs.ts";
import { readFixture } from "../service/fixture/fixture.ts";
import { envelopesFor } from "./simulator/envelopes.ts";
import { readOptions, type SimulatorOptions, USAGE } from "./simulator/options.ts";
import { type Receiver, startReceiver } from "./simulator/receiver.ts";
import { sampleOf } from "./simulator/sample.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * Does what the options say; `say` gets one line for each event sent or received.
 *
 * - returns how many events were refused, and the receiver where it listens
 * - throws EngineError `definition_not_found`, `event_unknown`, `key_unknown`, and `unavailable` where nothing answers
 */
export async function simulate(
  options: SimulatorOptions,
  say: (line: string) => void,
): Promise<{ readonly refused: number; readonly receiver: Receiver | null }> {
  const contract = contractOf(options.contract);
  if (options.list) list(contract, say, nowOf(options));
  const client = options.client ?? contract.inboundSource;
  const secret = options.list && options.event === null && options.listen === null ? "" : secretOf(options, client);
  const receiver =
    options.listen === null
      ? null
      : await startReceiver({
          port: options.listen,
          secret,
          maxSkewSeconds: contract.maxSkewSeconds,
          nowMs: () => Date.parse(nowOf(options)),
          onReceived: ({ verdict, envelope }) =>
            say(`<- ${String(envelope?.["idempotency_key"] ?? "?")}  ${verdict}${envelope === null ? "" : `  ${JSON.stringify(envelope)}`}`),
        });
  if (receiver !== null) for (const line of invitation(contract, receiver.port, secret === demoSecret(client) ? secret : "<the same secret>")) say(line);
  let refused = 0;
  if (options.event !== null) {
    for (const [index, envelope] of envelopesFor(contract, options, nowOf(options)).entries()) {
      if (index > 0 && options.delayMs > 0) await new Promise((wake) => setTimeout(wake, options.delayMs));
      const { status, result } = await post(options, { client, secret, envelope });
      if (status >= 400) refused += 1;
      say(`-> ${String(envelope["idempotency_key"])}  ${status} ${result}`);
    }
  }
  return { refused, receiver };
}

async function post(
  options: SimulatorOptions,
  { client, secret, envelope }: { readonly client: string; readonly secret: string; readonly envelope: JsonObject },
): Promise<{ readonly status: number; readonly result: string }> {
  const body = JSON.stringify(envelope);
  const timestamp = String(Math.floor(Date.parse(nowOf(options)) / 1000));
  const answer = await reach(options.url, `/api/v1/contracts/${encodeURIComponent(options.contract)}/events`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-gatehouse-key": client,
      "x-gatehouse-timestamp": timestamp,
      "x-gatehouse-signature": signBody(secret, timestamp, body),
    },
    body,
  });
  const said = (await answer.json().catch(() => ({}))) as { readonly result?: string; readonly code?: string; readonly detail?: string };
  const result = answer.ok ? (said.result ?? "taken") : `${said.code ?? "no answer"}: ${said.detail ?? ""}`;
  return { status: answer.status, result };
}

async function reach(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (error) {
    const cause = (error as Error).cause as { readonly code?: string } | undefined;
    const why = `Nothing answers at ${url} (${cause?.code ?? (error as Error).message}). Start Gatehouse, or say with --url where it is.`;
    throw new EngineError("unavailable", why, {}, { cause: error });
  }
}

/** How Gatehouse is told to send there; a secret that is not the demo's stays with whoever gave it. */
function invitation({ key, outboundSource }: ContractDefinition, port: number, secret: string): readonly string[] {
  const name = key.slice(key.indexOf(".") + 1);
  const endpoint = { url: `http://127.0.0.1:${port}/`, clientId: outboundSource, secret };
  return [
    `Listening on ${endpoint.url}; Gatehouse sends there when it is started with`,
    `  ALLOWED_HOSTS=127.0.0.1 CONTRACT_ENDPOINTS='${JSON.stringify({ [name]: endpoint })}'`,
  ];
}

const nowOf = ({ now }: SimulatorOptions): string => (now === null ? new Date() : new Date(now)).toISOString();

function contractOf(ref: string): ContractDefinition {
  const contracts = readPacks(ROOT).filter((definition) => definition.kind === "contract");
  const found = contracts.find(({ key }) => key === ref || key.slice(key.indexOf(".") + 1) === ref);
  if (found !== undefined) return found;
  throw new EngineError("definition_not_found", `There is no contract "${ref}"; there is ${contracts.map(({ key }) => key).join(", ") || "none"}.`);
}

/** Who starts the simulator holds the secret; the demo's is in its fixture. */
function secretOf(options: SimulatorOptions, client: string): string {
  if (options.secret !== null) return options.secret;
  const file = join(options.dataFolder, "contract-secrets.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>) : {};
  const secret = Object.hasOwn(kept, client) ? kept[client] : demoSecret(client);
  if (secret !== undefined) return secret;
  throw new EngineError("key_unknown", `No secret is known for the client "${client}"; give --secret.`);
}

const demoSecret = (client: string): string | undefined => readFixture(ROOT).clients.find(({ id }) => id === client)?.secret;

function list(contract: ContractDefinition, say: (line: string) => void, now: string): void {
  for (const [name, event] of Object.entries(contract.events)) {
    say(
      `${event.direction === "in" ? "->" : "<-"} ${name}  about ${event.subject}  ${event.direction === "in" ? JSON.stringify(sampleOf(event.data, now)) : ""}`.trimEnd(),
    );
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (typeof options === "string") {
    const isHelp = options === "";
    (isHelp ? process.stdout : process.stderr).write(isHelp ? USAGE : `${options}\n\n${USAGE}`);
    process.exitCode = isHelp ? 0 : 2;
    return;
  }
  try {
    const { refused, receiver } = await simulate(options, (line) => process.stdout.write(`${line}\n`));
    process.exitCode = refused === 0 ? 0 : 1;
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void receiver?.close());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
