/** The frame of every page, the palette's search and the options of reference fields. */
import { EngineError } from "#engine/core/errors.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { readersOf } from "#engine/service/editing/settings.ts";
import { listTasks } from "#engine/service/queries/inbox.ts";
import { findPeople } from "#engine/service/queries/people.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { search as searchRecords } from "#engine/service/queries/search.ts";
import { listViews } from "#engine/service/queries/view.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { words } from "#studio/ui/describe-value.ts";
import type { Hit, ShellView } from "../screens/shell.ts";

export async function shell(engine: Engine, scope: Scope): Promise<ShellView> {
  const orgs = scope.principal.grants.map(({ org }) => ({ code: org.code, name: org.name })).sort((a, b) => (a.code < b.code ? -1 : 1));
  const base = {
    person: personOf(scope, scope.principal.grants[0]?.roles[0] ?? ""),
    orgs,
    scope: scope.mode === "all" && orgs.length > 1 ? "all" : (scope.orgs[0]?.code ?? "all"),
    now: engine.clock.now(),
    zone: scope.orgs[0]?.timeZone ?? "UTC",
  };
  if (scope.orgs.length === 0)
    return { ...base, inbox: 0, views: [], worksInViews: false, may: { studio: false, replay: false, operations: false, settings: false } };
  const [views, tasks, rights] = [await listViews(engine, scope), await listTasks(engine, scope, { limit: 200 }), await rightsOf(engine, scope)];
  return {
    ...base,
    person: personOf(scope, rights.role),
    inbox: tasks.items.length,
    views: views.map(({ slug, title, icon }) => ({ slug, title, icon })),
    worksInViews: rights.worksInViews,
    may: rights.may,
  };
}

async function rightsOf(engine: Engine, scope: Scope): Promise<{ readonly role: string } & Pick<ShellView, "worksInViews" | "may">> {
  return await inReading(engine, scope, async (reading) => {
    const held = new Set(reading.works.flatMap((work) => work.actor.permissions));
    const has = (...names: readonly string[]): boolean => names.some((name) => held.has(name));
    const { program } = reading.works[0].ruling;
    const { access } = program;
    const role = reading.works[0].actor.roles[0] ?? "";
    return {
      role: access !== null && Object.hasOwn(access.roles, role) ? (access.roles[role]?.title ?? words(role)) : words(role),
      worksInViews: program.all("view").some(({ content }) => content.permission !== undefined && has(content.permission)),
      may: {
        studio: has("rules.view", "rules.edit", "rules.publish"),
        replay: has("replay.run"),
        operations: has("integration.admin", "audit.view"),
        settings: program.all("settings").some(({ content }) => has(...readersOf(content))),
      },
    };
  });
}

function personOf(scope: Scope, role: string): ShellView["person"] {
  const { id, name, grants } = scope.principal;
  const parts = name.split(/\s+/).filter(Boolean);
  const initials = `${parts[0]?.[0] ?? ""}${parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : ""}`.toUpperCase();
  const orgs = grants
    .map(({ org }) => org.code)
    .sort()
    .join(" and ");
  return { id, name, initials, role: [role, orgs].filter(Boolean).join(", ") };
}

export async function search(engine: Engine, scope: Scope, text: string): Promise<readonly Hit[]> {
  const { items } = await searchRecords(engine, scope, { q: text });
  return items.slice(0, 20).map((hit) => ({
    id: `${hit.type}:${hit.id}`,
    label: hit.title,
    note: [hit.typeTitle, hit.code === hit.title ? null : hit.code, hit.org].filter(Boolean).join(" · "),
    href: hit.instance === null ? `/records/${hit.type}/${hit.code ?? hit.id}` : `/work/${hit.instance}`,
    kind: hit.instance === null ? "record" : "instance",
  }));
}

/** Records of a type for a reference field; a type that is not there or not open has no options. */
export async function pick(
  engine: Engine,
  scope: Scope,
  type: string,
  text: string,
  where?: JsonObject,
): Promise<readonly { value: string; label: string; note: string }[]> {
  if (type === "people" || type === "users") {
    const people = await findPeople(engine, scope, { q: text, limit: 20 });
    return people.map(({ id, name, email }) => ({ value: id, label: name, note: email }));
  }
  if (type === "orgs") return scope.orgs.map((org) => ({ value: org.code, label: `${org.code}, ${org.name}`, note: "" }));
  try {
    const { items } = await listRecords(engine, scope, {
      type,
      limit: 20,
      ...(text === "" ? {} : { q: text }),
      ...(where === undefined ? {} : { filter: where }),
    });
    return items.map((item) => ({
      value: item.id,
      label: item.code === undefined || item.code === item.title ? item.title : `${item.title}, ${item.code}`,
      note: item.org ?? "",
    }));
  } catch (error) {
    if (error instanceof EngineError && (error.code === "record_not_found" || error.code === "query_invalid")) return [];
    throw error;
  }
}
