/**
 * `npm test`: types, lint, then every suite, on a real PostgreSQL, a real Redis and a real Chromium. Installs the two system
 * programs where it may (root on Debian), else says exactly what to install; nothing is skipped silently.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);

function has(program: string): boolean {
  return spawnSync("which", [program], { stdio: "ignore" }).status === 0;
}

function fail(line: string): never {
  process.stderr.write(`\n${line}\n`);
  process.exit(1);
}

/** Debian package -> the program it gives. */
const PROGRAMS = [
  { program: "redis-server", debian: "redis-server" },
  { program: "chromium", debian: "chromium" },
];

function installPrograms(): void {
  const missing = PROGRAMS.filter(({ program }) => !has(program));
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian).join(" ");
  if (process.getuid?.() !== 0 || !has("apt-get")) {
    const browserOnly = missing.length === 1 && missing[0]?.program === "chromium";
    if (browserOnly && spawnSync(bin("playwright"), ["install", "chromium"], { stdio: "inherit" }).status === 0) return;
    fail(
      `The tests need ${missing.map(({ program }) => program).join(" and ")}. Install with: sudo apt-get install ${names} (or your system's equivalent), then run npm test again.`,
    );
  }
  process.stdout.write(`Installing ${names} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", "inherit"], env });
  const result = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing.map(({ debian }) => debian)], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, RUNLEVEL: "1" },
  });
  if (result.status !== 0) fail(`apt-get could not install ${names}; install them by hand and run npm test again.`);
}

interface Stage {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** One after the other; those of one row beside each other, since a compiler keeps one processor busy. */
const rows: readonly (readonly Stage[])[] = [
  [{ name: "route types", command: bin("react-router"), args: ["typegen"] }],
  [
    { name: "types", command: bin("tsc"), args: ["-p", "."] },
    { name: "lint", command: bin("biome"), args: ["check", "--error-on-warnings", "."] },
  ],
  [{ name: "tests", command: bin("vitest"), args: ["run", "-c", "tests/vitest.config.ts"] }],
  [{ name: "browser", command: bin("playwright"), args: ["test", "-c", "tests/playwright.config.ts"] }],
];

/** Resolves to null where it passed, else to what to say of it. */
function run(stage: Stage): Promise<string | null> {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(0)} s`;
  process.stdout.write(`\n== ${stage.name}\n`);
  return new Promise((resolve) => {
    const child = spawn(stage.command, stage.args, { cwd: root, stdio: "inherit" });
    child.on("error", (error) => resolve(`${stage.name}: ${error.message}`));
    child.on("close", (status) => {
      if (status !== 0) return resolve(`${stage.name}: failed after ${seconds()}`);
      process.stdout.write(`== ${stage.name}: ok, ${seconds()}\n`);
      resolve(null);
    });
  });
}

const names = rows.flat().map(({ name }) => name);
const only = process.argv[2];
if (only !== undefined && !names.includes(only)) fail(`Unknown stage "${only}"; there are ${names.join(", ")}.`);
installPrograms();
if (!existsSync(join(root, "build", "server", "index.js"))) fail("The web app is not built; run npm test from the project's root.");
const began = Date.now();
for (const row of rows) {
  const outcomes = await Promise.all(row.filter(({ name }) => only === undefined || name === only).map(run));
  const failed = outcomes.filter((outcome) => outcome !== null);
  if (failed.length > 0) fail(failed.join("\n"));
}
process.stdout.write(`\nAll stages passed in ${((Date.now() - began) / 1000).toFixed(0)} s.\n`);
