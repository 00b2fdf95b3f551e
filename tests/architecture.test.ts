/** Holds the tree of style.md: who may import whom, no rings, no business word in the engine, no code in content, no clock in pure code. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Folder -> folders it may import from (its own always). The longest matching folder counts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "engine/schema": [],
  "engine/core": ["engine/schema"],
  "engine/store": ["engine/core", "engine/schema"],
  "engine/effects": ["engine/core", "engine/schema"],
  "engine/service": ["engine/core", "engine/store", "engine/schema"],
  ...inService({
    work: [],
    records: ["work"],
    auth: ["work"],
    checkpoints: ["work"],
    instances: ["auth", "records", "work"],
    editing: ["instances", "records", "work"],
    contract: ["instances", "records", "work"],
    definitions: ["work"],
    queries: ["checkpoints", "definitions", "instances", "records", "work"],
    import: ["instances", "queries", "records", "work"],
    delivery: ["auth", "instances", "queries", "records", "work"],
    "public-form": ["auth", "editing", "import", "instances", "records", "work"],
    replay: ["definitions", "work"],
    releases: ["definitions", "queries", "replay", "work"],
    fixture: ["auth", "contract", "editing", "instances", "queries", "records", "work"],
  }),
  "engine/relay": ["engine/core", "engine/store", "engine/effects", "engine/schema"],
  "engine/api": ["engine/service", "engine/core", "engine/schema"],
  "engine/launch": ["engine/core", "engine/schema", "engine/store", "engine/service"],
  engine: ["engine/schema", "engine/core", "engine/store", "engine/effects", "engine/service", "engine/relay", "engine/api", "engine/launch"],
  studio: ["engine/core", "engine/schema"],
  app: ["studio", "engine/service", "engine/core", "engine/schema"],
};

/** Folder of engine/service -> those beside it that it may import from; each may what the service may. */
function inService(folders: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  const path = (name: string): string => `engine/service/${name}`;
  return Object.fromEntries(
    Object.entries(folders).map(([name, others]) => [path(name), ["engine/core", "engine/store", "engine/schema", ...others.map(path)]]),
  );
}
/** What the context of every use case holds is named by its type alone. */
const HELD = ["engine/service/work/engine-context.ts -> engine/service/replay/replay-threads.ts"];

/** Words of the packs' business. `org` names are the fixture's. */
const BUSINESS = /\b(deals?|shipments?|payments?|proformas?|invoices?|customers?|warehouses?|purchase|jtr|wms|abra|fabrics?|credit|opportunit(y|ies))\b/i;
const CLOCKS = /\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(|\bprocess\.|\bfetch\(|\bnew Promise\b|\basync\b|from "node:/;

function files(folder: string, test: (path: string) => boolean): string[] {
  const found: string[] = [];
  const visit = (path: string) => {
    for (const name of readdirSync(path)) {
      if (name === "node_modules" || name.startsWith(".")) continue;
      const child = join(path, name);
      if (statSync(child).isDirectory()) visit(child);
      else if (test(child)) found.push(relative(root, child));
    }
  };
  visit(join(root, folder));
  return found;
}
const isSchema = (path: string) => path.startsWith("engine/schema/") && path.endsWith(".json");
const isSource = (path: string) => /\.(ts|tsx|mjs)$/.test(path);
const sources = ["engine", "studio", "app"].flatMap((folder) => files(folder, isSource));
const text = (path: string) => readFileSync(join(root, path), "utf8");

function folderOf(path: string): string {
  return (
    Object.keys(MAY_IMPORT)
      .sort((a, b) => b.length - a.length)
      .find((folder) => path.startsWith(`${folder}/`)) ?? ""
  );
}

function importsOf(path: string): string[] {
  const targets: string[] = [];
  for (const [, specifier = ""] of text(path).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (specifier.startsWith(".")) targets.push(normalize(join(dirname(path), specifier)));
    else if (/^#(engine|studio|app|tests)\//.test(specifier)) targets.push(specifier.slice(1));
  }
  return targets;
}

describe("architecture", () => {
  it("imports go one way", () => {
    const wrong = sources.flatMap((path) => {
      const from = folderOf(path);
      return importsOf(path)
        .map((target) => ({ target, to: folderOf(target) }))
        .filter(({ to }) => to !== from && !(MAY_IMPORT[from] ?? []).some((folder) => to === folder || to.startsWith(`${folder}/`)))
        .map(({ target }) => `${path} -> ${target}`);
    });
    expect(wrong).toEqual(HELD);
  });

  it("there are no import rings", () => {
    const graph = new Map(sources.map((path) => [path, importsOf(path).filter((target) => sources.includes(target))]));
    const done = new Set<string>();
    const rings: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) rings.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      else if (!done.has(path)) {
        for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
        done.add(path);
      }
    };
    for (const path of graph.keys()) visit(path, []);
    expect(rings).toEqual([]);
  });

  it("the engine, the studio and the app hold no business word", () => {
    const found = [...sources, ...files("engine/schema", isSchema)].flatMap((path) =>
      text(path)
        .split("\n")
        .map((line, index) => ({ line, index }))
        .filter(({ line }) => BUSINESS.test(line))
        .map(({ line, index }) => `${path}:${index + 1}: ${line.trim().slice(0, 100)}`),
    );
    expect(found).toEqual([]);
  });

  it("content holds no code", () => {
    const code = ["rules", "machines", "templates"].flatMap((folder) => files(folder, (path) => !/\.(json|hbs)$/.test(path)));
    expect(code).toEqual([]);
  });

  it("pure folders know no clock, chance, process or network", () => {
    const pure = sources.filter((path) => path.startsWith("engine/core/") || path.startsWith("engine/schema/") || path.startsWith("studio/document/"));
    const found = pure.filter((path) => CLOCKS.test(text(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")));
    expect(found).toEqual([]);
  });

  it("no file is over 400 lines, none is named after nothing", () => {
    const all = [...sources, ...files("tests", isSource)];
    expect(all.filter((path) => text(path).split("\n").length > 401)).toEqual([]);
    expect(all.filter((path) => /\/(utils?|helpers?|misc|common|index)\.tsx?$/.test(path))).toEqual([]);
  });

  it("the engine throws its own errors only", () => {
    const found = sources.filter(
      (path) => path.startsWith("engine/") && path !== "engine/core/errors.ts" && /throw new (Error|TypeError|RangeError)\(/.test(text(path)),
    );
    expect(found).toEqual([]);
  });
});
