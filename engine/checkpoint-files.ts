/** The key that signs checkpoints and the file of their copies, in the data folder: whoever holds only the database has neither. */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { CheckpointKeeper } from "./core/ports.ts";

/** PKCS #8 of an Ed25519 key (RFC 8410), before its 32 bytes. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

export interface CheckpointFiles {
  /** 32 bytes; null: kept in `keyFile`, made at the first start. */
  readonly key: Buffer | null;
  readonly keyFile: string;
  /** Path of the file; or the lines themselves, where they shall not outlive the process (test mode). */
  readonly copies: string | string[];
}

export async function openCheckpoints({ key, keyFile, copies }: CheckpointFiles): Promise<CheckpointKeeper> {
  const seed = key ?? (await keepSeed(keyFile));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: createHash("sha256")
      .update(publicKey.export({ format: "der", type: "spki" }))
      .digest("hex")
      .slice(0, 16),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
    verify: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64")),
    async append(line) {
      if (typeof copies !== "string") return void copies.push(line);
      await mkdir(dirname(copies), { recursive: true });
      const file = await open(copies, "a", 0o600);
      try {
        await file.write(`${line}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async lines() {
      if (typeof copies !== "string") return [...copies];
      const text = await readFile(copies, "utf8").catch((error: { readonly code?: string }) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      return text.split("\n").filter((line) => line !== "");
    },
  };
}

async function keepSeed(path: string): Promise<Buffer> {
  const known = await readFile(path, "utf8").catch(() => null);
  if (known !== null) return Buffer.from(known.trim(), "hex");
  const seed = randomBytes(32);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${seed.toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  return seed;
}
