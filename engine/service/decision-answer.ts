/** Decisions as callers get them: expanded against the very version that decided, with the ways through where the gate is shut. */

import { isOpen } from "../core/acts/gate.ts";
import { compileRuleset } from "../core/rules/compile-ruleset.ts";
import { type CompiledDecision, toDecision } from "../core/rules/decision.ts";
import { unlock } from "../core/rules/unlock.ts";
import type { CompactDecision, Decision, UnlockOption } from "../core/step-types.ts";
import { compileTable } from "../core/tables/compile-table.ts";
import { peopleWithRoles } from "../store/people.ts";
import { asTold, storedAsTold } from "./confidential.ts";
import type { Work } from "./work.ts";

/** Expands decisions in order; those that shut carry their unlock options with the people who may act. */
export async function answerDecisions(work: Work, decisions: readonly CompactDecision[]): Promise<readonly Decision[]> {
  const answers: Decision[] = [];
  for (const compact of decisions) {
    const compiled = await compiledOf(work, compact.key, compact.version);
    answers.push(compiled === null ? bareDecision(storedAsTold(work, compact)) : await answerDecision(work, compact, compiled));
  }
  return answers;
}

/** The decisions of guards, which let an event pass or not, before those that they asked in turn. */
export function guardsFirst(decisions: readonly CompactDecision[]): readonly CompactDecision[] {
  return [...decisions.filter(isGuards), ...decisions.filter((decision) => !isGuards(decision))];
}

export const isGuards = (decision: Pick<CompactDecision, "at">): boolean => decision.at === "guard";

/** Those of guards that did not open, overridden ones left out. */
export function shutOnes(decisions: readonly CompactDecision[]): readonly CompactDecision[] {
  return decisions.filter((decision) => isGuards(decision) && decision.overridden === undefined && !isOpen(decision));
}

async function answerDecision(work: Work, compact: CompactDecision, compiled: CompiledDecision): Promise<Decision> {
  const decision = toDecision(compact, compiled);
  if (isOpen(compact)) return asTold(work, decision);
  return await withHolders(work, { ...decision, unlock: unlock(decision, compiled) });
}

/** The decision as the reader may be told of it, with its ways through told by name; without any, it has no `unlock`. */
export async function withHolders(work: Work, decision: Decision): Promise<Decision> {
  const { unlock: options, ...rest } = asTold(work, decision);
  return options === undefined || options.length === 0 ? rest : { ...rest, unlock: await withPeople(work, options) };
}

/** The version as it decided: from the release in force where it is the same, else compiled from its stored text. */
async function compiledOf(work: Work, key: string, version: string): Promise<CompiledDecision | null> {
  const current = work.ruling.program.decision(key);
  if (current !== null && current.version === version) return current;
  const definition = await work.engine.programs.definition(work.tx, version);
  if (definition?.kind === "ruleset") return compileRuleset(definition, version);
  if (definition?.kind === "table") return compileTable(definition, version);
  return null;
}

function bareDecision(compact: CompactDecision): Decision {
  const { key, version, outcome, output, reasons, overridden } = compact;
  return {
    key,
    version,
    outcome,
    output,
    reasons,
    events: [],
    explanation: { inputs: compact.inputs, params: compact.params, rules: [] },
    ...(overridden === undefined ? {} : { overridden }),
  };
}

/** Adds to each act the people of the org who hold its permission; at most 20 names. */
async function withPeople(work: Work, options: readonly UnlockOption[]): Promise<readonly UnlockOption[]> {
  const holders = new Map<string, readonly { readonly id: string; readonly name: string }[]>();
  for (const permission of new Set(options.flatMap((option) => option.acts.flatMap((act) => act.permission ?? [])))) {
    const known = work.shared?.holders.get(permission) ?? (await holdersOf(work, permission));
    work.shared?.holders.set(permission, known);
    holders.set(permission, known);
  }
  return options.map((option) => ({
    acts: option.acts.map((act) => (act.permission === undefined ? act : { ...act, who: holders.get(act.permission) ?? [] })),
  }));
}

const PEOPLE_NAMED = 20;

/** People of the org who hold a permission by one of their roles. */
export async function holdersOf(work: Work, permission: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const roles = Object.entries(work.ruling.program.access?.roles ?? {})
    .filter(([, role]) => role.permissions.includes(permission))
    .map(([name]) => name);
  if (roles.length === 0) return [];
  const people = await peopleWithRoles(work.tx, work.org.id, roles.sort(), work.at);
  return people.slice(0, PEOPLE_NAMED).map(({ id, name }) => ({ id, name }));
}
