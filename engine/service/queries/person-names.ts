/** How people are called. */
import { loadPeople } from "../../store/people.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Scope } from "../work/scope.ts";

/** Names of people by id, where the asker may see them; others go by their id. */
export async function namesOf(engine: Engine, scope: Scope, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(ids)];
  const people = asked.filter(isUuid);
  const found =
    people.length === 0 ? [] : await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, (tx) => loadPeople(tx, people));
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return new Map(asked.map((id) => [id, names.get(id) ?? (id === "system" ? "Gatehouse" : id)]));
}
