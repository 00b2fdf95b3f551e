/** What a type demands of its records beyond their schema: sentences over the record, what it was before, and facts. */
import { EngineError } from "../../core/errors.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { evaluateOne } from "../work/expression.ts";
import type { Work } from "../work/work.ts";
import type { PayloadError } from "./payload.ts";

/** The sentences that do not hold of what somebody is about to write. `before` is null for a new record. */
export async function brokenChecks(work: Work, type: TypeDefinition, before: RecordRow | null, after: RecordRow): Promise<readonly PayloadError[]> {
  const subject = { record: after, extra: { before: before === null ? null : before.data } };
  const broken: PayloadError[] = [];
  for (const check of type.checks ?? []) {
    if (check.when !== undefined && (await evaluateOne(work, subject, check.when)) !== true) continue;
    if ((await evaluateOne(work, subject, check.holds)) !== true) broken.push({ path: `/${check.field}`, message: check.message });
  }
  return broken;
}

/** - throws EngineError `payload_invalid` with every field whose check does not hold */
export async function requireChecks(work: Work, type: TypeDefinition, before: RecordRow | null, after: RecordRow): Promise<void> {
  const errors = await brokenChecks(work, type, before, after);
  const [first] = errors;
  if (first !== undefined) throw new EngineError("payload_invalid", `The record cannot be written: ${first.path} ${first.message}.`, { errors });
}
