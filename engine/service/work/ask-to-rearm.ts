/** Asks for the look at an org's waiting timers after a change that delays may read; rearm-timers.ts looks. */
import type { Instant } from "../../core/step-types.ts";
import { addOutbox } from "../../store/outbox.ts";
import type { Work } from "./work.ts";

interface Look {
  readonly after: { readonly instanceId: string; readonly name: string } | null;
  /** The look that follows a minute later. */
  readonly again: boolean;
}
/** `settings`: key of the definition; `from`: version of the org's values before the change, 0 where there were none. */
type Change = { readonly settings: string; readonly from: number; readonly to: number } | { readonly activation: string };
export type Rearming = Look & Change;

/** Asks for the look at an org's timers from an instant on; queued, it flies with the commit. */
export async function askToRearm(work: Work, change: Change, notBefore: Instant = work.at): Promise<void> {
  await askAgain(work, { ...change, after: null, again: false }, notBefore);
}

/** The next page of timers, or the look that follows. */
export async function askAgain(work: Work, asked: Rearming, notBefore: Instant): Promise<void> {
  const { after, again, ...change } = asked;
  const place = after === null ? "" : `:${after.instanceId}:${after.name}`;
  const what = "activation" in change ? `activation:${change.activation}` : `settings:${change.settings}:${change.to}`;
  const row = {
    key: `${what}:timers${again ? ":again" : ""}${place}`,
    kind: "remote",
    payload: { op: "timers", org: work.org.id, ...change, after: after === null ? null : { ...after }, again },
    subject: null,
    nextAttempt: notBefore,
    instanceId: null,
  };
  await addOutbox(work.tx, work.org.id, [row], work.at);
  work.hasWork = true;
}
