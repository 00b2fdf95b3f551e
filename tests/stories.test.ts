/** Every story of the seed says which tests carry it, or why none does yet; the titles of those tests name it as `[WMS-nn]`. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Story {
  readonly title: string;
  /** Files whose tests carry the story. */
  readonly tests?: readonly string[];
  /** Where no test does. */
  readonly why?: string;
}
const ROOT = join(import.meta.dirname, "..");
const stories = JSON.parse(readFileSync(join(ROOT, "tests/stories.json"), "utf8")) as Readonly<Record<string, Story>>;
const IDS = Array.from({ length: 83 }, (_, index) => `WMS-${String(index + 1).padStart(2, "0")}`);

/** Stories named in the titles of a file's tests: quoted texts of a test file, names of the tests that a definition brings. */
function storiesOf(file: string): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, file), "utf8");
  const titles = text.match(file.endsWith(".json") ? /"name": "[^"\n]*"/gu : /["'`][^"'`\n]*\[WMS-\d+\][^\n]*/gu) ?? [];
  return new Set(titles.flatMap((title) => [...title.matchAll(/\[(WMS-\d+)\]/gu)].map(([, id]) => id as string)));
}

describe("stories", () => {
  it("lists every story of the seed once, with tests or a reason", () => {
    expect(Object.keys(stories).sort()).toEqual(IDS);
    for (const [id, { title, tests, why }] of Object.entries(stories)) {
      expect(title, id).not.toBe("");
      expect((tests?.length ?? 0) > 0 || (why ?? "") !== "", `${id} has neither tests nor a reason`).toBe(true);
    }
  });

  it("names files that exist and whose test titles carry the story", () => {
    const faults = Object.entries(stories).flatMap(([id, { tests }]) =>
      (tests ?? []).flatMap((file) =>
        !existsSync(join(ROOT, file)) ? [`${id}: ${file} does not exist`] : storiesOf(file).has(id) ? [] : [`${id}: no title of ${file} carries it`],
      ),
    );
    expect(faults).toEqual([]);
  });

  it("knows every story that a title names", () => {
    const files = globSync(["tests/{unit,property,scenario,golden,integration,chaos}/**/*.test.{ts,tsx}", "machines/**/*.machine.json"], { cwd: ROOT });
    const faults = files.flatMap((file) =>
      [...storiesOf(file)].flatMap((id) => {
        const story = stories[id];
        if (story === undefined) return [`${file} names ${id}, which is not listed`];
        return (story.tests?.length ?? 0) > 0 ? [] : [`${file} carries ${id}, for which stories.json gives a reason only`];
      }),
    );
    expect(faults).toEqual([]);
  });
});
