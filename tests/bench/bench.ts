/**
 * Runs every benchmark, one after the other, each in a process of its own, and prints one table.
 *
 *   npm run bench [-- --rounds 5 --seconds 2 --full] [-- send replay ...]
 *
 * Each benchmark runs its sides in turn within one process, the order rotating by the round; a ratio is taken within a round, and the table
 * gives its median and what was seen. Read the ratios, not the rates.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Line, readLine } from "./measure.ts";

const ALL = ["rules", "send", "outbox", "replay", "growth", "memory", "list"] as const;
const given = process.argv.slice(2);
const named = given.filter((word) => (ALL as readonly string[]).includes(word));
const options = given.filter((word) => !(ALL as readonly string[]).includes(word));

const lines: Line[] = [];
for (const name of named.length > 0 ? named : ALL) {
  process.stdout.write(`${name}\n`);
  const status = await run(name);
  if (status !== 0) lines.push({ what: name, figure: `ended with ${status}`, target: "", met: false });
}
const width = Math.max(0, ...lines.map((line) => line.what.length));
const figures = Math.max(0, ...lines.map((line) => line.figure.length));
process.stdout.write("\n");
for (const line of lines) {
  const verdict = line.met === null ? "" : line.met ? "met" : "missed";
  process.stdout.write(`${line.what.padEnd(width)}  ${line.figure.padEnd(figures)}  ${line.target.padEnd(8)}  ${verdict}\n`);
}

async function run(name: string): Promise<number | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.bench.ts`), ...options], {
    env: { ...process.env, BENCH_LINES: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const line = readLine(text);
    if (line === null) process.stdout.write(`  ${text}\n`);
    else lines.push(line);
  }
  return await new Promise((done) => {
    if (child.exitCode !== null) done(child.exitCode);
    else child.on("exit", done);
  });
}
