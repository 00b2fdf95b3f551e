/** Transitions that can never be taken, and `always` that would run in a circle. */
import type { ChartNode, ChartTransition } from "../machine/chart.ts";
import type { ActionCode, GuardCode } from "../machine/code.ts";
import type { Problem } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf } from "./compiled.ts";
import { problem } from "./findings.ts";

type Node = ChartNode<GuardCode, ActionCode>;
type Transition = ChartTransition<GuardCode, ActionCode>;

/** Of several candidates the first open one is taken: what stands behind one without a guard, or behind the same guard, never is. */
export function ambiguousTransitions(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) =>
    compiled.chart.nodes.flatMap((node) =>
      [...node.on.values(), node.always].flatMap((candidates) => {
        const seen = new Set<string>();
        let isClosed = false;
        return candidates.flatMap((candidate) => {
          const name = guardName(candidate);
          const isDead = isClosed || seen.has(name);
          if (candidate.guard === null) isClosed = true;
          seen.add(name);
          return isDead
            ? [
                problem(
                  "error",
                  "transition_never_taken",
                  stored,
                  `/config${candidate.pointer}`,
                  "A candidate before it always wins",
                  "Order the candidates from the most special to the one without a guard.",
                ),
              ]
            : [];
        });
      }),
    ),
  );
}

function guardName({ guard, index }: Transition): string {
  if (guard === null) return `none ${index}`;
  return JSON.stringify([
    guard.whens.map((when) => when.text),
    guard.gates.map((gate) => [gate.ref, [...gate.bind].map(([name, expression]) => [name, expression.text]), gate.expect ?? null]),
  ]);
}

/** `always` without a guard from state to state and back: the first event there ends at the limit of microsteps. */
export function alwaysCycles(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const { nodes } = compiled.chart;
    const next = (node: Node): number | null => {
      const free = node.always.find((transition) => transition.guard === null);
      if (free === undefined) return null;
      let target = free.targets?.[0] ?? node.index;
      while (nodes[target]!.type === "compound") target = nodes[target]!.initial;
      return free.targets === null ? null : target;
    };
    return nodes.flatMap((node) => {
      const visited = new Set<number>();
      let current: number | null = node.index;
      while (current !== null && !visited.has(current)) {
        visited.add(current);
        current = next(nodes[current]!);
      }
      // Told once, at the first state of the circle.
      if (current !== node.index || Math.min(...visited) !== node.index) return [];
      const path = [...visited].map((index) => nodes[index]!.path).join(" -> ");
      return [
        problem(
          "error",
          "always_cycle",
          stored,
          `/config${node.pointer}/always`,
          `\`always\` runs in a circle: ${path}`,
          "Give one of these transitions a guard.",
        ),
      ];
    });
  });
}
