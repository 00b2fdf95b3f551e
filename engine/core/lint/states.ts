/** States that nothing goes to, and states that nothing goes out of. */
import { isAtomic, isBelow } from "../machine/chart.ts";
import type { CompiledMachine } from "../machine/compile.ts";
import { initialEntry } from "../machine/entry-set.ts";
import type { Problem } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf } from "./compiled.ts";
import { problem } from "./findings.ts";

/** Walks from the initial states over every transition, whatever its guard says: what is left over cannot be reached at all. */
export function unreachableStates(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const reached = reachable(compiled);
    return compiled.chart.nodes
      .filter((node) => node.type !== "history" && !reached.has(node.index) && (node.parent < 0 || reached.has(node.parent)))
      .map((node) =>
        problem(
          "warning",
          "unreachable_state",
          stored,
          `/config${node.pointer}`,
          `No transition goes to the state "${node.path}"`,
          "Add a transition to it, or remove it.",
        ),
      );
  });
}

export function reachable(machine: CompiledMachine): ReadonlySet<number> {
  const { chart } = machine;
  const reached = new Set<number>();
  const queue: number[] = [];
  const add = (index: number): void => {
    if (index < 0 || reached.has(index)) return;
    const node = chart.nodes[index]!;
    if (node.type === "history") {
      for (const target of node.historyTargets ?? [chart.nodes[node.parent]!.initial]) add(target);
      add(node.parent);
      return;
    }
    reached.add(index);
    queue.push(index);
    add(node.parent);
    if (node.type === "compound") add(node.initial);
    if (node.type === "parallel") for (const child of node.children) if (chart.nodes[child]!.type !== "history") add(child);
  };
  // A target inside a state does not enter that state's initial one, but some other way in may; that much is let pass.
  for (const index of initialEntry(chart)) add(index);
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const node = chart.nodes[index]!;
    for (const transitions of [...node.on.values(), node.always]) for (const { targets } of transitions) for (const target of targets ?? []) add(target);
  }
  return reached;
}

/** Leaves that are not final and have no transition, neither of their own nor of a state around them. */
export function deadEnds(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const { chart } = compiled;
    return chart.nodes.flatMap((node) => {
      if (!isAtomic(node) || node.type === "final") return [];
      let isInRegion = false;
      for (let index = node.index; index >= 0; index = chart.nodes[index]!.parent) {
        const each = chart.nodes[index]!;
        const goes = [...each.on.values(), each.always].some((list) =>
          list.some(({ targets }) => targets?.some((target) => target !== node.index && !isBelow(chart, node.index, target))),
        );
        if (goes) return [];
        if (each.parent >= 0 && chart.nodes[each.parent]!.type === "parallel") isInRegion = true;
      }
      // A region may well come to rest while the others go on.
      const severity = isInRegion ? "info" : "warning";
      return [
        problem(
          severity,
          "dead_end_state",
          stored,
          `/config${node.pointer}`,
          `Nothing goes out of the state "${node.path}", and it is not final`,
          'Give it `"type": "final"`, or a transition.',
        ),
      ];
    });
  });
}
