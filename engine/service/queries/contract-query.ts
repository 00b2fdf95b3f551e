/** What a partner may ask about one instance: the few values that a contract declares for it, and nothing else of it. */
import type { ContractDefinition } from "../../schema/contract.ts";
import type { JsonObject } from "../../schema/json.ts";
import { loadInstance } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateMap } from "../work/expression.ts";
import { instanceNotFound, locateIn } from "../work/locate-instance.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";

type ContractQuery = NonNullable<ContractDefinition["queries"]>[string];

/**
 * The declared values of an instance, by machine and code.
 *
 * - throws EngineError `instance_not_found` for unknown and foreign ones, for machines of which no contract tells anything, and for
 *   a caller without the query's permission: one and the same answer
 */
export async function queryByContract(engine: Engine, scope: Scope, input: { readonly machine: string; readonly ref: string }): Promise<JsonObject> {
  const name = `${input.machine}:${input.ref}`;
  return await inReading(engine, scope, async (reading) => {
    const { id } = await locateIn(reading.tx, scope, name);
    const row = await loadInstance(reading.tx, id);
    if (row === null) throw instanceNotFound(name);
    const work = reading.workOf(row.orgId);
    const query = queryOf(work, row.machine);
    if (query === null || !work.actor.permissions.includes(query.permission)) throw instanceNotFound(name);
    const machine = await engine.programs.machine(reading.tx, work.ruling, row.machine, row.machineVersion);
    const record = await loadRecord(reading.tx, recordTypeOf(work.ruling.program, row.recordType), row.recordId);
    const instance = { id: row.id, key: row.key, seq: row.seq };
    return await evaluateMap(work, { ...(record === null ? {} : { record }), machine, snapshot: row.snapshot, instance }, query.answer);
  });
}

/** The query that a contract of the org declares for a machine. */
function queryOf(work: Work, machine: string): ContractQuery | null {
  const { program } = work.ruling;
  for (const { content } of program.all("contract"))
    for (const [ref, query] of Object.entries(content.queries ?? {})) if (program.resolve("machine", ref) === machine) return query;
  return null;
}
