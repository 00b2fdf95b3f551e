/** References that go nowhere: rule sets, tables, machines and their events, mails, types, contracts, settings, permissions. */
import type { Kind } from "../../schema/definition-base.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { ActionBody } from "../machine/code.ts";
import { type Problem, pointer } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";
import { decisionsOf, machinesOf } from "./compiled.ts";
import { actionsOf, gatesOf } from "./events.ts";
import { problem } from "./findings.ts";

const HINT = "Name a definition of this release by its key, or by its id while only one pack has it.";

export function unresolvedReferences(program: Program): Problem[] {
  const found: Problem[] = [];
  const need = (kind: Kind | "decision", ref: string | undefined, at: StoredDefinition, path: string): void => {
    if (ref === undefined) return;
    const exists = kind === "decision" ? program.stored("ruleset", ref) !== null || program.stored("table", ref) !== null : program.stored(kind, ref) !== null;
    if (!exists) found.push(problem("error", "unknown_reference", at, path, `There is no ${kind === "decision" ? "rule set or table" : kind} "${ref}"`, HINT));
  };
  for (const { stored, compiled } of machinesOf(program)) {
    need("type", compiled.definition.record, stored, "/record");
    for (const { gate, path } of gatesOf(compiled)) need("decision", gate.ref, stored, path);
    for (const { body, pointer: at } of actionsOf(compiled)) referencesOfAction(program, body, stored, `${at}/params`, need, found);
  }
  for (const { stored, compiled } of decisionsOf(program)) {
    for (const [name, param] of Object.entries(compiled.params)) {
      if (param.setting === undefined) continue;
      const [ref = "", property = ""] = param.setting.split("/");
      const path = `${pointer("params", name)}/setting`;
      need("settings", ref, stored, path);
      const properties = program.settings(ref)?.schema["properties"];
      if (isJsonObject(properties) && !Object.hasOwn(properties, property))
        found.push(problem("error", "unknown_reference", stored, path, `The settings "${ref}" have no "${property}"`, "Name a property of their schema."));
    }
    for (const [name, input] of Object.entries(compiled.inputs)) {
      for (const [i, act] of (input.changedBy ?? []).entries())
        if (act.machine !== undefined) need("machine", act.machine, stored, `${pointer("inputs", name, "changedBy", i)}/machine`);
    }
  }
  for (const stored of program.all("mail")) {
    need("machine", stored.content.machine, stored, "/machine");
    need("decision", stored.content.policyTable, stored, "/policyTable");
    need("decision", stored.content.recipientsTable, stored, "/recipientsTable");
  }
  for (const stored of program.all("document")) {
    need("type", stored.content.record, stored, "/record");
    const gate = stored.content.download?.gate;
    if (gate !== undefined) need("decision", gate.ruleset ?? gate.table, stored, "/download/gate");
  }
  for (const stored of program.all("fact")) {
    if (stored.content.query === undefined) continue;
    need("type", stored.content.query.from, stored, "/query/from");
    for (const [alias, join] of Object.entries(stored.content.query.join ?? {})) need("type", join.type, stored, `${pointer("query", "join", alias)}/type`);
  }
  for (const stored of program.all("type")) {
    need("machine", stored.content.machine, stored, "/machine");
    need("type", stored.content.visibleThrough?.type, stored, "/visibleThrough/type");
    for (const [i, hook] of (stored.content.onChange ?? []).entries()) need("machine", hook.machine, stored, `/onChange/${i}/machine`);
    for (const { ref, path } of schemaReferences(stored.content.schema, "/schema")) if (!PLATFORM.has(ref)) need("type", ref, stored, path);
    for (const list of ["summary", "show"] as const)
      for (const [i, field] of (stored.content[list] ?? []).entries())
        if (!hasField(stored.content.schema, field))
          found.push(problem("error", "unknown_reference", stored, `/${list}/${i}`, `The type has no field "${field}"`, "Name a property of its schema."));
  }
  for (const stored of program.all("view")) {
    for (const [i, tab] of stored.content.tabs.entries()) {
      need("type", tab.query.from, stored, `/tabs/${i}/query/from`);
      need("machine", tab.machine, stored, `/tabs/${i}/machine`);
    }
    for (const [i, summary] of (stored.content.summary ?? []).entries()) need("fact", summary.fact, stored, `/summary/${i}/fact`);
  }
  for (const stored of program.all("contract")) {
    need("decision", stored.content.acceptance, stored, "/acceptance");
    for (const [subject, type] of Object.entries(stored.content.subjects)) if (type !== null) need("type", type, stored, pointer("subjects", subject));
    for (const [event, spec] of Object.entries(stored.content.events)) {
      for (const [i, type] of (spec.introduces ?? []).entries()) need("type", type, stored, pointer("events", event, "introduces", i));
      for (const [i, effect] of (spec.effects ?? []).entries()) {
        const at = pointer("events", event, "effects", i);
        if (effect.type === "record") need("type", effect.record, stored, `${at}/record`);
        else if (effect.type !== "task") {
          need("machine", effect.machine, stored, `${at}/machine`);
          needEvent(program, effect.machine, effect.event, stored, `${at}/event`, found, effect.type === "start");
        }
      }
    }
  }
  return [...found, ...unknownPermissions(program)];
}

const PLATFORM = new Set(["people", "users", "orgs", "files", "instances"]);

function referencesOfAction(
  program: Program,
  body: ActionBody,
  at: StoredDefinition,
  path: string,
  need: (kind: Kind | "decision", ref: string | undefined, at: StoredDefinition, path: string) => void,
  found: Problem[],
): void {
  if (body.type === "record") need("type", body.record, at, `${path}/record`);
  else if (body.type === "mail") need("mail", body.mail, at, `${path}/mail`);
  else if (body.type === "document") need("document", body.document, at, `${path}/document`);
  else if (body.type === "start" || (body.type === "send" && body.machine !== null)) {
    need("machine", body.machine ?? undefined, at, `${path}/machine`);
    needEvent(program, body.machine!, body.event, at, `${path}/event`, found, body.type === "start");
  } else if (body.type === "emit") {
    if (body.contract !== null) need("contract", body.contract, at, `${path}/contract`);
    const contract = body.contract === null ? null : program.contract(body.contract);
    if (contract !== null && contract.events[body.event]?.direction !== "out") {
      found.push(
        problem(
          "error",
          "unknown_reference",
          at,
          `${path}/event`,
          `The contract "${contract.key}" has no outbound event "${body.event}"`,
          "Name an event that the contract lists as going out.",
        ),
      );
    }
  }
}

function needEvent(program: Program, machine: string, event: string, at: StoredDefinition, path: string, found: Problem[], isStart: boolean): void {
  const definition = program.all("machine").find((each) => each.key === program.resolve("machine", machine))?.content;
  if (definition === undefined) return;
  const known = isStart ? Object.hasOwn(definition.start, event) : Object.hasOwn(definition.events, event) || Object.hasOwn(definition.start, event);
  if (known) return;
  found.push(
    problem(
      "error",
      "unknown_reference",
      at,
      path,
      `The machine "${definition.key}" has no ${isStart ? "start " : ""}event "${event}"`,
      "Declare the event there, or name another.",
    ),
  );
}

/** Permissions that are named somewhere and listed in no access definition. Without one there is nothing to compare with. */
function unknownPermissions(program: Program): Problem[] {
  const known = program.access?.permissions;
  if (known === undefined) return [];
  const found: Problem[] = [];
  const need = (permission: string | undefined, at: StoredDefinition, path: string): void => {
    if (permission === undefined || Object.hasOwn(known, permission)) return;
    found.push(
      problem(
        "error",
        "unknown_permission",
        at,
        path,
        `No access definition lists the permission "${permission}"`,
        "List it in the access definition, or name another.",
      ),
    );
  };
  for (const { stored, compiled } of machinesOf(program)) {
    for (const group of ["events", "start"] as const) {
      for (const [event, spec] of Object.entries(compiled.definition[group]))
        if (typeof spec.permission === "string") need(spec.permission, stored, `${pointer(group, event)}/permission`);
    }
    for (const { gate, path } of gatesOf(compiled)) need(gate.override?.permission, stored, `${path}/override/permission`);
    for (const { body, pointer: at } of actionsOf(compiled)) {
      if (body.type !== "task") continue;
      const literal = typeof body.permission === "string" ? body.permission : body.permission?.constant;
      if (typeof literal === "string") need(literal, stored, `${at}/params/permission`);
    }
  }
  for (const stored of program.all("access")) need(stored.content.export, stored, "/export");
  for (const stored of program.all("type")) {
    for (const [verb, permission] of Object.entries(stored.content.permissions)) need(permission, stored, pointer("permissions", verb));
    need(stored.content.template?.rollback?.permission, stored, pointer("template", "rollback", "permission"));
  }
  for (const stored of program.all("settings")) need(stored.content.permission, stored, "/permission");
  for (const stored of program.all("view")) need(stored.content.permission, stored, "/permission");
  return found;
}

function schemaReferences(schema: Json, path: string): { ref: string; path: string }[] {
  if (Array.isArray(schema)) return schema.flatMap((each, i) => schemaReferences(each as Json, `${path}/${i}`));
  if (!isJsonObject(schema)) return [];
  const own = typeof schema["x-ref"] === "string" ? [{ ref: schema["x-ref"], path: `${path}/x-ref` }] : [];
  return [...own, ...Object.entries(schema).flatMap(([key, value]) => schemaReferences(value, path + pointer(key)))];
}

function hasField(schema: JsonObject, field: string): boolean {
  const properties = schema["properties"];
  return isJsonObject(properties) && Object.hasOwn(properties, field);
}
