// The entry of every npm script, on whatever Node >= 20 the machine has: installs what package-lock.json names when it is
// missing or older than the lock, builds the web app when its sources changed, and goes on under the project's own Node
// (the npm package `node`). Plain JavaScript without dependencies, because nothing is installed yet when it runs.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const bin = (name) => join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
const say = (line) => process.stdout.write(`${line}\n`);

/** Puts the project's own Node first, for programs that look for `node`, and lets it keep what it compiles: a start takes half the time. */
const ownNode = {
  PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "gatehouse"),
};

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) fail(`Gatehouse needs Node 20 or newer to start; this is ${process.version}. Install a current Node from nodejs.org and try again.`);

const hashFile = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Installs when node_modules does not fit the lock file; the stamp is the lock's hash, so a pull that changes it installs again. */
function install() {
  const stamp = join(root, "node_modules", ".gatehouse-install");
  const wanted = hashFile(join(root, "package-lock.json"));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(bin("node"))) return;
  say("Installing packages (once, about a minute) ...");
  // Not `npm ci`: it refuses a lock file that does not name the optional packages of every platform there is.
  const run = spawnSync("npm", ["install", "--include=dev", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (run.status !== 0) {
    fail("npm install failed. Check the network and the disk (about 1.5 GB), then run the same command again.");
  }
  writeFileSync(stamp, wanted);
}

/** Every file under the given paths, as one hash over names, sizes and times: cheap, and changes whenever a source does. */
function sourcesHash(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const info = statSync(path);
    if (info.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else hash.update(`${path.slice(root.length)}\0${info.size}\0${info.mtimeMs}\n`);
  };
  for (const path of paths) if (existsSync(join(root, path))) visit(join(root, path));
  return hash.digest("hex");
}

/** Builds the web app when its sources changed since the last build. */
function build() {
  const stamp = join(root, "build", ".gatehouse-build");
  const wanted = sourcesHash([
    "app",
    "studio",
    "engine/core",
    "engine/schema",
    "remix.config.js",
    "react-router.config.ts",
    "vite.config.ts",
    "package-lock.json",
  ]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(join(root, "build", "server", "index.js"))) return;
  say("Building the web app ...");
  const run = spawnSync(bin("react-router"), ["build"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    env: { ...process.env, ...ownNode, NODE_ENV: "production" },
  });
  if (run.status !== 0) fail(`The web app did not build:\n${run.stdout.slice(-4000)}\n${run.stderr.slice(-4000)}`);
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Runs a TypeScript entry under the project's Node; signals go to the child, which stops cleanly, and its exit code is ours. */
function run(entry, args, env = {}) {
  const child = spawn(bin("node"), ["--disable-warning=ExperimentalWarning", join(root, entry), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env, ...ownNode },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`Could not start ${entry}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)));
}

const [command = "start", ...args] = process.argv.slice(2);
install();
if (command === "start") {
  build();
  run("engine/main.ts", args, { NODE_ENV: "production" });
} else if (command === "test") {
  build();
  run("engine/launch/test.ts", args);
} else if (command === "run") {
  run(args[0], args.slice(1));
} else fail(`Unknown command "${command}"; there are start, test and run.`);
