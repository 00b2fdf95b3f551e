import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { KINDS } from "#engine/schema/definition-base.ts";
import { FOLDERS, ROOT, readContent } from "../content/content-files.ts";

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true });
for (const file of readdirSync(join(ROOT, "engine/schema")).filter((name) => name.endsWith(".schema.json"))) {
  ajv.addSchema(JSON.parse(readFileSync(join(ROOT, "engine/schema", file), "utf8")));
}
const files = readContent();

describe("schemas of the kinds", () => {
  it.each(KINDS)("%s has a schema that compiles and closes its top level", (kind) => {
    const validate = ajv.getSchema(`${kind}.schema.json`);
    expect(validate).toBeDefined();
    expect(validate?.({ kind, key: "a.b", title: "t", surprise: true })).toBe(false);
  });
  it("a condition nests all, any and not to any depth", () => {
    const validate = ajv.getSchema("ruleset.schema.json");
    const leaf = { fact: "a", operator: "equal", value: 1 };
    const rule = (conditions: unknown) => ({
      kind: "ruleset",
      key: "p.r",
      title: "t",
      inputs: { a: { type: "integer" } },
      policy: { type: "gate" },
      rules: [{ name: "r", conditions, event: { type: "block" } }],
    });
    expect(validate?.(rule({ all: [{ any: [leaf, { not: { all: [leaf] } }] }] }))).toBe(true);
    expect(validate?.(rule({ all: [] }))).toBe(false);
    expect(validate?.(rule({ all: [leaf], any: [leaf] }))).toBe(false);
  });
});

describe("content files", () => {
  it("there is content", () => expect(files.length).toBeGreaterThan(0));
  it.each(files.map((file) => [file.path, file] as const))("%s fits the schema of its kind", (_path, file) => {
    const validate = ajv.getSchema(`${file.kind}.schema.json`);
    validate?.(file.content);
    expect((validate?.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)).toEqual([]);
  });
  it.each(files.map((file) => [file.path, file] as const))("%s lies where its key says", (path, file) => {
    expect(file.content["kind"]).toBe(file.kind);
    expect(file.content["key"]).toBe(`${file.pack}.${file.name}`);
    expect(path.startsWith(`${FOLDERS[file.kind]}/${file.pack}/`)).toBe(true);
    expect(file.content["$schema"]).toBe(`../../engine/schema/${file.kind}.schema.json`);
  });
  it("keys are unique per kind", () => {
    const keys = files.map((file) => `${file.kind}/${String(file.content["key"])}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });
});
