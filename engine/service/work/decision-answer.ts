/** Decisions as callers get them: expanded against the very version that decided, with the ways through where the gate is shut. */

import { isOpen } from "../../core/acts/gate.ts";
import { compileRuleset } from "../../core/rules/compile-ruleset.ts";
import { type CompiledDecision, toDecision } from "../../core/rules/decision.ts";
import { unlock } from "../../core/rules/unlock.ts";
import type { CompactDecision, Decision, UnlockOption } from "../../core/step-types.ts";
import { compileTable } from "../../core/tables/compile-table.ts";
import { peopleWithRoles } from "../../store/people.ts";
import { asTold, storedAsTold } from "./confidential.ts";
import type { Work } from "./work.ts";

/** Expands decisions in order; those that shut carry their unlock options, as `withHolders` tells them. `asking`: key of the machine that asked. */
export async function answerDecisions(work: Work, decisions: readonly CompactDecision[], asking?: string): Promise<readonly Decision[]> {
  const answers: Decision[] = [];
  for (const compact of decisions) {
    const compiled = await compiledOf(work, compact.key, compact.version);
    answers.push(compiled === null ? bareDecision(storedAsTold(work, compact)) : await answerDecision(work, compact, compiled, asking));
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

async function answerDecision(work: Work, compact: CompactDecision, compiled: CompiledDecision, asking: string | undefined): Promise<Decision> {
  const decision = toDecision(compact, compiled);
  if (isOpen(compact)) return asTold(work, decision);
  return await withHolders(work, { ...decision, unlock: unlock(decision, compiled) }, asking);
}

/**
 * The decision as the reader may be told of it, with its ways through: the permission of each act, where it is one by name, and for a person also who holds it.
 * Clients of partners are told no names. Without any way, it has no `unlock`.
 *
 * - `asking`: key of the machine whose gate it is; it takes the acts that name no other
 */
export async function withHolders(work: Work, decision: Decision, asking?: string): Promise<Decision> {
  const { unlock: options, ...rest } = asTold(work, decision);
  return options === undefined || options.length === 0 ? rest : { ...rest, unlock: await withPeople(work, options, asking) };
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

async function withPeople(work: Work, options: readonly UnlockOption[], asking: string | undefined): Promise<readonly UnlockOption[]> {
  const told: UnlockOption[] = [];
  for (const option of options) {
    const acts: UnlockOption["acts"][number][] = [];
    for (const act of option.acts) {
      const permission = permissionOf(work, act, asking);
      if (permission === null) acts.push(act);
      else if (work.actor.kind === "person") acts.push({ ...act, permission, who: await knownHolders(work, permission) });
      else acts.push({ ...act, permission });
    }
    told.push({ acts });
  }
  return told;
}

/** The permission that sending the act's event needs; null where it is none, or one that only the record tells. */
function permissionOf(work: Work, act: UnlockOption["acts"][number], asking: string | undefined): string | null {
  const { event, machine = asking } = act;
  if (event === undefined || machine === undefined) return null;
  const events = work.ruling.program.machine(machine)?.definition.events ?? {};
  const permission = Object.hasOwn(events, event) ? events[event]?.permission : undefined;
  return typeof permission === "string" ? permission : null;
}

async function knownHolders(work: Work, permission: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const holders = work.shared?.holders.get(permission) ?? (await holdersOf(work, permission));
  work.shared?.holders.set(permission, holders);
  return holders;
}

const PEOPLE_NAMED = 20;

/** People of the org who hold a permission by one of their roles; at most 20 names. */
async function holdersOf(work: Work, permission: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const roles = Object.entries(work.ruling.program.access?.roles ?? {})
    .filter(([, role]) => role.permissions.includes(permission))
    .map(([name]) => name);
  if (roles.length === 0) return [];
  const people = await peopleWithRoles(work.tx, work.org.id, roles.sort(), work.at);
  return people.slice(0, PEOPLE_NAMED).map(({ id, name }) => ({ id, name }));
}
