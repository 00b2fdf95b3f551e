/** The key that seals stored secrets, kept in a file that only its owner reads, where the environment gives none. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type SealingKey, sealingKey } from "./service/auth/sealed.ts";

/** Reads the key, or makes one on the first start. */
export async function keepSealingKey(path: string): Promise<SealingKey> {
  const known = await readFile(path, "utf8").catch(() => null);
  if (known !== null) return sealingKey(Buffer.from(known.trim(), "hex"));
  const bytes = randomBytes(32);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${bytes.toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  return sealingKey(bytes);
}
