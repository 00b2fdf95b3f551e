/** Type declarations and JSON Schemas as one kind of shape, so that they can be held against each other. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";

export interface Property {
  readonly isOptional: boolean;
  readonly shape: () => Shape;
}
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "primitive"; readonly name: string }
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "list"; readonly of: () => Shape }
  | { readonly kind: "map"; readonly of: () => Shape }
  | { readonly kind: "object"; readonly name: string; readonly properties: ReadonlyMap<string, Property> }
  | { readonly kind: "union"; readonly members: readonly Shape[] };

const ANY: Shape = { kind: "any" };
type Node = any;

/** Names that stand for JSON of any form: what is in them, the schemas of an admin say. */
const OPEN = new Set(["Json", "JsonObject", "JsonSchema", "Filter"]);

/** The exported types of a folder, by name. Only what declarations of data need: no generics but Readonly, Record and Extract. */
export function readTypes(folder: string): (name: string) => Shape {
  const declared = new Map<string, Node>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const { program } = parseSync(file, readFileSync(join(folder, file), "utf8")) as { program: { body: Node[] } };
    for (const statement of program.body) {
      const node = statement.declaration ?? statement;
      if (node.type === "TSInterfaceDeclaration" || node.type === "TSTypeAliasDeclaration") declared.set(node.id.name, node);
    }
  }

  const byName = (name: string): Shape => {
    if (OPEN.has(name)) return ANY;
    const node = declared.get(name);
    if (node === undefined) throw new TypeError(`There is no type ${name}`);
    return node.type === "TSTypeAliasDeclaration" ? of(node.typeAnnotation, name) : { kind: "object", name, properties: membersOf(node) };
  };

  const membersOf = (node: Node): Map<string, Property> => {
    const properties = new Map<string, Property>();
    for (const parent of node.extends ?? []) for (const [name, property] of objectOf(byName(parent.expression.name))) properties.set(name, property);
    for (const member of node.body.body ?? node.body) {
      const key = member.key.name ?? member.key.value;
      properties.set(key, { isOptional: member.optional === true, shape: () => of(member.typeAnnotation.typeAnnotation, key) });
    }
    return properties;
  };

  const of = (node: Node, name: string): Shape => {
    switch (node.type) {
      case "TSStringKeyword":
      case "TSNumberKeyword":
      case "TSBooleanKeyword":
      case "TSNullKeyword":
        return { kind: "primitive", name: node.type.slice(2, -7).toLowerCase() };
      case "TSLiteralType":
        return { kind: "literal", value: node.literal.value };
      case "TSArrayType":
        return { kind: "list", of: () => of(node.elementType, name) };
      case "TSTypeOperator":
      case "TSParenthesizedType":
        return of(node.typeAnnotation, name);
      case "TSUnionType":
        return { kind: "union", members: node.types.map((each: Node) => of(each, name)) };
      case "TSIntersectionType":
        return { kind: "object", name, properties: new Map(node.types.flatMap((each: Node) => [...objectOf(of(each, name))])) };
      case "TSTypeLiteral":
        return { kind: "object", name, properties: membersOf({ body: node.members }) };
      case "TSIndexedAccessType":
        return ANY;
      case "TSTypeReference": {
        const target = node.typeName.name;
        const [first, second] = node.typeArguments?.params ?? [];
        if (target === "Readonly") return of(first, name);
        if (target === "Record") return { kind: "map", of: () => of(second, name) };
        return byName(target);
      }
      default:
        throw new TypeError(`${name}: ${node.type} is not read`);
    }
  };
  return byName;
}

/** Leaves out what a schema refuses of another that it refers to: `"properties": {"name": false}`. */
function without(shape: Shape, refused: Readonly<Record<string, unknown>> = {}): Shape {
  const names = Object.keys(refused).filter((name) => refused[name] === false);
  if (names.length === 0) return shape;
  return { kind: "object", name: `${names}`, properties: new Map([...objectOf(shape)].filter(([name]) => !names.includes(name))) };
}

function objectOf(shape: Shape): ReadonlyMap<string, Property> {
  if (shape.kind !== "object") throw new TypeError("Only objects are joined");
  return shape.properties;
}

/** Schemas of a folder by file name; `$ref`s within it and between its files. */
export function readSchemas(folder: string): (file: string) => Shape {
  const texts = new Map<string, Node>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".schema.json"))) texts.set(file, JSON.parse(readFileSync(join(folder, file), "utf8")));

  const at = (reference: string, file: string): Shape => {
    const [other, pointer = ""] = reference.split("#") as [string, string?];
    const home = other === "" ? file : other;
    const name = pointer.split("/").at(-1) ?? "";
    if (["json", "jsonObject", "jsonSchema", "filter"].includes(name)) return ANY;
    const schema = pointer
      .split("/")
      .slice(1)
      .reduce((node: Node, step) => node[step], texts.get(home));
    return of(schema, home, name);
  };

  const of = (schema: Node, file: string, name: string): Shape => {
    if (schema === true || schema === undefined) return ANY;
    if (schema.$ref !== undefined) return without(at(schema.$ref, file), schema.properties);
    if (schema.const !== undefined) return { kind: "literal", value: schema.const };
    if (schema.enum !== undefined) return { kind: "union", members: schema.enum.map((value: unknown) => ({ kind: "literal", value })) };
    const branches = schema.oneOf ?? schema.anyOf;
    if (branches !== undefined && schema.properties === undefined) return { kind: "union", members: branches.map((branch: Node) => of(branch, file, name)) };
    if (Array.isArray(schema.type)) return { kind: "union", members: schema.type.map((type: string) => of({ ...schema, type }, file, name)) };
    switch (schema.type) {
      case "object": {
        if (schema.properties === undefined) {
          const values = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
          return values === undefined ? ANY : { kind: "map", of: () => of(values, file, name) };
        }
        const required = new Set<string>(schema.required ?? []);
        const properties = Object.entries<Node>(schema.properties).map(
          ([key, value]) => [key, { isOptional: !required.has(key), shape: () => of(value, file, key) }] as const,
        );
        return { kind: "object", name: `${file} ${name}`, properties: new Map(properties) };
      }
      case "array":
        return { kind: "list", of: () => of(schema.items, file, name) };
      case "integer":
      case "number":
        return { kind: "primitive", name: "number" };
      case undefined:
        return ANY;
      default:
        return { kind: "primitive", name: schema.type };
    }
  };
  return (file) => of(texts.get(file), file, file);
}
