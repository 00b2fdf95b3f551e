/**
 * Secrets that must be read again (signing, SMTP) are sealed at rest: AES-256-GCM under a key that is kept outside the
 * database. The sealed text names its key, so that keys can be changed one after the other.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { EngineError } from "../../core/errors.ts";

export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** A key of 32 bytes from its hex or base64 text; its id is the beginning of its digest. */
export function sealingKey(bytes: Buffer): SealingKey {
  if (bytes.length !== 32) throw new EngineError("internal", `A sealing key has 32 bytes, this one ${bytes.length}.`);
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

/** `v1.<key id>.<nonce>.<tag>.<ciphertext>` of the list. */
export function sealSecrets(key: SealingKey, secrets: readonly string[]): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), "utf8"), cipher.final()]);
  return ["v1", key.id, nonce.toString("base64url"), cipher.getAuthTag().toString("base64url"), sealed.toString("base64url")].join(".");
}

/** The list again; throws `internal` where the key is another one or the text was changed. */
export function openSecrets(key: SealingKey, text: string): string[] {
  const [version, id, nonce, tag, sealed] = text.split(".");
  if (version !== "v1" || id !== key.id || nonce === undefined || tag === undefined || sealed === undefined) {
    throw new EngineError("internal", "A sealed secret was made with another key.");
  }
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(nonce, "base64url"));
    decipher.setAuthTag(Buffer.from(tag, "base64url"));
    const opened = Buffer.concat([decipher.update(Buffer.from(sealed, "base64url")), decipher.final()]);
    return JSON.parse(opened.toString("utf8")) as string[];
  } catch (cause) {
    throw new EngineError("internal", "A sealed secret cannot be opened.", {}, { cause });
  }
}
