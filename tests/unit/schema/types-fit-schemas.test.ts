/** Each type of a definition says what its JSON Schema says: the same properties, the same ones required, the same words and forms. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { KINDS } from "#engine/schema/definition-base.ts";
import { readSchemas, readTypes, type Shape } from "#tests/support/type-shapes.ts";

const FOLDER = join(import.meta.dirname, "../../../engine/schema");
const typeNamed = readTypes(FOLDER);
const schemaOf = readSchemas(FOLDER);

const flat = (shape: Shape): readonly Shape[] => (shape.kind === "union" ? shape.members.flatMap(flat) : [shape]);

/** What tells one member of a union from another: the value of `type`, or the names that it must have. */
function signOf(shape: Shape): string {
  switch (shape.kind) {
    case "literal":
      return JSON.stringify(shape.value);
    case "object": {
      const type = shape.properties.get("type")?.shape();
      if (type?.kind === "literal") return `type ${String(type.value)}`;
      return `{${[...shape.properties].flatMap(([name, { isOptional }]) => (isOptional ? [] : [name])).sort()}}`;
    }
    case "primitive":
      return shape.name;
    default:
      return shape.kind;
  }
}

/** Differences by place; a pair that is being compared further out is not gone into again. */
function differences(schema: Shape, type: Shape, path: string, open: ReadonlySet<string>): string[] {
  if (schema.kind === "any" || type.kind === "any") return [];
  if (schema.kind === "union" || type.kind === "union") {
    const [ours, theirs] = [Map.groupBy(flat(schema), signOf), Map.groupBy(flat(type), signOf)];
    if (ours.has("any") || theirs.has("any")) return [];
    const missing = [...ours.keys()].filter((sign) => !theirs.has(sign)).map((sign) => `${path}: the type has no ${sign}`);
    const more = [...theirs.keys()].filter((sign) => !ours.has(sign)).map((sign) => `${path}: the schema has no ${sign}`);
    const inner = [...ours].flatMap(([sign, [one]]) => {
      const other = theirs.get(sign)?.[0];
      return one === undefined || other === undefined ? [] : differences(one, other, `${path}<${sign}>`, open);
    });
    return [...missing, ...more, ...inner];
  }
  if (schema.kind === "list" && type.kind === "list") return differences(schema.of(), type.of(), `${path}[]`, open);
  if (schema.kind === "map" && type.kind === "map") return differences(schema.of(), type.of(), `${path}{}`, open);
  if (schema.kind !== "object" || type.kind !== "object")
    return signOf(schema) === signOf(type) ? [] : [`${path}: ${signOf(schema)} in the schema, ${signOf(type)} in the type`];
  const pair = `${schema.name} ${type.name}`;
  if (open.has(pair)) return [];
  const inside = new Set([...open, pair]);
  const found: string[] = [];
  for (const name of new Set([...schema.properties.keys(), ...type.properties.keys()])) {
    const [declared, typed] = [schema.properties.get(name), type.properties.get(name)];
    if (declared === undefined) found.push(`${path}.${name}: not in the schema`);
    else if (typed === undefined) found.push(`${path}.${name}: not in the type`);
    else {
      if (declared.isOptional !== typed.isOptional)
        found.push(`${path}.${name}: ${declared.isOptional ? "optional in the schema" : "required in the schema"} only`);
      found.push(...differences(declared.shape(), typed.shape(), `${path}.${name}`, inside));
    }
  }
  return found;
}

it.each(KINDS)("%s", (kind) => {
  const name = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}Definition`;
  expect(differences(schemaOf(`${kind}.schema.json`), typeNamed(name), kind, new Set())).toEqual([]);
});

it("tells what does not fit", () => {
  const found = differences(schemaOf("fact.schema.json"), typeNamed("SettingsDefinition"), "x", new Set());
  expect(found).toContain("x.value: not in the type");
  expect(found).toContain("x.schema: not in the schema");
  expect(found).toContain('x.kind: "fact" in the schema, "settings" in the type');
});
