/** What of the operations a person may see: the lists that would answer, by the permissions that they ask for themselves. */
import { mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { mailType } from "./mails.ts";

export type OperationsList = "receipts" | "outbox" | "mails" | "timers" | "audit";

export async function operationsRights(engine: Engine, scope: Scope): Promise<Readonly<Record<OperationsList, boolean>>> {
  return await inReading(engine, scope, async (reading) => {
    const held = new Set(reading.works.flatMap((work) => work.actor.permissions));
    const [runs, audits] = [held.has("integration.admin"), held.has("audit.view")];
    const type = mailType(reading);
    const { program } = reading.works[0].ruling;
    const mails = type !== null && reading.works.some((work) => mayView(work, recordTypeOf(program, type)));
    return { receipts: runs || audits, outbox: runs, mails, timers: runs, audit: audits };
  });
}
