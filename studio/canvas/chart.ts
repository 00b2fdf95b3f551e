/**
 * A machine definition as a drawing: states with their nesting, transitions with what stands on their pill. One way, pure,
 * and lenient: a definition in the middle of an edit still draws, with what cannot be resolved left out and named in `broken`.
 */
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";
import { statePointer } from "../document/commands/rename-title.ts";
import type { JsonPath } from "../document/json-path.ts";
import { type EffectKind, effectsOf, type GuardReading, readGuard } from "./chart-parts.ts";
import { placedActions } from "./named-actions.ts";

export type ChartStateKind = "atomic" | "compound" | "parallel" | "final" | "history" | "choice";

export interface Chip {
  readonly kind: EffectKind | "timer";
  readonly text: string;
}

export interface ChartState {
  /** Path from the root, dotted; "" is the machine itself. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly kind: ChartStateKind;
  readonly parent: string | null;
  readonly children: readonly string[];
  /** Path of the child that is entered first. */
  readonly initial: string | null;
  /** A child of a parallel state. */
  readonly isRegion: boolean;
  readonly history: "shallow" | "deep" | null;
  readonly chips: readonly Chip[];
  readonly path: JsonPath;
}

export type TransitionKind = "event" | "always" | "after" | "done";

export interface ChartTransition {
  /** `<source>|<kind>:<event>|<index>`: stable while source, event and order stay. */
  readonly id: string;
  readonly kind: TransitionKind;
  readonly source: string;
  /** Empty: stays where it is (internal). */
  readonly targets: readonly string[];
  /** Event type, delay name, or "" for `always` and `onDone`. */
  readonly event: string;
  /** What the pill says. */
  readonly label: string;
  readonly guard: GuardReading;
  readonly effects: readonly EffectKind[];
  readonly description: string | null;
  readonly path: JsonPath;
}

export interface Chart {
  readonly root: string;
  readonly states: ReadonlyMap<string, ChartState>;
  readonly transitions: readonly ChartTransition[];
  /** Targets that lead nowhere: `<transition id>: <target>`. */
  readonly broken: readonly string[];
}

/** "awaiting_release" to "Awaiting release". */
export function humanise(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The main way, where the definition names one. */
const pathOf = (definition: JsonObject): readonly string[] =>
  Array.isArray(definition["path"]) ? definition["path"].filter((state): state is string => typeof state === "string") : [];

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export function buildChart(definition: JsonObject): Chart {
  const config = isJsonObject(definition["config"]) ? definition["config"] : {};
  const delays = isJsonObject(definition["delays"]) ? definition["delays"] : {};
  const rootTitle = typeof definition["title"] === "string" ? definition["title"] : String(config["id"] ?? "Machine");
  const states = new Map<string, ChartState>();
  const byId = new Map<string, string>();
  const configs: [string, JsonObject][] = [];

  const visit = (id: string, name: string, parent: string | null, parentKind: ChartStateKind | null, node: JsonObject): void => {
    const children = isJsonObject(node["states"]) ? Object.keys(node["states"]) : [];
    const kind = kindOf(node, children.length > 0);
    const child = (key: string): string => (id === "" ? key : `${id}.${key}`);
    const meta = isJsonObject(node["meta"]) ? node["meta"] : {};
    const initial = typeof node["initial"] === "string" && children.includes(node["initial"]) ? child(node["initial"]) : null;
    if (typeof node["id"] === "string") byId.set(node["id"], id);
    configs.push([id, node]);
    states.set(id, {
      id,
      name,
      title: id === "" ? rootTitle : typeof meta["title"] === "string" ? meta["title"] : humanise(name),
      kind,
      parent,
      children: children.map(child),
      initial,
      isRegion: parentKind === "parallel",
      history: kind === "history" ? (node["history"] === "deep" ? "deep" : "shallow") : null,
      chips: chipsOf(definition, node, delays),
      path: statePointer(id),
    });
    for (const key of children) {
      const inner = (node["states"] as JsonObject)[key];
      visit(child(key), key, id, kind, isJsonObject(inner) ? inner : {});
    }
  };
  visit("", String(config["id"] ?? "machine"), null, null, config);

  const transitions: ChartTransition[] = [];
  const broken: string[] = [];
  for (const [source, node] of configs) {
    for (const raw of rawTransitions(definition, source, node)) {
      const targets: string[] = [];
      for (const target of raw.targets) {
        const resolved = resolveTarget(states, byId, source, target);
        if (resolved === null) broken.push(`${raw.id}: ${target}`);
        else targets.push(resolved);
      }
      transitions.push({ ...raw, targets, label: labelOf(raw.kind, raw.event, raw.guard, raw.isLast) });
    }
  }
  return { root: "", states: inReadingOrder(states, transitions, pathOf(definition)), transitions, broken };
}

/**
 * Children in the order in which one reads them: along the main path, each state before those it leads to, ends last. Stored
 * definitions do not keep the order of keys, so it must not decide how a machine looks.
 */
function inReadingOrder(
  states: ReadonlyMap<string, ChartState>,
  transitions: readonly ChartTransition[],
  path: readonly string[],
): ReadonlyMap<string, ChartState> {
  const childOf = (container: string, id: string): string | null => {
    for (let at: string | null = id; at !== null; at = states.get(at)?.parent ?? null) if (states.get(at)?.parent === container) return at;
    return null;
  };
  const rank = (container: string, id: string): number => {
    const index = path.findIndex((state) => childOf(container, state) === id);
    return index < 0 ? path.length : index;
  };
  /** States that `at` leads to, the next one of the main path first. */
  const nextOf = (container: string, at: string): string[] => {
    const found = transitions.filter((one) => childOf(container, one.source) === at).flatMap((one) => one.targets.map((target) => childOf(container, target)));
    const next = [...new Set(found)].filter((id) => id !== null && id !== at) as string[];
    const own = rank(container, at);
    const distance = (id: string): number => (rank(container, id) > own && rank(container, id) < path.length ? rank(container, id) - own : path.length + 1);
    return next.toSorted((a, b) => distance(a) - distance(b));
  };
  const order = (state: ChartState): readonly string[] => {
    if (state.kind === "parallel") return state.children.toSorted((a, b) => rank(state.id, a) - rank(state.id, b));
    const seen = new Set<string>();
    const finished: string[] = [];
    const walk = (id: string): void => {
      if (seen.has(id)) return;
      seen.add(id);
      for (const next of nextOf(state.id, id)) walk(next);
      finished.push(id);
    };
    if (state.initial !== null) walk(state.initial);
    const reached = finished.toReversed();
    const rest = state.children.filter((id) => !seen.has(id));
    for (const id of rest) walk(id);
    return [...reached, ...finished.slice(reached.length).toReversed()];
  };
  const result = new Map<string, ChartState>();
  const visit = (id: string): void => {
    const state = states.get(id) as ChartState;
    const children = order(state);
    result.set(id, { ...state, children });
    children.forEach(visit);
  };
  visit("");
  return result;
}

function kindOf(node: JsonObject, hasChildren: boolean): ChartStateKind {
  if (node["type"] === "parallel" || node["type"] === "final" || node["type"] === "history") return node["type"];
  if (hasChildren) return "compound";
  const onlyBranches = node["always"] !== undefined && ["on", "after", "entry", "exit", "invoke"].every((key) => node[key] === undefined);
  return onlyBranches ? "choice" : "atomic";
}

function chipsOf(definition: JsonObject, node: JsonObject, delays: JsonObject): Chip[] {
  const counts = new Map<EffectKind, number>();
  for (const kind of effectsOf(placedActions(definition, node["entry"]))) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const chips: Chip[] = [...counts]
    .filter(([kind]) => kind !== "set")
    .map(([kind, count]) => ({ kind, text: count > 1 ? `${CHIP_WORDS[kind]} ${count}` : CHIP_WORDS[kind] }));
  for (const name of isJsonObject(node["after"]) ? Object.keys(node["after"]) : []) chips.push({ kind: "timer", text: delayText(name, delays[name]) });
  return chips;
}

const CHIP_WORDS: Readonly<Record<EffectKind, string>> = {
  mail: "Mail",
  document: "Document",
  task: "Task",
  approval: "Approval",
  emit: "Event out",
  start: "Starts",
  send: "Sends",
  record: "Record",
  set: "Sets",
  note: "Note",
  cancelTask: "Closes task",
  deliver: "Delivers",
};

/** `duration("PT4H")` reads as "4 h"; what is computed reads as the delay's name. */
export function delayText(name: string, expression: unknown): string {
  const iso = typeof expression === "string" ? /^\s*(?:duration\()?"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"\)?\s*$/.exec(expression) : null;
  if (iso === null) return name.replaceAll("_", " ");
  const parts = [iso[1] && `${iso[1]} d`, iso[2] && `${iso[2]} h`, iso[3] && `${iso[3]} min`, iso[4] && `${iso[4]} s`].filter(Boolean);
  return parts.join(" ") || name;
}

interface RawTransition extends Omit<ChartTransition, "label" | "targets"> {
  readonly targets: readonly string[];
  readonly isLast: boolean;
}

function rawTransitions(definition: JsonObject, source: string, node: JsonObject): RawTransition[] {
  const result: RawTransition[] = [];
  const add = (kind: TransitionKind, event: string, value: unknown, path: JsonPath): void => {
    const candidates = listOf(value);
    candidates.forEach((candidate, index) => {
      const config = typeof candidate === "string" ? { target: candidate } : isJsonObject(candidate) ? candidate : {};
      result.push({
        id: `${source}|${kind}:${event}|${index}`,
        kind,
        source,
        event,
        targets: listOf(config["target"]).filter((target): target is string => typeof target === "string"),
        guard: readGuard(config["guard"]),
        effects: effectsOf(placedActions(definition, config["actions"])),
        description: typeof config["description"] === "string" ? config["description"] : null,
        path: [...statePointer(source), ...path, ...(Array.isArray(value) ? [String(index)] : [])],
        isLast: candidates.length > 1 && index === candidates.length - 1,
      });
    });
  };
  if (isJsonObject(node["on"])) for (const [event, value] of Object.entries(node["on"])) add("event", event, value, ["on", event]);
  if (node["always"] !== undefined) add("always", "", node["always"], ["always"]);
  if (isJsonObject(node["after"])) for (const [delay, value] of Object.entries(node["after"])) add("after", delay, value, ["after", delay]);
  if (node["onDone"] !== undefined) add("done", "", node["onDone"], ["onDone"]);
  return result;
}

function labelOf(kind: TransitionKind, event: string, guard: GuardReading, isLast: boolean): string {
  if (kind === "event" || kind === "after") return event;
  if (kind === "done") return "done";
  if (guard.text !== "") return guard.text;
  return isLast ? "else" : "";
}

/** XState's rules: "#id" or "#id.path" from an id, ".child" from the source, otherwise a sibling. Null where it leads nowhere. */
function resolveTarget(states: ReadonlyMap<string, ChartState>, byId: ReadonlyMap<string, string>, source: string, target: string): string | null {
  const join = (base: string, path: string): string => (base === "" ? path : path === "" ? base : `${base}.${path}`);
  const found = (path: string): string | null => (states.has(path) ? path : null);
  if (target.startsWith("#")) {
    const whole = byId.get(target.slice(1));
    if (whole !== undefined) return whole;
    const [id = "", ...rest] = target.slice(1).split(".");
    const base = byId.get(id);
    return base === undefined ? null : found(join(base, rest.join(".")));
  }
  if (target.startsWith(".")) return found(join(source, target.slice(1)));
  const parent = states.get(source)?.parent;
  return found(join(parent ?? "", target));
}
