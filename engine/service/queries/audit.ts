/** The audit log, searched; and the proof that nothing in it or in the event log was changed, removed or put in between. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import { type AuditFilter, searchAudit, verifyAudit as verifyAuditRows } from "../../store/audit.ts";
import { verifyEvents } from "../../store/verify-events.ts";
import { type CheckpointReport, verifyCheckpoints } from "../checkpoints/verify-checkpoints.ts";
import { concealFor } from "../records/conceal.ts";
import { detailAsTold } from "../work/confidential.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { inReading, pageOf, worksPermitted } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { withoutHidden } from "./visible-instance.ts";

const PERMISSION = "audit.view";

export interface AuditAnswer {
  readonly seq: number;
  readonly org: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly detail: JsonObject;
  readonly hash: string;
}

export interface AuditListInput {
  readonly action?: string;
  readonly actor?: string;
  readonly subjectType?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** Newest first. - throws EngineError `permission_denied` */
export async function listAudit(
  engine: Engine,
  scope: Scope,
  input: AuditListInput = {},
): Promise<{ readonly items: readonly AuditAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const orgs = worksPermitted(reading, PERMISSION).map((work) => work.org.id);
    if (orgs.length === 0) throw denied();
    const page = await searchAudit(reading.tx, filterOf(input, orgs), pageOf(input));
    const items: AuditAnswer[] = [];
    for (const { seq, orgId, at, actorId, action, subject, detail, hash } of await withoutHidden(reading, page.items, instanceOf)) {
      const work = reading.workOf(orgId);
      const conceal = await concealFor(work);
      items.push({ seq, org: work.org.code, at, actor: actorId, action, subject, detail: conceal(detailAsTold(work, detail)), hash });
    }
    return { items, next: page.next };
  });
}

const instanceOf = ({ subject }: Pick<AuditAnswer, "subject">): string | null => (subject?.type === "instance" && isUuid(subject.id) ? subject.id : null);

function filterOf(input: AuditListInput, orgs: readonly string[]): AuditFilter {
  return {
    orgs,
    ...(input.action === undefined ? {} : { action: input.action }),
    ...(input.actor === undefined ? {} : { actorId: input.actor }),
    ...(input.subjectType === undefined ? {} : { subjectType: input.subjectType }),
    ...(input.subject === undefined ? {} : { subjectId: input.subject }),
    ...(input.from === undefined ? {} : { from: input.from }),
    ...(input.to === undefined ? {} : { to: input.to }),
    ...(input.q === undefined ? {} : { search: input.q }),
  };
}

export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  readonly instances: number;
  readonly auditRows: number;
  /** The first event row of each chain that does not fit. */
  readonly faults: readonly { readonly instance: string; readonly seq: number; readonly because: string }[];
  /** What was signed against what is there: finds what was rewritten with all hashes put right. */
  readonly checkpoints: CheckpointReport;
  readonly firstBad?: { readonly instance?: string; readonly seq: number };
}

/** Recomputes every chain of the orgs that the reader may audit, and holds them against their signed checkpoints. */
export async function verifyAudit(engine: Engine, scope: Scope): Promise<Verification> {
  return await inReading(engine, scope, async (reading) => {
    const works = worksPermitted(reading, PERMISSION);
    const orgs = works.map((work) => work.org.id);
    if (orgs.length === 0) throw denied();
    const found = await verifyEvents(reading.tx, { orgs });
    const faults = found.faults.map((fault) => ({ instance: fault.instanceId, seq: fault.seq, because: fault.because }));
    let auditRows = 0;
    let firstBadAudit: number | null = null;
    for (const org of orgs) {
      const audit = await verifyAuditRows(reading.tx, org);
      auditRows += audit.rows;
      firstBadAudit ??= audit.firstBad;
    }
    const first = faults[0];
    const bad =
      first !== undefined ? { firstBad: { instance: first.instance, seq: first.seq } } : firstBadAudit !== null ? { firstBad: { seq: firstBadAudit } } : {};
    const checkpoints = await verifyCheckpoints(
      reading.tx,
      engine.checkpoints,
      works.map((work) => work.org),
    );
    const ok = faults.length === 0 && firstBadAudit === null && checkpoints.faults.length === 0;
    return { ok, events: found.events, instances: found.instances, auditRows, faults, checkpoints, ...bad };
  });
}

function denied(): EngineError {
  return new EngineError("permission_denied", "To see the audit log: the permission is missing.", { permission: PERMISSION });
}
