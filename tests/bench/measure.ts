/** What all benchmarks share: rates by connections, processor time of both sides, medians, and how the machine is told. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of this process and of the server, for one operation. */
  readonly nodeMicros: number;
  readonly serverMicros: number;
}

/** Options that every benchmark takes: `--rounds 5 --seconds 2 --full`. */
export function benchOptions(defaults: { readonly rounds: number; readonly seconds: number }): { rounds: number; seconds: number; full: boolean } {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, seconds: { type: "string" }, full: { type: "boolean", default: false } },
    strict: false,
    allowPositionals: true,
  });
  return { rounds: Number(values["rounds"] ?? defaults.rounds), seconds: Number(values["seconds"] ?? defaults.seconds), full: values["full"] === true };
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function quantile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `0.61 (0.58-0.66)`: the median and all that was seen. */
export function spread(list: readonly number[], digits = 2): string {
  return `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)}-${Math.max(...list).toFixed(digits)})`;
}

/** Runs `once` from that many callers at a time until the seconds are over. */
export async function rate(connections: number, seconds: number, dataDir: string | null, once: (caller: number) => Promise<unknown>): Promise<Measured> {
  const times: number[] = [];
  const before = process.cpuUsage();
  const serverBefore = serverMicros(dataDir);
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async (_, caller) => {
      while (performance.now() < end) {
        const begin = performance.now();
        await once(caller);
        times.push(performance.now() - begin);
      }
    }),
  );
  const took = (performance.now() - start) / 1000;
  const own = process.cpuUsage(before);
  return {
    perSecond: times.length / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    nodeMicros: (own.user + own.system) / times.length,
    serverMicros: (serverMicros(dataDir) - serverBefore) / times.length,
  };
}

const TICK_MICROS = 10_000;

/** Processor time that a cluster's processes have used; 0 where the system does not tell. */
export function serverMicros(dataDir: string | null): number {
  try {
    if (dataDir === null) return 0;
    const postmaster = Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0]);
    let ticks = 0;
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const fields = statOf(entry);
      const isParent = Number(entry) === postmaster;
      if (fields === null || (!isParent && Number(fields[1]) !== postmaster)) continue;
      ticks += Number(fields[11]) + Number(fields[12]) + (isParent ? Number(fields[13]) + Number(fields[14]) : 0);
    }
    return ticks * TICK_MICROS;
  } catch {
    return 0;
  }
}

/** Fields of /proc/<pid>/stat from the state on. */
function statOf(pid: string): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

export interface Line {
  readonly what: string;
  /** What was measured, with its spread. */
  readonly figure: string;
  readonly target: string;
  readonly met: boolean | null;
}

const LINE = "@line ";

/** Prints one figure; `bench.ts` gathers them into its table. */
export function report(line: Line): void {
  const mark = line.met === null ? " " : line.met ? "+" : "-";
  process.stdout.write(
    process.env["BENCH_LINES"] === "1" ? `${LINE}${JSON.stringify(line)}\n` : `${mark} ${line.what}: ${line.figure}  [target ${line.target}]\n`,
  );
}

export function note(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

export function readLine(text: string): Line | null {
  return text.startsWith(LINE) ? (JSON.parse(text.slice(LINE.length)) as Line) : null;
}

export function machine(postgres: string): string {
  const [first] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  return `${cpus().length} cores (${first?.model.trim() ?? "?"}), node ${process.versions.node}, PostgreSQL ${postgres}, load ${load.join(" ")}`;
}
