/**
 * Rule sets and tables against json-rules-engine with a reused Engine: `node tests/bench/rules.bench.ts [--rounds 9]`.
 *
 * Interleaved, the order rotating from round to round; ratios are taken within a round, medians with quartiles. Time is the process's CPU
 * time, so that what else runs on the machine counts little. Ours is timed with its compact explanation, as it is stored. Before anything
 * is timed both decide every sample, and must agree.
 */
import { Almanac, Engine } from "json-rules-engine";
import { compileRuleset } from "../../engine/core/rules/compile-ruleset.ts";
import type { CompiledDecision } from "../../engine/core/rules/decision.ts";
import { compileTable } from "../../engine/core/tables/compile-table.ts";
import type { JsonObject } from "../../engine/schema/json.ts";
import type { Rule } from "../../engine/schema/ruleset.ts";
import { benchOptions, note, report } from "./measure.ts";
import { gate, gateFacts, large, largeFacts, tableFacts, tableOf } from "./rules-cases.ts";

const { rounds: ROUNDS } = benchOptions({ rounds: 9, seconds: 0 });
const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const pathResolver = (value: unknown): unknown => value;

interface Contestant {
  readonly name: string;
  /** Decisions per second of CPU time, over about `ms` milliseconds of it. */
  readonly rate: (ms: number) => Promise<number>;
}
let sink = 0;
/** Milliseconds of CPU time that this process has used. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function ours(
  name: string,
  compiled: CompiledDecision,
  samples: readonly JsonObject[],
  after: (answer: ReturnType<CompiledDecision["evaluate"]>) => number,
): Contestant {
  return {
    name,
    rate: async (ms) => {
      const start = cpu();
      let count = 0;
      while (cpu() - start < ms) {
        for (let pass = 0; pass < 4; pass++) for (let i = 0; i < samples.length; i++) sink += after(compiled.evaluate(samples[i]!, {}, CONTEXT));
        count += 4 * samples.length;
      }
      return (count * 1000) / (cpu() - start);
    },
  };
}
function theirs(
  name: string,
  rules: readonly Rule[],
  samples: readonly JsonObject[],
): Contestant & { readonly decide: (facts: JsonObject) => Promise<string[]> } {
  const engine = new Engine(structuredClone(rules) as never[], { pathResolver } as never);
  const decide = async (facts: JsonObject): Promise<string[]> => (await engine.run({ ...facts })).results.map((result) => String(result.name));
  return {
    name,
    decide,
    rate: async (ms) => {
      const start = cpu();
      let count = 0;
      while (cpu() - start < ms) {
        sink += (await decide(samples[count % samples.length]!)).length;
        count++;
      }
      return (count * 1000) / (cpu() - start);
    },
  };
}
const quartiles = (values: readonly number[]): readonly [number, number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  return [at(0.25), at(0.5), at(0.75)];
};
/** The contestant that is reported, and the least ratio to the base that is asked of it; null: it is only shown. */
interface Aim {
  readonly name: string;
  readonly least: number | null;
}
async function compare(title: string, contestants: readonly Contestant[], base: string, aim: Aim): Promise<void> {
  const rates = new Map(contestants.map((contestant) => [contestant.name, [] as number[]]));
  for (const contestant of contestants) await contestant.rate(300);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < contestants.length; i++) {
      const contestant = contestants[(i + round) % contestants.length]!;
      rates.get(contestant.name)!.push(await contestant.rate(150));
    }
  }
  note(title);
  for (const { name } of contestants) {
    const own = rates.get(name)!;
    const [low, middle, high] = quartiles(own.map((rate, i) => rate / rates.get(base)![i]!));
    const [, rate] = quartiles(own);
    const format = (x: number): string => (x >= 100 ? Math.round(x).toLocaleString("en") : x.toFixed(2));
    const figure = `${format(middle)} (${format(low)}-${format(high)})`;
    note(`${name}: ${Math.round(rate).toLocaleString("en")}/s, ${figure}x`);
    if (name !== aim.name) continue;
    const isMet = aim.least === null ? null : middle >= aim.least;
    report({ what: `${title}: ${name}`, figure, target: isMet === null ? "shown" : `>= ${aim.least}`, met: isMet });
  }
}
async function agree(
  compiled: CompiledDecision,
  reference: { readonly decide: (facts: JsonObject) => Promise<string[]> },
  samples: readonly JsonObject[],
  first: boolean,
): Promise<void> {
  for (const sample of samples) {
    const expected = await reference.decide(sample);
    const wanted = first ? expected.slice(0, 1) : expected.sort();
    const got = first ? [...compiled.evaluate(sample, {}, CONTEXT).fired] : [...compiled.evaluate(sample, {}, CONTEXT).fired].sort();
    if (wanted.join() !== got.join()) throw new Error(`${compiled.key}: ${wanted.join()} expected, ${got.join()} decided`);
  }
}

const json = (answer: unknown): number => JSON.stringify(answer).length;
const outcome = (answer: { readonly outcome: string; readonly leaves: string }): number => answer.outcome.length + answer.leaves.length;

for (const [title, definition, samples] of [
  ["Gate: 3 rules, 12 conditions", gate, gateFacts(1)],
  ["Rule set: 50 rules, 150 conditions", large, largeFacts(2)],
] as const) {
  const compiled = compileRuleset(definition, "bench");
  const reference = theirs("json-rules-engine, Engine reused", definition.rules, samples);
  await agree(compiled, reference, samples, false);
  await compare(
    title,
    [reference, ours("compiled, compact explanation", compiled, samples, outcome), ours("compiled, explanation as JSON text", compiled, samples, json)],
    reference.name,
    { name: "compiled, compact explanation", least: 200 },
  );
}
const small = tableOf(200);
const big = tableOf(2000);
const samples = tableFacts(3);
const reference = theirs("json-rules-engine, one rule a row", small.rules, samples);
const compiled = compileTable(small.definition, "bench");
await agree(compiled, reference, samples, true);
await compare("Table: 200 rows x 6 columns, first hit", [reference, ours("compiled, 200 rows", compiled, samples, outcome)], reference.name, {
  name: "compiled, 200 rows",
  least: 5_000,
});
const growth = { hitPolicy: "COLLECT" } as const;
await compare(
  "Growth of tables: 200 -> 2,000 rows (rate against 200 rows)",
  [ours("200 rows, FIRST", compiled, samples, outcome), ours("2,000 rows, FIRST", compileTable(big.definition, "bench"), samples, outcome)],
  "200 rows, FIRST",
  { name: "2,000 rows, FIRST", least: 0.5 },
);
await compare(
  "The same where every match counts (COLLECT)",
  [
    ours("200 rows, COLLECT", compileTable({ ...small.definition, ...growth }, "bench"), samples, outcome),
    ours("2,000 rows, COLLECT", compileTable({ ...big.definition, ...growth }, "bench"), samples, outcome),
  ],
  "200 rows, COLLECT",
  { name: "2,000 rows, COLLECT", least: null },
);
if (sink === 0) console.info(sink, Almanac.name);
