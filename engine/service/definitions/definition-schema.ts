/** Checks a definition against the JSON Schema of its kind: for packs, drafts and imports. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import { compileSchema, type SchemaProblem, type Validator } from "../../core/validate.ts";
import type { Definition } from "../../schema/definition.ts";
import { KINDS, type Kind } from "../../schema/definition-base.ts";
import type { Json, JsonSchema } from "../../schema/json.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "schema");
const SHARED = ["common"] as const;

const validators = new Map<Kind, Validator>();

/** Everything that does not fit, by JSON pointer; an empty list when it fits. The definition is not changed. */
export function definitionErrors(kind: Kind, definition: unknown): readonly SchemaProblem[] {
  let validator = validators.get(kind);
  if (validator === undefined) {
    const schemas = SHARED.map(readSchema);
    validator = compileSchema(readSchema(kind), { trusted: true, schemas });
    validators.set(kind, validator);
  }
  return validator(structuredClone(definition));
}

/** The schema of a kind as JSON: also for editors. */
export function readSchema(name: string): JsonSchema {
  try {
    return JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), "utf8")) as JsonSchema;
  } catch (error) {
    throw new EngineError("internal", `The schema of "${name}" cannot be read.`, {}, { cause: error });
  }
}

/** The same as findings of a check, for reports beside lints. */
export function schemaProblems(kind: Kind, key: string, definition: Json): readonly Problem[] {
  return definitionErrors(kind, definition).map((error) => ({
    severity: "error",
    code: "schema",
    kind,
    key,
    path: error.path,
    message: error.message,
    hint: "Mend the definition so that it fits the schema of its kind.",
  }));
}

/** - throws EngineError `definition_invalid` with every path that is wrong, also where kind or key differ from the names given */
export function requireValid(kind: Kind, key: string, content: unknown): asserts content is Definition {
  const errors: { readonly path: string; readonly message: string }[] = [...definitionErrors(kind, content)];
  const named = content as { readonly kind?: unknown; readonly key?: unknown } | null;
  if (errors.length === 0 && named?.kind !== kind) errors.push({ path: "/kind", message: `must be "${kind}"` });
  if (errors.length === 0 && named?.key !== key) errors.push({ path: "/key", message: `must be "${key}"` });
  if (errors.length === 0) return;
  throw new EngineError("definition_invalid", `The definition is not valid: ${errors[0]?.path} ${errors[0]?.message}.`, { errors });
}

/** - throws EngineError `definition_not_found` for a word that is no kind */
export function toKind(text: string): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind === undefined) throw new EngineError("definition_not_found", `There is no kind "${text.slice(0, 40)}".`);
  return kind;
}
