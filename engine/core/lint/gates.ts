/** Gates that nobody can get past when they are wrong, and inputs that nobody supplies. */
import { type Problem, pointer } from "../problem.ts";
import type { Program } from "../program.ts";
import { decisionsOf, machinesOf } from "./compiled.ts";
import { gatesOf } from "./events.ts";
import { problem } from "./findings.ts";

export function gatesWithoutOverride(program: Program): Problem[] {
  return machinesOf(program).flatMap(({ stored, compiled }) =>
    gatesOf(compiled)
      .filter(({ gate, isGuard }) => isGuard && gate.override === null)
      .map(({ gate, path }) =>
        problem(
          "info",
          "gate_without_override",
          stored,
          path,
          `The gate "${gate.ref}" cannot be overridden here`,
          "Add `override` with a permission, unless nobody may ever pass it.",
        ),
      ),
  );
}

/** An input with neither `from` nor a binding at some gate is unknown there, so the gate never opens. */
export function unsuppliedInputs(program: Program): Problem[] {
  const found: Problem[] = [];
  const decisions = decisionsOf(program);
  for (const { stored, compiled } of machinesOf(program)) {
    const recordType = compiled.definition.record;
    for (const { gate, path } of gatesOf(compiled)) {
      const key = program.resolve("ruleset", gate.ref) ?? program.resolve("table", gate.ref);
      const decision = decisions.find((each) => each.stored.key === key)?.compiled;
      if (decision === undefined) continue;
      for (const name of gate.bind.keys()) {
        if (!Object.hasOwn(decision.inputs, name))
          found.push(
            problem("error", "unknown_input", stored, `${path}/bind${pointer(name)}`, `"${gate.ref}" has no input "${name}"`, "Bind one of its inputs."),
          );
      }
      for (const name of Object.keys(gate.expect ?? {})) {
        const outputs = outputNames(decision.definition as never);
        if (name !== "outcome" && outputs !== null && !outputs.includes(name))
          found.push(
            problem("error", "unknown_output", stored, `${path}/expect${pointer(name)}`, `"${gate.ref}" has no output "${name}"`, "Expect one of its outputs."),
          );
      }
      for (const [name, input] of Object.entries(decision.inputs)) {
        const { from } = input;
        const supplied =
          gate.bind.has(name) || typeof from === "string" || (typeof from === "object" && (Object.hasOwn(from, recordType) || Object.hasOwn(from, "*")));
        if (!supplied)
          found.push(
            problem(
              "error",
              "missing_input",
              stored,
              path,
              `Nobody supplies the input "${name}" of "${gate.ref}" here, so this gate never opens`,
              "Bind it at the gate, or give the input a `from`.",
            ),
          );
      }
    }
  }
  return found;
}

function outputNames(definition: { readonly kind: string; readonly outputs?: unknown; readonly compute?: object }): readonly string[] | null {
  if (definition.kind === "table")
    return [...(definition.outputs as { name: string }[]).map((output) => output.name), ...Object.keys(definition.compute ?? {})];
  return definition.outputs === undefined ? null : [...Object.keys(definition.outputs as object), "total"];
}
