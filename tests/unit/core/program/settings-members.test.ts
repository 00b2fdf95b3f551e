import { describe, expect, it } from "vitest";
import { withMembers } from "#engine/core/settings-members.ts";
import { compileSchema } from "#engine/core/validate.ts";
import type { JsonSchema } from "#engine/schema/json.ts";
import type { SettingsDefinition } from "#engine/schema/settings.ts";

const settings = (schema: JsonSchema): SettingsDefinition => ({
  kind: "settings",
  key: "lending.letters",
  title: "Letters",
  schema,
  defaults: {},
  permission: "rules.edit",
});
const MEMBER = { type: "object", properties: { enabled: { type: "boolean" } }, additionalProperties: false };
const members = () => [
  { name: "due_soon", title: "Due soon" },
  { name: "overdue", title: "Overdue" },
];

describe("settings with a member for each definition", () => {
  const expanded = withMembers(
    settings({ type: "object", "x-members": "mail", additionalProperties: MEMBER, properties: { overdue: { type: "null" } } }),
    members,
  );

  it("have one property each, with the definition's title; what the schema names itself wins", () => {
    expect(expanded.schema["properties"]).toEqual({ due_soon: { ...MEMBER, "x-title": "Due soon" }, overdue: { type: "null" } });
  });
  it("take members alone, each as the schema says", () => {
    const check = compileSchema(expanded.schema);
    expect(check({ due_soon: { enabled: true } })).toEqual([]);
    expect(check({ no_such: {} })).toMatchObject([{ message: 'has the unknown member "no_such"' }]);
    expect(check({ due_soon: { enabled: 1 } })).toMatchObject([{ path: "/due_soon/enabled" }]);
  });
  it("without the word they are what they are", () => {
    const plain = settings({ type: "object", additionalProperties: MEMBER });
    expect(withMembers(plain, members)).toBe(plain);
  });
  it.each([
    [{ type: "object", "x-members": "letters", additionalProperties: MEMBER }, "Members are definitions"],
    [{ type: "object", "x-members": "mail" }, "beside additionalProperties"],
    [{ type: "object", properties: { inner: { type: "object", "x-members": "mail", additionalProperties: MEMBER } } }, "at the root"],
    [{ type: "object", properties: { words: { type: "string", "x-template": "body" } } }, "x-template is subject, html or text"],
    [{ type: "object", properties: { payer: { type: "string", "x-where": { kind: "record.kind" } } } }, "x-where stands beside x-ref"],
    [{ type: "object", properties: { payer: { type: "string", "x-ref": "people", "x-where": { kind: 1 } } } }, "x-where stands beside x-ref"],
  ])("%# is refused as a schema", (schema, told) => {
    expect(() => compileSchema(schema as JsonSchema)).toThrow(told);
  });
});
