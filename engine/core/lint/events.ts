/** Events that are declared and handled nowhere, or handled and declared nowhere. */
import { isReservedEvent, matchesDescriptor } from "../machine/chart.ts";
import type { CompiledMachine } from "../machine/compile.ts";
import { type Problem, pointer } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf } from "./compiled.ts";
import { problem } from "./findings.ts";

export function eventDeclarations(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) => {
    const { chart, definition } = compiled;
    const declared = new Set([...Object.keys(definition.events ?? {}), ...Object.keys(definition.start ?? {})]);
    const raised = raisedEvents(compiled);
    const unused = Object.keys(definition.events ?? {})
      .filter((event) => !chart.events.some((descriptor) => matchesDescriptor(event, descriptor)))
      .map((event) =>
        problem("warning", "event_unused", stored, pointer("events", event), `No state handles the event "${event}"`, "Add a transition for it, or remove it."),
      );
    const undeclared = chart.events
      .filter((event) => !event.endsWith("*") && !isReservedEvent(event) && !declared.has(event) && !raised.has(event))
      .map((event) =>
        problem(
          "error",
          "event_undeclared",
          stored,
          "/events",
          `States handle the event "${event}", which \`events\` does not declare`,
          "Declare it with a title and who may send it.",
        ),
      );
    return [...unused, ...undeclared];
  });
}

/** Events that the machine sends to itself need no declaration. */
function raisedEvents(machine: CompiledMachine): Set<string> {
  const found = new Set<string>();
  for (const { body } of actionsOf(machine)) if (body.type === "send" && body.to === null) found.add(body.event);
  return found;
}

/** Every action of a machine, once, wherever it is named. */
export function actionsOf(machine: CompiledMachine) {
  const { nodes, transitions } = machine.chart;
  return [...new Set([...nodes.flatMap((node) => [...node.entry, ...node.exit]), ...transitions.flatMap((transition) => transition.actions)])];
}

/** Every gate of a machine's transitions and checklist, with its JSON pointer. */
export function gatesOf(machine: CompiledMachine) {
  const guards = machine.chart.transitions
    .flatMap((transition) => transition.guard?.gates ?? [])
    .map((gate) => ({ gate, path: `/config${gate.pointer}`, isGuard: true }));
  return [...guards, ...machine.checklist.flatMap(({ gate }) => (gate === null ? [] : [{ gate, path: gate.pointer, isGuard: false }]))];
}
