/** The record that a contract event is about. */
import type { ContractDefinition, JsonObject } from "../schema/types.ts";
import { loadRecord } from "../store/records.ts";
import { ContractRefusal } from "./contract-effects.ts";
import { recordTypeOf } from "./record-type.ts";
import type { Work } from "./work.ts";

/**
 * Id of the subject's record; null where the contract leaves the subject free.
 *
 * - throws ContractRefusal `not_found` for a code that the org does not have
 */
export async function loadSubject(work: Work, contract: ContractDefinition, subject: JsonObject): Promise<string | null> {
  const kind = subject["type"];
  const typeRef = typeof kind === "string" && Object.hasOwn(contract.subjects, kind) ? contract.subjects[kind] : null;
  if (typeRef === null || typeRef === undefined) return null;
  const ref = subject["ref"];
  const row = typeof ref === "string" ? await loadRecord(work.tx, recordTypeOf(work.ruling.program, typeRef), ref) : null;
  if (row === null) throw new ContractRefusal("not_found", "There is nothing here.");
  return row.id;
}
