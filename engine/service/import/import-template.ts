/** The header that a type's import expects, as an empty CSV file. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { authorizeRecord } from "../records/record-permission.ts";
import { nameOfType, recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";

export interface ImportTemplate {
  readonly name: string;
  readonly csv: string;
}

/**
 * The template of a type, by the type or by the template's own name.
 *
 * - throws EngineError `record_not_found` for unknown types, `not_found` for unknown templates, as a reader of the type would
 */
export async function importTemplate(engine: Engine, scope: Scope, wanted: { readonly type: string } | { readonly name: string }): Promise<ImportTemplate> {
  return await inWork(
    engine,
    scope,
    requireOneOrg(scope),
    async (work) => {
      const types = work.ruling.program.types();
      const found = "type" in wanted ? recordTypeOf(work.ruling.program, wanted.type) : types.find((type) => type.template?.name === wanted.name);
      if (found === undefined) throw new EngineError("not_found", "There is no such template.");
      authorizeRecord(work, found, "view");
      return { name: found.template?.name ?? nameOfType(found), csv: `${columnsFor(found).join(",")}\r\n` };
    },
    { dryRun: true },
  );
}

/** The declared columns; else every field: in the order of its form, required ones first. */
function columnsFor(type: TypeDefinition): readonly string[] {
  if (type.template !== undefined) return type.template.columns;
  const required = (type.schema["required"] ?? []) as readonly string[];
  const fields = Object.keys((type.schema["properties"] ?? {}) as JsonObject);
  const ordered = [...((type.schema["x-order"] ?? []) as readonly string[]), ...required];
  return [...new Set([...ordered, ...fields])];
}
