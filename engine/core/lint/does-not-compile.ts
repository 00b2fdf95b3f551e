/** Definitions that do not compile: syntax of FEEL and templates, targets, delays, limits. Nothing else is known about them. */
import { EngineError } from "../errors.ts";
import { MAX_DEFINITION_BYTES } from "../machine/compile.ts";
import type { Problem } from "../problem.ts";
import type { Program } from "../program.ts";
import { problem } from "./findings.ts";

export function doesNotCompile(program: Program): Problem[] {
  return program.definitions.flatMap((stored) => {
    if (JSON.stringify(stored.content).length > MAX_DEFINITION_BYTES) {
      return [problem("error", "definition_too_large", stored, "", `The definition is larger than ${MAX_DEFINITION_BYTES} bytes`, "Split it.")];
    }
    try {
      if (stored.kind === "machine") program.machine(stored.key);
      else if (stored.kind === "ruleset" || stored.kind === "table") program.decision(stored.key);
      else if (stored.kind === "fact") program.fact(stored.key);
      else if (stored.kind === "mail") program.mail(stored.key);
      else if (stored.kind === "document") program.document(stored.key);
      return [];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const hint = "Mend the definition; nothing else of it could be checked.";
      const errors = error.data["errors"];
      if (Array.isArray(errors) && errors.length > 0) {
        return (errors as { path: string; message: string }[]).map((each) => problem("error", "does_not_compile", stored, each.path, each.message, hint));
      }
      const path = error.data["path"];
      return [problem("error", "does_not_compile", stored, typeof path === "string" ? path : "", error.message, hint)];
    }
  });
}
