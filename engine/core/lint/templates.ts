/** Variables that the templates of mails and documents read and nobody fills, and those that are filled for nothing. */
import type { ExpressionMap } from "../machine/code.ts";
import { type Problem, pointer } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";
import type { CompiledTemplate } from "../templates/compile-mail.ts";
import { documentsOf, machinesOf, mailsOf } from "./compiled.ts";
import { actionsOf } from "./events.ts";
import { problem } from "./findings.ts";

interface Templated {
  readonly stored: StoredDefinition;
  readonly parts: Readonly<Record<string, CompiledTemplate>>;
  readonly vars: ExpressionMap;
  /** Names that are there without anybody's doing. */
  readonly own: readonly string[];
}

export function templateVariables(program: Program): Problem[] {
  const given = givenByActions(program);
  const all: Templated[] = [
    ...mailsOf(program).map(({ stored, compiled: { subject, html, text, vars } }) => ({ stored, parts: { subject, html, text }, vars, own: ["branding"] })),
    ...documentsOf(program).map(({ stored, compiled: { html, vars } }) => ({ stored, parts: { html }, vars, own: ["branding", "number"] })),
  ];
  return all.flatMap(({ stored, parts, vars, own }) => {
    const filled = new Set([...vars.map(([name]) => name), ...(given.get(`${stored.kind} ${stored.key}`) ?? []), ...own]);
    const used = new Set<string>();
    const found: Problem[] = [];
    for (const [part, template] of Object.entries(parts)) {
      for (const variable of template.variables) {
        const name = variable.split(".")[0]!;
        used.add(name);
        if (filled.has(name)) continue;
        const hint = "Add it to `vars`, or take it out of the template.";
        found.push(problem("error", "template_variable_unfilled", stored, `/templates/${part}`, `Nobody fills the variable "${variable}"`, hint));
      }
    }
    for (const [name] of vars) {
      if (used.has(name)) continue;
      found.push(
        problem("info", "template_variable_unused", stored, pointer("vars", name), `No template reads the variable "${name}"`, "Use it, or remove it."),
      );
    }
    return found;
  });
}

/** Variables that actions bring along, by kind and key of what they render. */
function givenByActions(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  const given = new Map<string, Set<string>>();
  for (const { compiled } of machinesOf(program)) {
    for (const { body } of actionsOf(compiled)) {
      if (body.type !== "mail" && body.type !== "document") continue;
      const ref = body.type === "mail" ? body.mail : body.document;
      const name = `${body.type} ${program.resolve(body.type, ref) ?? ref}`;
      given.set(name, new Set([...(given.get(name) ?? []), ...body.vars.map(([variable]) => variable)]));
    }
  }
  return given;
}
