/** The compiled definitions of a program, without those that do not compile. */
import { EngineError } from "../errors.ts";
import type { CompiledFact } from "../facts/compile-fact.ts";
import type { CompiledMachine } from "../machine/compile.ts";
import type { Program, StoredDefinition } from "../program.ts";
import type { CompiledDecision } from "../rules/decision.ts";
import type { CompiledDocument } from "../templates/compile-document.ts";
import type { CompiledMail } from "../templates/compile-mail.ts";

export interface At<T> {
  readonly stored: StoredDefinition;
  readonly compiled: T;
}

function attempt<T>(stored: StoredDefinition, compile: (key: string) => T | null): At<T>[] {
  try {
    const compiled = compile(stored.key);
    return compiled === null ? [] : [{ stored, compiled }];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [];
  }
}

export const machinesOf = (program: Program): At<CompiledMachine>[] => program.all("machine").flatMap((each) => attempt(each, (key) => program.machine(key)));
export const decisionsOf = (program: Program): At<CompiledDecision>[] =>
  [...program.all("ruleset"), ...program.all("table")].flatMap((each) => attempt(each, (key) => program.decision(key)));
export const factsOf = (program: Program): At<CompiledFact>[] => program.all("fact").flatMap((each) => attempt(each, (key) => program.fact(key)));
export const mailsOf = (program: Program): At<CompiledMail>[] => program.all("mail").flatMap((each) => attempt(each, (key) => program.mail(key)));
export const documentsOf = (program: Program): At<CompiledDocument>[] =>
  program.all("document").flatMap((each) => attempt(each, (key) => program.document(key)));
