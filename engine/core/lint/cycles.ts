/**
 * Facts and decisions that need themselves, at once or by way of others: they are unknown for ever. What is asked with arguments of its own
 * is left out, since those may differ from time to time.
 */
import type { Problem } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";
import { type Occurrence, occurrences } from "./expressions.ts";
import { problem } from "./findings.ts";

interface Need {
  readonly path: string;
  readonly of: StoredDefinition;
}
type Needs = ReadonlyMap<StoredDefinition, readonly Need[]>;

const KINDS: ReadonlySet<string> = new Set(["fact", "ruleset", "table"]);

export function definitionCycles(program: Program): Problem[] {
  const needs: Needs = new Map(
    [...Map.groupBy(occurrences(program), ({ stored }) => stored)]
      .filter(([stored]) => KINDS.has(stored.kind))
      .map(([stored, list]) => [stored, list.flatMap((occurrence) => needsOf(program, occurrence))]),
  );
  return [...needs.keys()].flatMap((stored) => {
    const way = wayBack(needs, stored);
    const [first] = way;
    if (first === undefined) return [];
    const named = [stored, ...way.map(({ of }) => of)].map(({ key }) => `"${key}"`).join(" needs ");
    return [
      problem(
        "error",
        "definition_cycle",
        stored,
        first.path,
        `It needs itself: ${named}`,
        "Take one of these steps out: as it is, all of them are unknown for ever.",
      ),
    ];
  });
}

function needsOf(program: Program, { expression, path }: Occurrence): Need[] {
  const facts = expression.reads.flatMap(([name, member]) => (name === "fact" && member !== undefined ? [program.stored("fact", member)] : []));
  const decisions = expression.reads.flatMap(([name, member]) => (name === "decision" && member !== undefined ? [decisionNamed(program, member)] : []));
  const called = expression.calls.flatMap(({ name, literals }) => {
    const [ref] = literals;
    if (typeof ref !== "string" || literals.length !== 1) return [];
    return name === "fact" ? [program.stored("fact", ref)] : name === "decide" ? [decisionNamed(program, ref)] : [];
  });
  return [...facts, ...decisions, ...called].flatMap((of) => (of === null ? [] : [{ path, of }]));
}

const decisionNamed = (program: Program, ref: string): StoredDefinition | null => program.stored("ruleset", ref) ?? program.stored("table", ref);

/** The shortest way from a definition back to it; none where there is none. */
function wayBack(needs: Needs, start: StoredDefinition): readonly Need[] {
  const seen = new Set<StoredDefinition>();
  let ways: readonly (readonly Need[])[] = [[]];
  while (ways.length > 0) {
    const longer: (readonly Need[])[] = [];
    for (const way of ways) {
      for (const need of needs.get(way.at(-1)?.of ?? start) ?? []) {
        if (need.of === start) return [...way, need];
        if (seen.has(need.of)) continue;
        seen.add(need.of);
        longer.push([...way, need]);
      }
    }
    ways = longer;
  }
  return [];
}
