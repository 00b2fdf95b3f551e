/** Finds what a payload's references name, among what the asker may see: records by id or code, people, orgs, files, instances. */
import type { TypeDefinition } from "../../schema/type.ts";
import { loadFile } from "../../store/files.ts";
import { findInstanceByKey, loadInstance } from "../../store/instances.ts";
import { findPersonByEmail, grantsOf, loadOrg, loadPerson } from "../../store/people.ts";
import { loadRecord } from "../../store/records.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";
import { type ReferenceLookup, referenceKey } from "./payload.ts";
import { isHidden } from "./visibility.ts";

/**
 * Makes the lookup of one transaction.
 *
 * `asReader`: rows that the type hides from this reader count as missing; machines and contracts see them.
 */
export function lookupOf(work: Work, options: { readonly asReader?: boolean } = {}): ReferenceLookup {
  return async (references) => {
    const ids = new Map<string, string>();
    for (const { type: ref, value } of references) {
      const key = referenceKey(ref, value);
      if (ids.has(key)) continue;
      const type = work.ruling.program.type(ref);
      const id = type === null ? await findOwn(work, ref, value) : await findRecord(work, type, value, options.asReader === true);
      if (id !== null) ids.set(key, id);
    }
    return ids;
  };
}

async function findRecord(work: Work, type: TypeDefinition, value: string, asReader: boolean): Promise<string | null> {
  const row = await loadRecord(work.tx, type, value);
  if (row === null) return null;
  return asReader && (await isHidden(work, type, row)) ? null : row.id;
}

/** References to what the platform itself keeps. */
async function findOwn(work: Work, kind: string, value: string): Promise<string | null> {
  switch (kind) {
    case "people":
    case "users": {
      const person = isUuid(value) ? await loadPerson(work.tx, value) : await findPersonByEmail(work.tx, value);
      if (person === null) return null;
      const grants = await grantsOf(work.tx, person.id, work.at);
      return grants.some((grant) => grant.orgId === work.org.id) ? person.id : null;
    }
    case "orgs":
      return (await loadOrg(work.tx, value))?.id ?? null;
    case "files":
      return isUuid(value) ? ((await loadFile(work.tx, value))?.id ?? null) : null;
    case "instances":
      return (isUuid(value) ? await loadInstance(work.tx, value) : await findInstanceByKey(work.tx, value))?.id ?? null;
    default:
      return null;
  }
}
