/** The structural difference of two versions of a definition: what a reviewer has to see, by the parts of its kind. */
import type { Kind } from "../../schema/definition-base.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import { sameJson } from "../canonical.ts";
import { diffJson, type JsonChange } from "./json-diff.ts";
import { machineParts } from "./machine-parts.ts";

export type Change = "added" | "removed" | "changed";

/** One part: a state, a transition, a rule, a row, a text, or any other place of the definition. */
export interface PartChange {
  readonly part: "state" | "transition" | "rule" | "row" | "template" | "other";
  /** State path, transition id, rule name, row id, template name, or JSON pointer. */
  readonly id: string;
  readonly change: Change;
  readonly was?: Json;
  readonly now?: Json;
  /** Of a changed part: the places within it. */
  readonly changes?: readonly JsonChange[];
}

export interface DefinitionDiff {
  readonly kind: Kind;
  readonly key: string;
  readonly title: string;
  readonly change: Change;
  readonly was: string | null;
  readonly now: string | null;
  readonly parts: readonly PartChange[];
  readonly summary: { readonly added: number; readonly removed: number; readonly changed: number };
}

/** One version of a definition, or null where it does not exist on that side. */
export interface Side {
  readonly version: string;
  readonly content: JsonObject;
}

export function diffDefinition(kind: Kind, key: string, was: Side | null, now: Side | null): DefinitionDiff {
  const parts = diffParts(kind, was?.content ?? {}, now?.content ?? {});
  const title = (now ?? was)?.content["title"];
  const count = (change: Change): number => parts.filter((part) => part.change === change).length;
  return {
    kind,
    key,
    title: typeof title === "string" ? title : key,
    change: was === null ? "added" : now === null ? "removed" : "changed",
    was: was?.version ?? null,
    now: now?.version ?? null,
    parts,
    summary: { added: count("added"), removed: count("removed"), changed: count("changed") },
  };
}

function diffParts(kind: Kind, was: JsonObject, now: JsonObject): PartChange[] {
  switch (kind) {
    case "machine": {
      const [before, after] = [machineParts(was), machineParts(now)];
      return [
        ...diffMaps("state", before.states, after.states),
        ...diffMaps("transition", before.transitions, after.transitions),
        ...others(was, now, ["config", "layout"]),
      ];
    }
    case "ruleset":
      return [...diffMaps("rule", named(was["rules"], "name"), named(now["rules"], "name")), ...others(was, now, ["rules"])];
    case "table":
      return [...diffMaps("row", named(was["rows"], "id"), named(now["rows"], "id")), ...others(was, now, ["rows"])];
    case "mail":
    case "document":
      return [...diffMaps("template", entries(was["templates"]), entries(now["templates"])), ...others(was, now, ["templates"])];
    default:
      return others(was, now, []);
  }
}

const entries = (value: Json | undefined): ReadonlyMap<string, Json> => new Map(isJsonObject(value) ? Object.entries(value) : []);
const named = (list: Json | undefined, field: string): ReadonlyMap<string, Json> =>
  new Map((Array.isArray(list) ? list : []).map((item, index) => [isJsonObject(item) && typeof item[field] === "string" ? item[field] : String(index), item]));

function diffMaps(part: PartChange["part"], was: ReadonlyMap<string, Json>, now: ReadonlyMap<string, Json>): PartChange[] {
  const ids = [...now.keys(), ...[...was.keys()].filter((id) => !now.has(id))];
  return ids.flatMap((id): PartChange[] => {
    const [before, after] = [was.get(id), now.get(id)];
    if (before === undefined) return [{ part, id, change: "added", now: after as Json }];
    if (after === undefined) return [{ part, id, change: "removed", was: before }];
    if (sameJson(before, after)) return [];
    return [{ part, id, change: "changed", was: before, now: after, changes: diffJson(before, after) }];
  });
}

function others(was: JsonObject, now: JsonObject, without: readonly string[]): PartChange[] {
  const rest = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).filter(([key]) => !without.includes(key) && key !== "$schema"));
  return diffJson(rest(was), rest(now)).map(({ path, change, ...values }) => ({ part: "other", id: path, change, ...values }));
}
