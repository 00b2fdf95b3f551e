/** What guards and actions say on a pill: gates, plain conditions, override, and the effects by kind. */
import { isJsonObject, type Json, type JsonObject } from "#engine/schema/json.ts";
import type { PlacedActions } from "./named-actions.ts";

export const EFFECT_KINDS = ["mail", "document", "task", "approval", "emit", "start", "send", "record", "set", "note", "cancelTask", "deliver"] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

export interface GateReading {
  /** Id or key of the rule set or table asked. */
  readonly asks: string;
  readonly kind: "ruleset" | "table";
  readonly expect: JsonObject | null;
  readonly overridePermission: string | null;
  readonly binding: "late" | "pinned";
  readonly bind: JsonObject;
}

export interface GuardReading {
  readonly gates: readonly GateReading[];
  readonly conditions: readonly string[];
  readonly isOverridable: boolean;
  /** Short text for a branch without an event. */
  readonly text: string;
}

const isEffectKind = (value: unknown): value is EffectKind => (EFFECT_KINDS as readonly unknown[]).includes(value);
const textOf = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

export function readGuard(guard: unknown): GuardReading {
  const gates: GateReading[] = [];
  const conditions: string[] = [];
  const visit = (node: unknown): void => {
    if (!isJsonObject(node)) return;
    const params = isJsonObject(node["params"]) ? node["params"] : {};
    if (node["type"] === "when") conditions.push(textOf(params["expr"]) ?? "");
    else if (node["type"] === "all" && Array.isArray(params["guards"])) params["guards"].forEach(visit);
    else if (node["type"] === "gate") {
      const override = isJsonObject(params["override"]) ? params["override"] : null;
      gates.push({
        asks: textOf(params["ruleset"]) ?? textOf(params["table"]) ?? "",
        kind: params["table"] === undefined ? "ruleset" : "table",
        expect: isJsonObject(params["expect"]) ? params["expect"] : null,
        overridePermission: override === null ? null : textOf(override["permission"]),
        binding: params["binding"] === "pinned" ? "pinned" : "late",
        bind: isJsonObject(params["bind"]) ? params["bind"] : {},
      });
    }
  };
  visit(guard);
  const text = gates[0] === undefined ? shorten(conditions.join(" and ")) : shorten(`${gates[0].asks}${expectText(gates[0].expect)}`);
  return { gates, conditions, isOverridable: gates.some((gate) => gate.overridePermission !== null), text };
}

function expectText(expect: JsonObject | null): string {
  const [entry] = Object.entries(expect ?? {});
  return entry === undefined ? "" : `: ${entry[1] === true ? entry[0] : `${entry[0]} ${String(entry[1])}`}`;
}

const shorten = (text: string): string => {
  const one = text.replaceAll(/\s+/g, " ").trim();
  return one.length > 34 ? `${one.slice(0, 32)}…` : one;
};

/** Effects of actions, in order. */
export function effectsOf(placed: readonly PlacedActions[]): EffectKind[] {
  return placed.flatMap(({ actions }) => actions.map((action) => (isJsonObject(action) ? action["type"] : null))).filter(isEffectKind);
}

/** One action as a line: what it does, to what, and when. */
export function describeAction(
  action: unknown,
): { readonly kind: EffectKind; readonly title: string; readonly detail: string; readonly when: string | null; readonly each: string | null } | null {
  if (!isJsonObject(action) || !isEffectKind(action["type"])) return null;
  const kind = action["type"];
  const params = isJsonObject(action["params"]) ? action["params"] : {};
  const said = (key: string): string => textOf(params[key]) ?? "";
  const line = (): [string, string] => {
    switch (kind) {
      case "mail":
        return ["Send mail", said("mail")];
      case "document":
        return ["Write document", said("document")];
      case "task":
        return ["Open a task", said("title")];
      case "approval":
        return ["Ask for approval", said("title")];
      case "cancelTask":
        return ["Close tasks", said("kind")];
      case "emit":
        return ["Tell outside", said("event")];
      case "start":
        return ["Start", said("machine")];
      case "send":
        return ["Send", `${said("event")}${said("machine") === "" ? "" : ` to ${said("machine")}`}`];
      case "record":
        return [`${said("op").charAt(0).toUpperCase()}${said("op").slice(1)} record`, said("record")];
      case "set":
        return ["Set", [...Object.keys(objectAt(params, "record")), ...Object.keys(objectAt(params, "context"))].join(", ")];
      case "note":
        return ["Note", said("text")];
      case "deliver":
        return ["Deliver", said("channel")];
    }
  };
  const [title, detail] = line();
  return { kind, title, detail, when: textOf(params["when"]), each: textOf(params["each"]) };
}

const objectAt = (params: JsonObject, key: string): JsonObject => {
  const value = params[key];
  return isJsonObject(value) ? value : {};
};
