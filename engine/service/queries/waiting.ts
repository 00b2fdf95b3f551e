/** How much waits in each view that the reader may open: what the menu shows beside its name. */
import type { Engine } from "../work/engine-context.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { countShown } from "./shown-rows.ts";
import { openViews, orgsFor } from "./view.ts";

/** A menu says "999+" beyond. */
export const MOST_WAITING = 1_000;

/** View slug -> rows of its tabs that wait, counted to `MOST_WAITING` a tab. */
export async function waitingInViews(engine: Engine, scope: Scope): Promise<Readonly<Record<string, number>>> {
  return await inReading(engine, scope, async (reading) => {
    const tabs = openViews(reading).flatMap(({ view, works }) =>
      view.tabs.filter((tab) => tab.waits === true).map((tab) => ({ slug: view.slug, tab, orgs: orgsFor(works, tab) })),
    );
    const counts = await countShown(reading, tabs, MOST_WAITING);
    const waiting: Record<string, number> = {};
    for (const [index, { slug }] of tabs.entries()) waiting[slug] = (waiting[slug] ?? 0) + (counts[index] ?? 0);
    return waiting;
  });
}
