import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "#engine/schema/json.ts";
import { ROOT } from "./content-files.ts";
import { program } from "./content-program.ts";

interface Fixture {
  readonly people: readonly { readonly email: string; readonly level: string; readonly grants: readonly { readonly org: string; readonly role: string }[] }[];
  readonly orgs: readonly { readonly code: string }[];
  readonly records: readonly { readonly type: string; readonly key?: string; readonly org?: string; readonly data: JsonObject }[];
  readonly instances: readonly { readonly machine: string; readonly event: string; readonly key?: string }[];
  readonly demo: readonly { readonly machine?: string; readonly event?: string; readonly as?: string; readonly on?: unknown; readonly contract?: string }[];
}
const fixture = JSON.parse(readFileSync(join(ROOT, "rules/fixtures/demo.fixture.json"), "utf8")) as Fixture;

describe("fixture", () => {
  it("people hold roles and levels that the access definition has", () => {
    const { roles, levels } = program.access!;
    for (const person of fixture.people) {
      expect(Object.keys(levels)).toContain(person.level);
      for (const grant of person.grants) expect(Object.keys(roles)).toContain(grant.role);
    }
  });
  it("records are of known types, fill what is required and name no unknown field", () => {
    for (const record of fixture.records) {
      const type = program.type(record.type);
      expect(type, record.type).not.toBeNull();
      const properties = type!.schema["properties"] as JsonObject;
      expect(Object.keys(record.data).filter((field) => !Object.hasOwn(properties, field))).toEqual([]);
      expect(((type!.schema["required"] ?? []) as string[]).filter((field) => record.data[field] === undefined || record.data[field] === null)).toEqual([]);
      expect(record.org === undefined).toBe(type!.scope === "global");
    }
  });
  it("references lead to records above them", () => {
    const seen = new Set(fixture.people.map((person) => `people/${person.email}`));
    const refs = (value: unknown): string[] =>
      Array.isArray(value)
        ? value.flatMap(refs)
        : typeof value === "object" && value !== null
          ? "$ref" in value
            ? [(value["$ref"] as string[]).join("/")]
            : Object.values(value).flatMap(refs)
          : [];
    for (const record of fixture.records) {
      expect(refs(record.data).filter((ref) => !seen.has(ref))).toEqual([]);
      if (record.key !== undefined) seen.add(`${record.type}/${record.key}`);
    }
    expect(refs(fixture.instances).filter((ref) => !seen.has(ref))).toEqual([]);
    expect(refs(fixture.demo).filter((ref) => !seen.has(ref))).toEqual([]);
  });
  it("acts name machines and events that exist", () => {
    for (const act of [...fixture.instances, ...fixture.demo]) {
      if (act.machine === undefined) continue;
      const machine = program.machine(act.machine);
      expect(machine, act.machine).not.toBeNull();
      const known = [...Object.keys(machine!.definition.start), ...Object.keys(machine!.definition.events)];
      expect(known).toContain(act.event);
    }
  });
});
