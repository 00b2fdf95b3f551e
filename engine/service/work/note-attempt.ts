/** Keeps what a gate refused, for the timeline of the instance and for the gate's rate: written beside the transaction that ends with nothing. */
import type { CompactDecision } from "../../core/step-types.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { shutOnes } from "./decision-answer.ts";
import type { Work } from "./work.ts";

export function noteAttempt(work: Work, instance: InstanceRow, event: string, decisions: readonly CompactDecision[]): void {
  const { actor, at, org } = work;
  work.decided.push({ machine: instance.machine, decisions, isRefused: true });
  for (const decision of shutOnes(decisions)) {
    work.attempts.push({
      ...{ orgId: org.id, instanceId: instance.id, event, actorId: actor.id, actorName: actor.name },
      ...{ seq: instance.seq, release: work.ruling.release, at, decision },
    });
  }
}
