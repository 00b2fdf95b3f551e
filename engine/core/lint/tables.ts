/** Gaps, overlaps and rows that never match, from the analysis of each table. */
import type { Problem } from "../problem.ts";
import type { Program } from "../program.ts";
import { analyseTable } from "../tables/analyse.ts";
import type { CompiledTable } from "../tables/table-parts.ts";
import { decisionsOf } from "./compiled.ts";
import { problem } from "./findings.ts";

export function tableFindings(program: Program): Problem[] {
  return decisionsOf(program).flatMap(({ stored, compiled }) =>
    compiled.kind === "table"
      ? analyseTable(compiled as CompiledTable).map(({ severity, code, path, message, hint }) =>
          problem(severity, `table_${code}`, stored, path, message, hint),
        )
      : [],
  );
}
