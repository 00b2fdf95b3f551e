/** A machine taken apart into states and transitions under stable names, so that two versions can be compared part by part. */
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";

export interface MachineParts {
  /** State path ("" is the machine) -> its own config, without children and transitions. */
  readonly states: ReadonlyMap<string, JsonObject>;
  /** `<source>|<kind>:<event>|<index>` -> the transition. */
  readonly transitions: ReadonlyMap<string, Json>;
}

const TAKEN_APART = ["states", "on", "always", "after", "onDone"];

/** Works on any JSON; what is not shaped like a statechart has no parts. */
export function machineParts(definition: JsonObject): MachineParts {
  const states = new Map<string, JsonObject>();
  const transitions = new Map<string, Json>();
  const visit = (path: string, node: JsonObject): void => {
    states.set(path, Object.fromEntries(Object.entries(node).filter(([key]) => !TAKEN_APART.includes(key))));
    const add = (kind: string, event: string, value: Json | undefined): void => {
      if (value === undefined) return;
      const candidates = Array.isArray(value) ? value : [value];
      for (const [index, candidate] of candidates.entries())
        transitions.set(`${path}|${kind}:${event}|${index}`, typeof candidate === "string" ? { target: candidate } : candidate);
    };
    if (isJsonObject(node["on"])) for (const [event, value] of Object.entries(node["on"])) add("event", event, value);
    add("always", "", node["always"]);
    if (isJsonObject(node["after"])) for (const [delay, value] of Object.entries(node["after"])) add("after", delay, value);
    add("done", "", node["onDone"]);
    if (!isJsonObject(node["states"])) return;
    for (const [name, child] of Object.entries(node["states"])) if (isJsonObject(child)) visit(path === "" ? name : `${path}.${name}`, child);
  };
  if (isJsonObject(definition["config"])) visit("", definition["config"]);
  return { states, transitions };
}
