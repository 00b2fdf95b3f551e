/** Variables that a mail's templates read and nobody fills, and those that are filled for nothing. */
import { type Problem, pointer } from "../problem.ts";
import type { Program } from "../program.ts";
import { machinesOf, mailsOf } from "./compiled.ts";
import { actionsOf } from "./events.ts";
import { problem } from "./findings.ts";

export function templateVariables(program: Program): Problem[] {
  const given = new Map<string, Set<string>>();
  for (const { compiled } of machinesOf(program)) {
    for (const { body } of actionsOf(compiled)) {
      if (body.type !== "mail") continue;
      const key = program.resolve("mail", body.mail) ?? body.mail;
      given.set(key, new Set([...(given.get(key) ?? []), ...body.vars.map(([name]) => name)]));
    }
  }
  return mailsOf(program).flatMap(({ stored, compiled }) => {
    const filled = new Set([...compiled.vars.map(([name]) => name), ...(given.get(compiled.key) ?? []), "branding"]);
    const used = new Set<string>();
    const found: Problem[] = [];
    for (const part of ["subject", "html", "text"] as const) {
      for (const variable of compiled[part].variables) {
        const name = variable.split(".")[0]!;
        used.add(name);
        if (!filled.has(name))
          found.push(
            problem(
              "error",
              "template_variable_unfilled",
              stored,
              `/templates/${part}`,
              `Nobody fills the variable "${variable}"`,
              "Add it to `vars`, or take it out of the template.",
            ),
          );
      }
    }
    for (const [name] of compiled.vars) {
      if (!used.has(name))
        found.push(
          problem("info", "template_variable_unused", stored, pointer("vars", name), `No template reads the variable "${name}"`, "Use it, or remove it."),
        );
    }
    return found;
  });
}
