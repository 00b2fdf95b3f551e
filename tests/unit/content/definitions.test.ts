import { describe, expect, it } from "vitest";
import { runDecisionTests, runMachineTests } from "#engine/core/definition-tests.ts";
import { files, program } from "./content-program.ts";

const keysOf = (...kinds: readonly string[]) => files.filter((file) => kinds.includes(file.kind)).map((file) => String(file.content["key"]));
const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };

describe("rule sets and tables", () => {
  it.each(keysOf("ruleset", "table"))("%s passes its own tests", (key) => {
    const decision = program.decision(key);
    const tests = decision!.definition.tests ?? [];
    expect(tests.length).toBeGreaterThan(0);
    const failed = runDecisionTests(decision!, tests, CONTEXT).filter((result) => !result.ok);
    expect(failed.map((result) => `${result.name}: ${result.differences.join("; ")}`)).toEqual([]);
  });
  it.each(keysOf("ruleset", "table"))("%s has a test that each of its rules or rows fires in", (key) => {
    const decision = program.decision(key)!;
    const { definition } = decision;
    const parts = "rules" in definition ? definition.rules.map((rule) => rule.name) : definition.rows.map((row) => row.id);
    const fired = new Set(runDecisionTests(decision, definition.tests ?? [], CONTEXT).flatMap((result) => result.decision?.fired ?? []));
    expect(parts.filter((part) => !fired.has(part))).toEqual([]);
  });
  it.each(keysOf("ruleset", "table"))("%s has a sentence for every reason that its tests give", (key) => {
    const decision = program.decision(key)!;
    const tests = decision.definition.tests ?? [];
    const codes = new Set(runDecisionTests(decision, tests, CONTEXT).flatMap((result) => (result.decision?.reasons ?? []).map((reason) => reason.code)));
    const messages = decision.definition.messages ?? {};
    expect([...codes].filter((code) => !Object.hasOwn(messages, code))).toEqual([]);
  });
});

describe("machines", () => {
  it.each(keysOf("machine"))("%s passes its own tests", (key) => {
    const machine = program.machine(key)!;
    const results = runMachineTests(program, machine, machine.definition);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter((result) => !result.ok).map((result) => `${result.name}: ${result.differences.join("; ")}`)).toEqual([]);
  });
});

describe("everything compiles", () => {
  it.each(keysOf("fact"))("fact %s", (key) => expect(program.fact(key)).not.toBeNull());
  it.each(keysOf("mail"))("mail %s", (key) => expect(program.mail(key)).not.toBeNull());
});
