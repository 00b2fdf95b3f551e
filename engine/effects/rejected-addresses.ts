/**
 * Which recipients a mail server turned down, and whether for good (RFC 5321 §4.2.3, RFC 3463): a 5yz whose enhanced code says
 * that the address is wrong (5.1.x), or, without an enhanced code, one of the answers that are about the mailbox. A full mailbox
 * (5.2.2) or a refused sender (5.7.1) says nothing about the address.
 */
import type { RejectedAddress } from "../core/ports.ts";

type RecipientError = Error & {
  readonly recipient?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
};

const NO_SUCH_MAILBOX = new Set([550, 551, 553]);
const ENHANCED = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/;

/** As a member of a `Delivery`; empty where nobody was turned down. */
export function rejectedAddresses(errors: readonly RecipientError[] | undefined): { readonly rejected?: readonly RejectedAddress[] } {
  const rejected = (errors ?? []).flatMap((error): RejectedAddress[] => {
    if (error.recipient === undefined || error.responseCode === undefined) return [];
    const said = (error.response ?? error.message).replace(/[\r\n\t\0]+/g, " ").trim();
    const status = ENHANCED.exec(said)?.[1] ?? null;
    const { recipient: address, responseCode: code } = error;
    return [{ address, code, status, reason: said.slice(0, 300), hard: isHard(code, status) }];
  });
  return rejected.length === 0 ? {} : { rejected };
}

function isHard(code: number, status: string | null): boolean {
  if (code < 500) return false;
  return status === null ? NO_SUCH_MAILBOX.has(code) : status.startsWith("5.1.");
}
