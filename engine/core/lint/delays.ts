/** Delays that are defined and no state waits for. Delays that are waited for and not defined do not compile. */
import { type Problem, pointer } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf } from "./compiled.ts";
import { problem } from "./findings.ts";

export function unusedDelays(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const used = new Set(compiled.chart.nodes.flatMap((node) => node.delays.map((each) => each.delay)));
    return [...compiled.delays.keys()]
      .filter((name) => !used.has(name))
      .map((name) =>
        problem("warning", "delay_unused", stored, pointer("delays", name), `No state waits for the delay "${name}"`, "Use it in `after`, or remove it."),
      );
  });
}
