/**
 * Paths of the record query language as SQL expressions. Only names that a type's schema holds get into SQL, each checked against
 * one pattern and quoted; every value is a parameter.
 */
import { EngineError } from "../core/errors.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type FieldKind, fieldKind, fieldSchema } from "./record-fields.ts";

export interface PathSql {
  /** Comparable: text, numeric, uuid, timestamptz or boolean-as-text. */
  readonly sql: string;
  /** As a JSON value, exact. */
  readonly json: string;
  readonly kind: FieldKind | "id" | "integer" | "state";
  /** For data fields: the jsonb value itself. */
  readonly data?: string;
  /** For data fields: names inside `data`. */
  readonly names?: readonly string[];
  /** For data fields: one of a few values that the schema lists. */
  readonly isChoice?: boolean;
  /** SQL alias of the table it is in. */
  readonly alias: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const META: Readonly<Record<string, { readonly column: string; readonly kind: PathSql["kind"] }>> = {
  "@id": { column: "id", kind: "id" },
  "@code": { column: "code", kind: "text" },
  "@version": { column: "version", kind: "integer" },
  "@createdAt": { column: "created_at", kind: "instant" },
  "@updatedAt": { column: "updated_at", kind: "instant" },
  "@createdBy": { column: "created_by", kind: "text" },
  "@updatedBy": { column: "updated_by", kind: "text" },
};
/** An instant as JSON: UTC, milliseconds. */
export const instantJson = (sql: string): string => `to_jsonb(to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

/** Tables of one query: alias in SQL and type, by the name that paths use ("" is `from`). */
export type Sources = ReadonlyMap<string, { readonly alias: string; readonly type: TypeDefinition }>;

/** @throws query_invalid for a path that no source has */
export function compilePath(sources: Sources, path: string): PathSql {
  const base = sources.get("");
  const [first = "", ...rest] = path.split(".");
  const joined = path.startsWith("@") ? undefined : sources.get(first);
  if (joined !== undefined && rest.length > 0) return compileIn(joined.alias, joined.type, rest.join("."), path);
  if (base === undefined) return refuse(path);
  return compileIn(base.alias, base.type, path, path);
}

function compileIn(alias: string, type: TypeDefinition, path: string, shown: string): PathSql {
  if (path === "@state" || path.startsWith("@state.")) return compileState(alias, type, path.slice("@state.".length), shown);
  if (path === "@org") {
    const sql = `(select o.code from org o where o.id = ${alias}.org_id)`;
    return { sql, json: `to_jsonb(${sql})`, kind: "text", alias };
  }
  const meta = META[path];
  if (meta !== undefined) {
    const sql = `${alias}.${meta.column}`;
    return {
      sql,
      json: meta.kind === "instant" ? instantJson(sql) : `to_jsonb(${sql})`,
      kind: meta.kind,
      alias,
    };
  }
  const names = path.split(".");
  const schema = names.every((name) => NAME.test(name)) ? fieldSchema(type, names) : null;
  if (schema === null) return refuse(shown);
  const kind = fieldKind(schema);
  const last = names.length - 1;
  const parent = names.slice(0, last).reduce((sql, name) => `${sql} -> '${name}'`, `${alias}.data`);
  const text = `(${parent} ->> '${names[last]}')`;
  const data = `(${parent} -> '${names[last]}')`;
  const sql = kind === "number" ? `gh_number(${text})` : kind === "instant" ? `gh_instant(${text})` : text;
  return { sql, json: data, kind, data, names, isChoice: schema["enum"] !== undefined, alias };
}

/** `@state`: the whole state value. `@state.<region>`: the deepest active path below the region, as text ("picking", "released.picking"). */
function compileState(alias: string, type: TypeDefinition, region: string, shown: string): PathSql {
  const newest = (value: string): string => `(select ${value} from instance i where ${instanceOf(alias, type)} order by i.id desc limit 1)`;
  if (region === "") return { sql: newest("i.state #>> '{}'"), json: newest("i.state::jsonb"), kind: "state", alias };
  if (!/^[A-Za-z0-9_][A-Za-z0-9_. -]*$/.test(region)) refuse(shown);
  const sql = newest(`(select substr(s, ${region.length + 2}) from unnest(i.states) s where starts_with(s, '${region}.') order by length(s) desc limit 1)`);
  return { sql, json: `to_jsonb(${sql})`, kind: "state", alias };
}

/** Condition that the instance `i` carries the state of the record `alias`. */
export function instanceOf(alias: string, type: TypeDefinition): string {
  const machine = type.machine;
  const same = machine === undefined ? "true" : machine.includes(".") ? `i.machine = ${quote(machine)}` : `split_part(i.machine, '.', 2) = ${quote(machine)}`;
  return `i.record_id = ${alias}.id and ${type.scope === "org" ? `i.org_id = ${alias}.org_id and ` : ""}${same}`;
}

/** Names of definitions in SQL text: keys and ids are kebab-case, anything else is refused. */
export function quote(name: string): string {
  if (!/^[A-Za-z0-9_.-]{1,200}$/.test(name)) return refuse(name);
  return `'${name}'`;
}

export function aliasName(name: string): string {
  if (!NAME.test(name)) refuse(name);
  return `"j_${name}"`;
}

export function refuse(path: string, message = `The path "${path.slice(0, 200)}" is not known here.`): never {
  throw new EngineError("query_invalid", message, { errors: [{ path: `/${path.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1")}`, message }] });
}
