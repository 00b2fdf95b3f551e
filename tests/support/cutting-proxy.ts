/** A network to PostgreSQL that breaks when told: it drops what the server answers to a commit, or the commit itself. */
import { createServer, connect as dial, type Socket } from "node:net";
import { afterFile } from "./after-file.ts";

/** What becomes of one commit: it goes through, its answer is lost, or it is lost before it arrives. */
export type Fate = "pass" | "lose-answer" | "lose-commit";

export interface CuttingProxy {
  readonly url: string;
  /** Commits that met each fate. */
  readonly met: Readonly<Record<Fate, number>>;
  /** From now on; "pass" for all until it is called. */
  decide(fate: () => Fate): void;
}

/** CommandComplete with the tag COMMIT: `C`, Int32 length 11, the text and its NUL. */
const COMMITTED = Buffer.from([0x43, 0, 0, 0, 0x0b, ...Buffer.from("COMMIT\0")]);
/** The name under which the store binds its commit. */
const COMMIT = Buffer.from("\0commit\0");

export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const met: Record<Fate, number> = { pass: 0, "lose-answer": 0, "lose-commit": 0 };
  let decideFate: () => Fate = () => "pass";
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const database = dial(Number(target.port), target.hostname);
    let fate: Fate = "pass";
    const cut = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", cut).on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    client.on("data", (chunk) => {
      if (chunk.includes(COMMIT)) {
        fate = decideFate();
        met[fate] += 1;
      }
      if (fate === "lose-commit") cut();
      else database.write(chunk);
    });
    database.on("data", (chunk) => {
      if (fate === "lose-answer" && chunk.includes(COMMITTED)) cut();
      else client.write(chunk);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  afterFile(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const address = server.address();
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: through.href,
    met,
    decide(fate) {
      decideFate = fate;
    },
  };
}
