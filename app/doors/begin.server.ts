/** What can be begun from a view, and beginning it. */

import type { JsonObject } from "#engine/schema/json.ts";
import type { ViewDefinition } from "#engine/schema/view.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { callerSchema } from "#engine/service/instances/issue-link.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import type { Reading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { toRefusal } from "../problem.server.ts";
import type { ActResult } from "../screens/guided.ts";
import type { BeginView, ImportView } from "../screens/lists.ts";
import { idempotencyOf } from "./acts.server.ts";

/** Start events of the tab's machine that this person may send; else a new record of its type, where the type lets people create. */
export function beginsOf(reading: Reading, tab: ViewDefinition["tabs"][number]): readonly BeginView[] {
  const [work] = reading.works;
  const { program } = work.ruling;
  const held = new Set(reading.works.flatMap((each) => each.actor.permissions));
  const type = program.type(tab.query.from);
  const machine = program.machine(tab.machine ?? type?.machine ?? "");
  if (machine !== null) {
    return Object.entries(machine.definition.start).flatMap(([name, spec]) => {
      const by = spec.by ?? "person";
      const isOpen = (Array.isArray(by) ? by.includes("person") : by === "person") && spec.hidden !== true && spec.create !== undefined;
      const may = typeof spec.permission !== "string" || held.has(spec.permission);
      return isOpen && may
        ? [{ id: `start:${machine.id}:${name}`, title: spec.title, schema: callerSchema(machine, name, spec.payload) ?? { type: "object", properties: {} } }]
        : [];
    });
  }
  const create = type?.permissions.create;
  return type === null || create === undefined || !held.has(create)
    ? []
    : [{ id: `record:${tab.query.from}`, title: `New ${type.title.charAt(0).toLowerCase()}${type.title.slice(1)}`, schema: type.schema }];
}

/** Loading a file into the tab's type: where the pack gives a template, for who may write its records. */
export function loadOf(reading: Reading, tab: ViewDefinition["tabs"][number]): ImportView | null {
  const type = reading.works[0].ruling.program.type(tab.query.from);
  const create = type?.permissions.create;
  if (type?.template === undefined || create === undefined) return null;
  if (!reading.works.some((work) => work.actor.permissions.includes(create))) return null;
  const { columns } = type.template;
  return { type: tab.query.from, title: "Import rows", columns, templateHref: `/api/v1/records/${encodeURIComponent(tab.query.from)}/import/template.csv` };
}

/** `start:<machine>:<event>` or `record:<type>`. */
export async function begin(engine: Engine, scope: Scope, id: string, payload: JsonObject, once: string): Promise<ActResult> {
  const [what, name = "", event = ""] = id.split(":");
  const key = idempotencyOf(once, { id, payload });
  try {
    if (what === "start") {
      const { body } = await startInstance(engine, scope, { machine: name, event: { type: event, payload }, via: "ui", ...key });
      return {
        ok: true,
        message: `${body.machine.title} ${body.record?.code ?? ""} is begun`.replace("  ", " "),
        href: `/work/${body.id}`,
        ...(body.url === undefined ? {} : { link: body.url }),
      };
    }
    const { body } = await createRecord(engine, scope, { type: name, data: payload, ...key });
    return { ok: true, message: `${body.title} is saved` };
  } catch (error) {
    return toRefusal(error);
  }
}
