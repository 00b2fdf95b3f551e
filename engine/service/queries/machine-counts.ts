/** How many instances each machine has, by state of its main path: the studio's and the operator's overview. */
import type { MachineDefinition } from "../../schema/machine.ts";
import { countInstances } from "../../store/instances.ts";
import { mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";

export interface MachineCount {
  readonly machine: string;
  readonly title: string;
  readonly active: number;
  readonly done: number;
  /** Instances per state path of the definition's main path; in no other order than it. */
  readonly path: readonly { readonly state: string; readonly count: number }[];
}

/** Counts what the reader may see. */
export async function machineCounts(
  engine: Engine,
  scope: Scope,
  input: { readonly machine?: string } = {},
): Promise<{ readonly items: readonly MachineCount[] }> {
  return await inReading(engine, scope, async (reading) => {
    const { program } = reading.works[0].ruling;
    const wanted = input.machine === undefined ? null : program.resolve("machine", input.machine);
    const items: MachineCount[] = [];
    for (const { content } of program.all("machine")) {
      if (wanted !== null && content.key !== wanted) continue;
      items.push(await countOne(reading, content));
    }
    return { items };
  });
}

async function countOne(reading: Reading, machine: MachineDefinition): Promise<MachineCount> {
  const orgs = reading.works.filter((work) => mayView(work, recordTypeOf(work.ruling.program, machine.record))).map((work) => work.org.id);
  const count = async (more: { readonly status?: "active" | "done"; readonly state?: string }): Promise<number> =>
    orgs.length === 0 ? 0 : await countInstances(reading.tx, { orgs, machine: machine.key, ...more });
  const path: { readonly state: string; readonly count: number }[] = [];
  for (const state of machine.path ?? []) path.push({ state, count: await count({ state }) });
  return { machine: machine.key, title: machine.title, active: await count({ status: "active" }), done: await count({ status: "done" }), path };
}
