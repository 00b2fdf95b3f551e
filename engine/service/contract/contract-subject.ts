/** The records that a contract event names: the one that it is about, and those in its data. */
import { EngineError } from "../../core/errors.ts";
import type { ContractCheck, ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { namedRecords } from "../../store/record-references.ts";
import { loadRecord } from "../../store/records.ts";
import { findReferences, type Reference } from "../records/payload.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { evaluate } from "../work/expression.ts";
import type { Work } from "../work/work.ts";
import { withinData } from "./contract-acceptance.ts";
import { type ContractMessage, ContractRefusal, subjectOf } from "./contract-effects.ts";

export interface ContractNotice {
  readonly path: string;
  readonly message: string;
}

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
 * Looks up what the data names by `x-ref`, one question per type. A record of another org is no record; one of a global type
 * that the event may introduce is, although the org does not see it yet.
 *
 * - throws EngineError `payload_invalid` with the path of each name that is unknown
 */
export async function refuseUnknownNames(work: Work, event: ContractEvent, data: JsonObject): Promise<void> {
  if (event.data === undefined) return;
  const references = findReferences(event.data, data);
  const unknown = await Promise.all(
    [...new Set(references.map(({ type }) => type))].map(async (ref) => {
      const named = references.filter((reference) => reference.type === ref);
      const known = await knownIn(work, ref, named);
      return named.filter(({ value }) => !known.has(value));
    }),
  );
  const unseen: Reference[] = [];
  for (const missing of unknown) unseen.push(...(await withoutIntroduced(work, event, missing)));
  const errors = withinData(unseen.map(({ path, type }) => ({ path, keyword: "x-ref", message: `names no record of "${type}"` })));
  if (errors.length > 0) throw new EngineError("payload_invalid", `${errors[0]?.path} ${errors[0]?.message}`, { errors });
}

async function knownIn(work: Work, ref: string, named: readonly Reference[]): Promise<ReadonlySet<string>> {
  return await namedRecords(work.tx, work.org.id, recordTypeOf(work.ruling.program, ref), [...new Set(named.map(({ value }) => value))]);
}

/** `missing`: names of one type. */
async function withoutIntroduced(work: Work, event: ContractEvent, missing: readonly Reference[]): Promise<readonly Reference[]> {
  const ref = missing[0]?.type;
  if (ref === undefined || event.introduces?.includes(ref) !== true || recordTypeOf(work.ruling.program, ref).scope !== "global") return missing;
  const known = await work.tx.asSystem(() => knownIn(work, ref, missing));
  return missing.filter(({ value }) => !known.has(value));
}

/**
 * Asks the event's own checks: what contradicts the subject or itself, or names nothing.
 *
 * - throws EngineError `payload_invalid` with every path that is wrong; a check that cannot be told refuses too
 */
export async function refuseContradictions(work: Work, event: ContractEvent, message: ContractMessage): Promise<void> {
  const told = await askChecks(work, event.checks ?? [], message);
  const errors = withinData(
    told.flatMap(({ paths, message: said }) =>
      paths === null ? [{ path: "", keyword: "check", message: `cannot be told: ${said}` }] : paths.map((path) => ({ path, keyword: "check", message: said })),
    ),
  );
  if (errors.length > 0) throw new EngineError("payload_invalid", `${errors[0]?.path} ${errors[0]?.message}`, { errors });
}

/** What the sender is told although the event is taken; a notice that cannot be told is none. */
export async function noticesOf(work: Work, event: ContractEvent, message: ContractMessage): Promise<readonly ContractNotice[]> {
  const told = await askChecks(work, event.notices ?? [], message);
  return withinData(told.flatMap(({ paths, message: said }) => (paths ?? []).map((path) => ({ path, message: said }))));
}

/** Paths per check, null where they cannot be told. */
async function askChecks(
  work: Work,
  checks: readonly ContractCheck[],
  message: ContractMessage,
): Promise<readonly { readonly paths: readonly string[] | null; readonly message: string }[]> {
  if (checks.length === 0) return [];
  const wrong = await evaluate(work, subjectOf(message), Object.fromEntries(checks.map((check, index) => [String(index), check.wrong])));
  return checks.map(({ message: said }, index) => {
    const paths = wrong[String(index)];
    return { paths: Array.isArray(paths) ? (paths as readonly Json[]).filter((path) => typeof path === "string") : null, message: said };
  });
}
