/** Secrets that are handed out once and kept only as a digest: session tokens, API keys, form tokens. */
import { createHash, randomBytes } from "node:crypto";

export interface IssuedSecret {
  /** Shown to its holder once; never stored. */
  readonly text: string;
  /** SHA-256 of `text`, hex: what the store keeps and looks up. */
  readonly hash: string;
  /** The public beginning of `text`, for lists and logs. */
  readonly prefix: string;
}

/** 256 random bits, base64url, behind `<prefix>_`. */
export function issueSecret(prefix: string): IssuedSecret {
  const text = `${prefix}_${randomBytes(32).toString("base64url")}`;
  return { text, hash: hashSecret(text), prefix: text.slice(0, prefix.length + 7) };
}

/** Looking up by digest needs no constant-time comparison of the secret itself. */
export function hashSecret(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Whether the text can be a secret of this prefix at all: saves the look-up for garbage. */
export function isSecret(text: string, prefix: string): boolean {
  return text.length === prefix.length + 44 && text.startsWith(`${prefix}_`) && /^[A-Za-z0-9_-]+$/u.test(text);
}
