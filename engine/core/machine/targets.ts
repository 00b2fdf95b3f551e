/** Resolves transition targets as XState does: "#id", "#id.child", ".child" (inside), "sibling", "sibling.child". */
import { EngineError } from "../errors.ts";
import type { ChartNode } from "./chart.ts";

interface Tree {
  readonly nodes: readonly ChartNode<unknown, unknown>[];
  readonly byId: ReadonlyMap<string, number>;
}

/** Splits at dots; a backslash takes the next character as it is. */
export function statePathKeys(path: string): string[] {
  const keys: string[] = [];
  let key = "";
  for (let i = 0; i < path.length; i++) {
    if (path[i] === "\\") key += path[++i] ?? "";
    else if (path[i] === ".") {
      keys.push(key);
      key = "";
    } else key += path[i];
  }
  keys.push(key);
  return keys;
}

/**
 * Index of the node that a transition of `source` aims at.
 *
 * - throws EngineError `definition_invalid` where there is none
 */
export function resolveTarget(tree: Tree, source: number, target: string): number {
  const node = tree.nodes[source]!;
  const fail = (): never => {
    throw new EngineError("definition_invalid", `State "${node.path || node.id}" has the target "${target}", which does not exist`, { path: node.pointer });
  };
  if (target.startsWith("#")) return resolveId(tree, target) ?? fail();
  if (target.startsWith(".")) return descend(tree, source, statePathKeys(target.slice(1))) ?? fail();
  if (node.parent < 0) return fail();
  return descend(tree, node.parent, statePathKeys(target)) ?? fail();
}

export function resolveId(tree: Tree, target: string): number | null {
  const [id, ...keys] = statePathKeys(target.slice(1));
  const start = tree.byId.get(id!);
  return start === undefined ? null : descend(tree, start, keys);
}

/** Follows keys downwards; "#id" keys restart; an empty key ends the path, as in XState. */
export function descend(tree: Tree, from: number, keys: readonly string[]): number | null {
  let current = from;
  for (const key of keys) {
    if (key === "") return current;
    if (key.startsWith("#")) {
      const found = tree.byId.get(key.slice(1));
      if (found === undefined) return null;
      current = found;
      continue;
    }
    const child = tree.nodes[current]!.children.find((index) => tree.nodes[index]!.key === key);
    if (child === undefined) return null;
    current = child;
  }
  return current;
}
