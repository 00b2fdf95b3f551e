/** Random statecharts for the property tests: every feature of the supported XState config, reproducible from a number. */
import type { StatechartConfig } from "#engine/schema/statechart.ts";

export type Random = () => number;

/** mulberry32: 32 bits of state are enough for test data. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const EVENTS = ["go", "go.on", "go.on.now", "stop", "tick"] as const;
const DESCRIPTORS = ["go", "go.on", "go.on.now", "stop", "tick", "*", "go.*", "go.on.*"] as const;
const RAISED = ["stop", "tick"] as const;

interface Draft {
  key: string;
  path: string[];
  type: "atomic" | "compound" | "parallel" | "final" | "history";
  children: Draft[];
  id?: string;
  config: Record<string, unknown>;
}

export interface ChartOptions {
  /** Also aim at the history of a state from inside it, where XState itself can end with impossible sets of active states. */
  readonly historyFromInside?: boolean;
}

/** A chart of up to about 25 states. Actions are numbered, so that their order can be compared. */
export function randomChart(random: Random, options: ChartOptions = {}): StatechartConfig {
  const int = (below: number) => Math.floor(random() * below);
  const chance = (p: number) => random() < p;
  const pick = <T>(list: readonly T[]): T => list[int(list.length)]!;
  let counter = 0;
  let ids = 0;
  const all: Draft[] = [];
  const make = (key: string, path: string[], depth: number): Draft => {
    const draft: Draft = { key, path, type: "atomic", children: [], config: {} };
    all.push(draft);
    const grow = depth === 0 || (depth < 4 && all.length < 22 && chance(0.5));
    if (grow) {
      draft.type = chance(0.35) ? "parallel" : "compound";
      const names = ["a", "b", "c", "d"].slice(0, 1 + int(3) + (depth === 0 ? 1 : 0));
      for (const name of names) draft.children.push(make(name, [...path, name], depth + 1));
      if (draft.type === "compound" && draft.children.length > 1 && chance(0.35)) {
        const last = draft.children.at(-1)!;
        if (last.children.length === 0) last.type = "final";
      }
      if (chance(0.3)) {
        const history: Draft = {
          key: "h",
          path: [...path, "h"],
          type: "history",
          children: [],
          config: { type: "history", history: chance(0.5) ? "deep" : "shallow" },
        };
        // The default history of a parallel root is the root itself, which XState enters without having left it.
        if (chance(0.3) || (depth === 0 && draft.type === "parallel")) history.config["target"] = pick(draft.children).key;
        draft.children.push(history);
        all.push(history);
      }
    } else if (depth > 1 && chance(0.1)) draft.type = "final";
    if (depth > 0 && chance(0.2)) draft.id = `id_${ids++}`;
    return draft;
  };
  const root = make("m", [], 0);
  const action = () => {
    const roll = random();
    if (roll < 0.12) return { type: "raiseIt", params: { event: pick(RAISED) } };
    if (roll < 0.24) return { type: "count", params: {} };
    return { type: "act", params: { n: counter++ } };
  };
  const actions = (most: number) => Array.from({ length: int(most + 1) }, action);
  const absolute = (target: Draft) => (target.id !== undefined ? `#${target.id}` : target.path.length === 0 ? "#m" : `#m.${target.path.join(".")}`);
  const isInside = (source: Draft, parent: readonly string[]) => parent.every((key, i) => source.path[i] === key);
  const targetFor = (source: Draft): string => {
    for (;;) {
      const [target, text] = anyTarget(source);
      if (target.type !== "history" || options.historyFromInside === true || !isInside(source, target.path.slice(0, -1))) return text;
    }
  };
  const anyTarget = (source: Draft): [Draft, string] => {
    const target = pick(all.slice(1));
    const parentPath = source.path.slice(0, -1);
    if (source.path.length > 0 && chance(0.5)) {
      const siblings = all.filter((each) => each.path.length > parentPath.length && parentPath.every((key, i) => each.path[i] === key));
      const sibling = pick(siblings);
      return [sibling, sibling.path.slice(parentPath.length).join(".")];
    }
    if (chance(0.4) && source.children.length > 0) {
      const child = pick(source.children);
      return [child, `.${child.key}`];
    }
    return [target, absolute(target)];
  };
  const guard = () => (chance(0.5) ? { guard: { type: "when", params: { id: int(40) } } } : {});
  const transition = (source: Draft, inList = false): unknown => {
    const roll = random();
    if (roll < 0.15 && !inList) return targetFor(source);
    const target = roll < 0.3 ? {} : { target: roll > 0.93 ? manyTargets(source) : targetFor(source) };
    return { ...target, ...guard(), ...(chance(0.2) ? { reenter: true } : {}), actions: actions(2) };
  };
  const manyTargets = (source: Draft): string | string[] => {
    const parallel = all.filter((each) => each.type === "parallel" && each.children.filter((child) => child.type !== "history").length > 1);
    if (parallel.length === 0) return targetFor(source);
    const regions = pick(parallel).children.filter((child) => child.type !== "history");
    return regions.slice(0, 2).map((region) => absolute(chance(0.5) && region.children.length > 0 ? pick(region.children) : region));
  };
  const several = (source: Draft) => Array.from({ length: 1 + int(2) }, () => transition(source, true));
  const finish = (draft: Draft): Record<string, unknown> => {
    const config = draft.config;
    if (draft.id !== undefined) config["id"] = draft.id;
    if (draft.type === "history") return config;
    if (draft.type === "parallel" || draft.type === "final") config["type"] = draft.type;
    if (chance(0.5)) config["entry"] = actions(2);
    if (chance(0.5)) config["exit"] = actions(2);
    if (draft.type !== "final") {
      const on: Record<string, unknown> = {};
      for (const descriptor of DESCRIPTORS) if (chance(0.3)) on[descriptor] = chance(0.5) ? transition(draft) : several(draft);
      config["on"] = on;
      if (chance(0.12)) config["always"] = several(draft).map((each) => ({ ...(each as object), guard: { type: "when", params: { id: int(40) } } }));
      if (chance(0.2)) config["after"] = { 1000: transition(draft), ...(chance(0.3) ? { wait: several(draft) } : {}) };
      if (draft.children.length > 0 && chance(0.4)) config["onDone"] = transition(draft);
    }
    if (draft.children.length > 0) {
      config["states"] = Object.fromEntries(draft.children.map((child) => [child.key, finish(child)]));
      if (draft.type === "compound") config["initial"] = pick(draft.children.filter((child) => child.type !== "history")).key;
    }
    return config;
  };
  return { ...(finish(root) as object), id: "m" } as unknown as StatechartConfig;
}
