/** People whom a form may name: those with a grant in force in the org that the form belongs to. */
import { grantsIn, listPeople } from "../../store/people.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";

export interface PersonOption {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** By name; `q` looks into name and address. */
export async function findPeople(engine: Engine, scope: Scope, { q, limit }: { readonly q: string; readonly limit: number }): Promise<readonly PersonOption[]> {
  return await inReading(engine, scope, async ({ works }) => {
    const [work] = works;
    const held = new Set((await grantsIn(work.tx, work.org.id, work.at)).map((grant) => grant.personId));
    const people = await listPeople(work.tx, { orgs: [work.org.id], ...(q === "" ? {} : { search: q }) });
    return people
      .filter((person) => person.status === "active" && held.has(person.id))
      .slice(0, limit)
      .map(({ id, name, email }) => ({ id, name, email }));
  });
}
