/** FEEL that does not parse, in the texts that are compiled only when they are used. */
import { tryCompileFeel } from "../feel/compile.ts";
import { type Problem, pointer } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";
import { referenceChoices } from "../reference-choice.ts";
import { problem } from "./findings.ts";

export function feelSyntax(program: Program): Problem[] {
  const found: Problem[] = [];
  const check = (stored: StoredDefinition, path: string, source: unknown): void => {
    if (typeof source !== "string") return;
    const result = tryCompileFeel(source);
    if (!result.ok) found.push(problem("error", "feel_syntax", stored, path, result.error.message, `At character ${result.error.from + 1} of the text.`));
  };
  const map = (stored: StoredDefinition, path: string, values: object | undefined): void => {
    for (const [name, source] of Object.entries(values ?? {})) check(stored, path + pointer(name), source);
  };
  for (const stored of [...program.all("ruleset"), ...program.all("table")]) {
    for (const [name, input] of Object.entries(stored.content.inputs)) {
      const path = `${pointer("inputs", name)}/from`;
      if (typeof input.from === "object") map(stored, path, input.from);
      else check(stored, path, input.from);
      for (const [i, act] of (input.changedBy ?? []).entries()) check(stored, `${pointer("inputs", name, "changedBy", i)}/on`, act.on);
    }
  }
  for (const stored of program.all("machine")) {
    for (const group of ["start", "events"] as const) {
      for (const [event, spec] of Object.entries(stored.content[group] ?? {})) {
        const at = pointer(group, event);
        if (typeof spec.permission === "object") check(stored, `${at}/permission/expr`, spec.permission.expr);
        for (const { path, where } of spec.payload === undefined ? [] : referenceChoices(spec.payload)) map(stored, `${at}/payload${path}/x-where`, where);
        check(stored, `${at}/requester`, spec.requester);
        check(stored, `${at}/minRank`, spec.minRank);
        if ("unique" in spec) check(stored, `${at}/unique`, spec.unique);
        if ("adopt" in spec) check(stored, `${at}/adopt`, spec.adopt);
      }
    }
    for (const [i, invariant] of (stored.content.invariants ?? []).entries()) check(stored, `/invariants/${i}/never`, invariant.never);
  }
  for (const stored of program.all("type")) {
    check(stored, "/hiddenWhen", stored.content.hiddenWhen);
    map(stored, "/reversal", stored.content.reversal);
    for (const [i, rule] of (stored.content.checks ?? []).entries())
      for (const name of ["when", "holds"] as const) check(stored, `/checks/${i}/${name}`, rule[name]);
    for (const [i, mask] of (stored.content.mask ?? []).entries()) check(stored, `/mask/${i}/when`, mask.when);
    for (const [i, hook] of (stored.content.onChange ?? []).entries()) {
      for (const name of ["when", "each", "to"] as const) check(stored, `/onChange/${i}/${name}`, hook[name]);
      map(stored, `/onChange/${i}/payload`, hook.payload);
    }
  }
  for (const stored of program.all("view")) {
    for (const [i, tab] of stored.content.tabs.entries()) {
      for (const [j, column] of tab.columns.entries()) {
        check(stored, `/tabs/${i}/columns/${j}/expr`, column.expr);
        map(stored, `/tabs/${i}/columns/${j}/gate/bind`, column.gate?.bind);
      }
    }
    for (const [i, summary] of (stored.content.summary ?? []).entries()) map(stored, `/summary/${i}/args`, summary.args);
    for (const [i, panel] of (stored.content.detail?.panels ?? []).entries())
      for (const [j, field] of panel.fields.entries()) check(stored, `/detail/panels/${i}/fields/${j}/expr`, field.expr);
  }
  for (const stored of program.all("contract")) {
    for (const [machine, query] of Object.entries(stored.content.queries ?? {})) map(stored, pointer("queries", machine, "answer"), query.answer);
    for (const [event, spec] of Object.entries(stored.content.events)) {
      for (const group of ["checks", "notices"] as const)
        for (const [i, { wrong }] of (spec[group] ?? []).entries()) check(stored, `${pointer("events", event, group, i)}/wrong`, wrong);
      for (const group of ["effects", "onRefused"] as const) {
        for (const [i, effect] of (spec[group] ?? []).entries()) {
          const at = pointer("events", event, group, i);
          for (const name of ["when", "each", "to", "about"] as const)
            if (name in effect) check(stored, `${at}/${name}`, (effect as unknown as Record<string, unknown>)[name]);
          for (const name of ["payload", "by", "set"] as const)
            if (name in effect) map(stored, `${at}/${name}`, (effect as unknown as Record<string, object>)[name]);
          if (effect.type === "task") for (const [, source] of effect.title.matchAll(/\{([^{}]+)\}/gu)) check(stored, `${at}/title`, source);
        }
      }
    }
  }
  return found;
}
