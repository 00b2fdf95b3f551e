/** Named actions that no state and no transition uses. Names that are used and not defined do not compile. */
import { type Problem, pointer } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf } from "./compiled.ts";
import { actionsOf } from "./events.ts";
import { problem } from "./findings.ts";

export function unusedActions(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const used = new Set(actionsOf(compiled));
    return [...compiled.named]
      .filter(([, actions]) => !actions.some((action) => used.has(action)))
      .map(([name]) =>
        problem(
          "warning",
          "action_unused",
          stored,
          pointer("actions", name),
          `No state and no transition names the action "${name}"`,
          "Name it where it is meant, or remove it.",
        ),
      );
  });
}
