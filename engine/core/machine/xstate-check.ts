/**
 * Asks XState itself whether it accepts a config: the format's authority, so that a machine can be exported and run elsewhere. Only
 * publishing and tests import this file; the engine runs machines by run-chart.ts.
 */
import { createMachine, initialTransition } from "xstate";
import type { StatechartConfig } from "../../schema/statechart.ts";
import { MAX_MICROSTEPS } from "./chart.ts";

/** What XState says against a config; null when it takes it. The initial state is entered too, with every guard closed. */
export function xstateRefusal(config: StatechartConfig): string | null {
  try {
    const machine = createMachine({ ...config, options: { maxIterations: MAX_MICROSTEPS } } as never).provide({
      guards: { gate: () => false, when: () => false, all: () => false },
    });
    const delays = Object.fromEntries([...namedDelays(config)].map((name) => [name, 1_000]));
    const [snapshot] = initialTransition(machine.provide({ delays }));
    const { status, error } = snapshot as { readonly status: string; readonly error?: unknown };
    return status === "error" ? String((error as Error | undefined)?.message ?? error) : null;
  } catch (error) {
    return (error as Error).message;
  }
}

function namedDelays(config: StatechartConfig): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: { readonly after?: object; readonly states?: object }): void => {
    for (const name of Object.keys(node.after ?? {})) if (!/^\d+$/.test(name)) found.add(name);
    for (const child of Object.values(node.states ?? {})) visit(child as typeof node);
  };
  visit(config);
  return found;
}
