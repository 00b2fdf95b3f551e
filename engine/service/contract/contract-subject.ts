/** The records that a contract event names: the one that it is about, and those in its data. */
import { EngineError } from "../../core/errors.ts";
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { namedRecords } from "../../store/record-references.ts";
import { loadRecord } from "../../store/records.ts";
import { findReferences } from "../records/payload.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { evaluate } from "../work/expression.ts";
import type { Work } from "../work/work.ts";
import { type ContractMessage, ContractRefusal, subjectOf } from "./contract-effects.ts";

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

/**
 * Looks up what the data names by `x-ref`, one question per type. A record of another org is no record.
 *
 * - throws EngineError `payload_invalid` with the path of each name that is unknown
 */
export async function refuseUnknownNames(work: Work, event: ContractEvent, data: JsonObject): Promise<void> {
  if (event.data === undefined) return;
  const references = findReferences(event.data, data);
  const unknown = await Promise.all(
    [...new Set(references.map(({ type }) => type))].map(async (ref) => {
      const type = recordTypeOf(work.ruling.program, ref);
      const named = references.filter((reference) => reference.type === ref);
      const known = await namedRecords(work.tx, work.org.id, type, [...new Set(named.map(({ value }) => value))]);
      return named.filter(({ value }) => !known.has(value));
    }),
  );
  const errors = unknown.flat().map(({ path, type }) => ({ path, keyword: "x-ref", message: `names no record of "${type}"` }));
  if (errors.length > 0) throw new EngineError("payload_invalid", `${errors[0]?.path} ${errors[0]?.message}`, { errors });
}

/**
 * Asks the event's own checks: what contradicts the subject or itself, or names nothing.
 *
 * - throws EngineError `payload_invalid` with every path that is wrong; a check that cannot be told refuses too
 */
export async function refuseContradictions(work: Work, event: ContractEvent, message: ContractMessage): Promise<void> {
  const checks = event.checks ?? [];
  if (checks.length === 0) return;
  const wrong = await evaluate(work, subjectOf(message), Object.fromEntries(checks.map((check, index) => [String(index), check.wrong])));
  const errors = checks.flatMap(({ message: said }, index) => {
    const paths = wrong[String(index)];
    if (!Array.isArray(paths)) return [{ path: "", keyword: "check", message: `cannot be told: ${said}` }];
    return (paths as readonly Json[]).flatMap((path) => (typeof path === "string" ? [{ path, keyword: "check", message: said }] : []));
  });
  if (errors.length > 0) throw new EngineError("payload_invalid", `${errors[0]?.path} ${errors[0]?.message}`, { errors });
}
