/** Every page of the product's packs opens, for everybody, after the demo was played. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readFixture } from "#engine/service/fixture/fixture.ts";
import { playDemo } from "#engine/service/fixture/play-demo.ts";
import { getInstancePage, listInstances } from "#engine/service/queries/instance.ts";
import { machineCounts } from "#engine/service/queries/machine-counts.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { getView, listViews } from "#engine/service/queries/view.ts";
import { getViewDetail } from "#engine/service/queries/view-detail.ts";
import { waitingInViews } from "#engine/service/queries/waiting.ts";
import { inReading } from "#engine/service/work/reading.ts";
import { type ProductWorld, productWorld } from "#tests/support/product-world.ts";

let world: ProductWorld;
beforeAll(async () => {
  world = await productWorld();
  await playDemo(world.engine, readFixture(join(import.meta.dirname, "../../..")), world.loaded);
}, 120_000);

describe("pages", () => {
  it.each([
    ["manager.multi", "all"],
    ["manager.jtr", undefined],
    ["owner.jtr", undefined],
    ["admin.jtr", undefined],
    ["owner.mod", undefined],
  ])("open for %s", async (who, org) => {
    const scope = await world.as(who, org);
    const views = await listViews(world.engine, scope);
    expect(views.length).toBeGreaterThan(0);
    for (const link of views) {
      const first = await getView(world.engine, scope, { view: link.slug });
      for (const tab of first.tabs) {
        const page = await getView(world.engine, scope, { view: link.slug, tab: tab.id });
        expect(page.tab.rows.length).toBeLessThanOrEqual(tab.count);
        for (const row of page.tab.rows.slice(0, 2)) {
          if (page.detail !== null && row.code !== null) {
            const detail = await getViewDetail(world.engine, scope, { view: link.slug, code: row.code }).catch((error: { code?: string }) => error.code);
            if (typeof detail === "object") expect(detail.panels.length).toBeGreaterThan(0);
          }
        }
      }
    }
  });
  it("are told in the menu by what waits in them, for each reader", async () => {
    for (const who of ["manager.multi", "manager.jtr", "owner.mod"]) {
      const scope = await world.as(who);
      const waiting = await waitingInViews(world.engine, scope);
      const { tabs } = await getView(world.engine, scope, { view: "fulfillment" });
      expect(waiting["fulfillment"], who).toBe(tabs.reduce((sum, tab) => sum + tab.count, 0));
      expect(Object.hasOwn(waiting, "deals"), "no tab of it waits").toBe(false);
    }
    expect((await waitingInViews(world.engine, await world.as("manager.jtr")))["fulfillment"]).toBeGreaterThan(0);
  });
  it("of every instance", async () => {
    const scope = await world.as("manager.multi", "all");
    const { items } = await listInstances(world.engine, scope, { limit: 200 });
    for (const item of items) {
      const page = await getInstancePage(world.engine, scope, { instance: item.id });
      expect(page.instance.seq).toBe(item.seq);
    }
    const counts = await machineCounts(world.engine, scope);
    expect(counts.items.reduce((sum, count) => sum + count.active + count.done, 0)).toBe(items.length);
  });
  it("of every record type", async () => {
    const scope = await world.as("manager.jtr");
    const types = await inReading(world.engine, scope, async (reading) => reading.works[0].ruling.program.types().map((type) => type.key));
    for (const type of types) await listRecords(world.engine, scope, { type }).catch((error: { code?: string }) => expect(error.code).toBe("record_not_found"));
  });
});
