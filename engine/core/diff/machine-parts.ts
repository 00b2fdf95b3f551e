/** A machine taken apart into states and transitions under stable names, so that two versions can be compared part by part. */
import type { Json, JsonObject } from "../../schema/json.ts";

export interface MachineParts {
  /** State path ("" is the machine) -> its own config, without children and transitions. */
  readonly states: ReadonlyMap<string, JsonObject>;
  /** `<source>|<kind>:<event>|<index>` -> the transition. */
  readonly transitions: ReadonlyMap<string, Json>;
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
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
    if (isObject(node["on"])) for (const [event, value] of Object.entries(node["on"])) add("event", event, value);
    add("always", "", node["always"]);
    if (isObject(node["after"])) for (const [delay, value] of Object.entries(node["after"])) add("after", delay, value);
    add("done", "", node["onDone"]);
    if (!isObject(node["states"])) return;
    for (const [name, child] of Object.entries(node["states"])) if (isObject(child)) visit(path === "" ? name : `${path}.${name}`, child);
  };
  if (isObject(definition["config"])) visit("", definition["config"]);
  return { states, transitions };
}
