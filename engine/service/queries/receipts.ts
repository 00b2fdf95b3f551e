/** Every contract event that came in, with what became of it and why: duplicates, old ones and refusals included. */
import { EngineError } from "../../core/errors.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { listReceipts as listRows, type ReceiptRow } from "../../store/receipts.ts";
import { concealFor } from "../records/conceal.ts";
import { decidedAsTold } from "../work/confidential.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, pageOf, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { withoutHidden } from "./visible-instance.ts";

export interface ReceiptAnswer {
  readonly id: string;
  readonly org: string;
  readonly at: string;
  readonly event: string | null;
  readonly key: string | null;
  readonly sequence: number | null;
  readonly result: string;
  readonly cause: string | null;
  /** The sentences of what decided it. */
  readonly why: string | null;
  readonly status: number;
  readonly envelope: Json;
  readonly decision: Json;
  readonly instances: readonly Json[];
}

export interface ReceiptListInput {
  readonly contract: string;
  readonly key?: string;
  readonly result?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

const PERMISSION = "integration.admin";

/** Newest first. A client sees the receipts of its own events; a person needs the permission to run integrations. */
export async function listReceipts(
  engine: Engine,
  scope: Scope,
  input: ReceiptListInput,
): Promise<{ readonly items: readonly ReceiptAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const contract = reading.works[0].ruling.program.contract(input.contract);
    if (contract === null) throw new EngineError("not_found", `There is no contract "${input.contract}".`);
    const orgs = reading.works.filter((work) => work.actor.kind === "client" || mayWatch(work.actor.permissions)).map((work) => work.org.id);
    if (orgs.length === 0) throw new EngineError("not_found", `There is no contract "${input.contract}".`);
    const filter = {
      orgs,
      contract: contract.key,
      ...(input.key === undefined ? {} : { key: input.key }),
      ...(input.result === undefined ? {} : { result: input.result }),
    };
    const page = await listRows(reading.tx, filter, pageOf(input));
    const own = page.items.filter((row) => reading.workOf(row.orgId).actor.kind !== "client" || row.source === scope.principal.id);
    return { items: await Promise.all(own.map((row) => answerReceipt(reading, row))), next: page.next };
  });
}

function mayWatch(permissions: readonly string[]): boolean {
  return permissions.includes(PERMISSION) || permissions.includes("audit.view");
}

async function answerReceipt(reading: Reading, row: ReceiptRow): Promise<ReceiptAnswer> {
  const { id, at, event, key, sequence, result, cause, status, envelope, instances } = row;
  const work = reading.workOf(row.orgId);
  const decision = (await concealFor(work))(decidedAsTold(work, row.decision));
  const why = sentencesOf(decision).join(" ") || null;
  const idOf = (instance: Json): string | null => String((instance as JsonObject | null)?.["id"] ?? "") || null;
  return {
    id,
    org: work.org.code,
    at,
    event,
    key,
    sequence,
    result,
    cause,
    why,
    status,
    envelope,
    decision,
    instances: await withoutHidden(reading, instances, idOf),
  };
}

/** Of one decision, or of several; each once. */
function sentencesOf(decided: Json): readonly string[] {
  const decisions = (Array.isArray(decided) ? decided : [decided]) as readonly (Partial<CompactDecision> | null)[];
  return [...new Set(decisions.flatMap((decision) => (decision?.outcome === "pass" ? [] : (decision?.reasons ?? []))).map(({ message }) => message))];
}
