/** A type that has become large gets the indexes that it asks for; what is found is the same with and without them. */
import { expect, it } from "vitest";
import { importRecords } from "#engine/service/import/import-records.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { growIndexes, MANY_ROWS } from "#engine/service/records/grow-indexes.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

/** A file that is written while its caller waits. */
const PIECE = 500;

it("makes the indexes of large types alone, once, and lists as before", async () => {
  const world = await lendingWorld();
  const scope = world.as("chief");
  const more = async (from: number, many: number) => {
    for (let first = from; first < from + many; first += PIECE) {
      const rows = Array.from({ length: PIECE }, (_one, n) => `Reader ${first + n},reader${first + n}@reader.example,${(first + n) % 7}`);
      const bytes = new TextEncoder().encode(`name,email,quota\n${rows.join("\n")}\n`);
      const { body } = await importRecords(world.engine, scope, { type: "members", format: "csv", bytes });
      expect(body).toMatchObject({ created: PIECE, failed: 0 });
    }
  };
  const list = async () => {
    const filtered = await listRecords(world.engine, scope, { type: "members", filter: { email: "reader41@reader.example" } });
    const found = await listRecords(world.engine, scope, { type: "members", q: "reader 41" });
    return JSON.stringify([filtered.items, found.items.map(({ id }) => id).sort()]);
  };
  await more(0, MANY_ROWS - PIECE);
  expect(await growIndexes(world.engine), "not large yet").toEqual([]);
  await more(MANY_ROWS - PIECE, PIECE);
  const before = await list();
  expect(before).toContain("Reader 41");
  const made = await growIndexes(world.engine);
  expect(made.length).toBeGreaterThan(0);
  expect(await list()).toBe(before);
  expect(await growIndexes(world.engine), "made once").toEqual([]);
  const stopped = AbortSignal.abort();
  expect(await growIndexes(world.engine, stopped)).toEqual([]);
}, 60_000);
