/** A page of a `view` definition: its tabs with counts, the rows of one tab, totals per org and currency, what may be done in bulk. */
import { EngineError } from "../../core/errors.ts";
import type { Json } from "../../schema/json.ts";
import type { Filter } from "../../schema/query.ts";
import type { ValueType } from "../../schema/values.ts";
import type { ViewColumn, ViewDefinition } from "../../schema/view.ts";
import { concealFor } from "../records/conceal.ts";
import { mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { dayIn } from "../work/ask-decision.ts";
import { judge } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateMap, evaluateOne } from "../work/expression.ts";
import { inReading, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { countShown } from "./shown-rows.ts";
import { type ViewRow, viewRows } from "./view-rows.ts";
import { type ViewTotal, viewTotals } from "./view-totals.ts";

export type ViewTab = ViewDefinition["tabs"][number];

export interface ViewInput {
  /** Slug, key or id. */
  readonly view: string;
  /** Default: the first tab. */
  readonly tab?: string;
  readonly filter?: Filter;
  readonly q?: string;
  /** Column id, or `-` and the id. */
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface ViewPage {
  readonly key: string;
  readonly slug: string;
  readonly title: string;
  readonly icon: string | null;
  readonly tabs: readonly { readonly id: string; readonly title: string; readonly count: number }[];
  readonly summary: readonly { readonly title: string; readonly org: string; readonly value: Json }[];
  readonly tab: {
    readonly id: string;
    readonly title: string;
    readonly empty: string | null;
    readonly machine: string | null;
    readonly open: string | null;
    readonly columns: readonly Pick<ViewColumn, "id" | "title" | "format" | "currency" | "hidden">[];
    readonly filters: readonly { readonly field: string; readonly title: string; readonly type: ValueType; readonly enum?: readonly string[] }[];
    readonly events: readonly ViewEvent[];
    readonly rows: readonly ViewRow[];
    readonly next: string | null;
    readonly totals: readonly ViewTotal[];
  };
  readonly detail: { readonly path: string; readonly title: string } | null;
}

export interface ViewEvent {
  readonly type: string;
  readonly title: string;
  /** In at least one of the chosen orgs, as far as it does not depend on the row. */
  readonly permitted: boolean;
  readonly bulk: boolean;
  readonly payloadSchema: Json;
  readonly confirm: string | null;
  readonly tone: string;
}

/** - throws EngineError `not_found` for a view that is unknown or not open to the reader in any chosen org */
export async function getView(engine: Engine, scope: Scope, input: ViewInput): Promise<ViewPage> {
  return await inReading(engine, scope, async (reading) => {
    const { view, works } = openView(reading, input.view);
    const tab = input.tab === undefined ? view.tabs[0] : view.tabs.find((candidate) => candidate.id === input.tab);
    if (tab === undefined) throw new EngineError("not_found", `The view has no tab "${(input.tab ?? "").slice(0, 60)}".`);
    const counts = await countShown(
      reading,
      view.tabs.map((each) => ({ ...(each === tab ? input : {}), tab: each, orgs: orgsFor(works, each) })),
    );
    const tabs = view.tabs.map((each, index) => ({ id: each.id, title: each.title, count: counts[index] ?? 0 }));
    const { rows, next } = await viewRows(reading, orgsFor(works, tab), tab, input);
    return {
      key: view.key,
      slug: view.slug,
      title: view.title,
      icon: view.icon ?? null,
      tabs,
      summary: await summaryOf(works, view),
      tab: {
        id: tab.id,
        title: tab.title,
        empty: tab.empty ?? null,
        machine: tab.machine ?? null,
        open: tab.open ?? null,
        columns: tab.columns.map(({ id, title, format, currency, hidden }) => ({
          id,
          title,
          ...(format === undefined ? {} : { format }),
          ...(currency === undefined ? {} : { currency }),
          ...(hidden === undefined ? {} : { hidden }),
        })),
        filters: tab.filters ?? [],
        events: eventsOf(works, tab),
        rows,
        next,
        totals: await viewTotals(reading, orgsFor(works, tab), tab, input),
      },
      detail: view.detail === undefined ? null : { path: view.detail.path, title: view.detail.title },
    };
  });
}

/** The view and the chosen orgs in which the reader may open it. */
export function openView(reading: Reading, ref: string): { readonly view: ViewDefinition; readonly works: readonly [Work, ...Work[]] } {
  const view = reading.works[0].ruling.program.view(ref);
  const [first, ...others] = view === null ? [] : reading.works.filter((work) => isOpen(work, view));
  if (view === null || first === undefined) throw new EngineError("not_found", `There is no view "${ref.slice(0, 60)}".`);
  return { view, works: [first, ...others] };
}

function isOpen(work: Work, view: ViewDefinition): boolean {
  const permissions = view.permission === undefined ? [] : [view.permission];
  const act = { orgId: work.org.id, permissions, verb: "view" };
  return judge(work.ruling.program, work.scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) }).allow;
}

export interface ViewLink {
  readonly key: string;
  readonly slug: string;
  readonly title: string;
  readonly icon: string | null;
}

/** The views that the reader may open, each with the chosen orgs in which. */
export function openViews(reading: Reading): readonly { readonly view: ViewDefinition; readonly works: readonly Work[] }[] {
  return reading.works[0].ruling.program
    .all("view")
    .map(({ content: view }) => ({ view, works: reading.works.filter((work) => isOpen(work, view)) }))
    .filter(({ works }) => works.length > 0);
}

/** The views that the reader may open, by their order and title: the menu. */
export async function listViews(engine: Engine, scope: Scope): Promise<readonly ViewLink[]> {
  return await inReading(engine, scope, async (reading) =>
    openViews(reading)
      .map(({ view }) => view)
      .sort((a, b) => (a.order ?? 1000) - (b.order ?? 1000) || (a.title < b.title ? -1 : 1))
      .map(({ key, slug, title, icon }) => ({ key, slug, title, icon: icon ?? null })),
  );
}

/** Orgs whose records of the tab's type the reader may see. */
export function orgsFor(works: readonly Work[], tab: ViewTab): readonly string[] {
  return works.filter((work) => mayView(work, recordTypeOf(work.ruling.program, tab.query.from))).map((work) => work.org.id);
}

/** Facts above the tabs, once per org. */
async function summaryOf(works: readonly Work[], view: ViewDefinition): Promise<ViewPage["summary"]> {
  const lines: { title: string; org: string; value: Json }[] = [];
  for (const work of works) {
    const conceal = await concealFor(work);
    for (const line of view.summary ?? []) {
      const args = await evaluateMap(work, {}, line.args);
      const value = await evaluateOne(work, { extra: { args } }, `fact(${JSON.stringify(line.fact)}, args)`);
      lines.push({ title: line.title, org: work.org.code, value: conceal(value ?? null) });
    }
  }
  return lines;
}

function eventsOf(works: readonly [Work, ...Work[]], tab: ViewTab): readonly ViewEvent[] {
  const machine = tab.machine === undefined ? null : works[0].ruling.program.machine(tab.machine);
  if (machine === null) return [];
  return (tab.events ?? []).flatMap((type) => {
    const spec = Object.hasOwn(machine.definition.events, type) ? machine.definition.events[type] : undefined;
    if (spec === undefined) return [];
    const { permission } = spec;
    const permitted = typeof permission !== "string" || works.some((work) => work.actor.permissions.includes(permission));
    return [
      {
        type,
        title: spec.title,
        permitted,
        bulk: spec.bulk === true,
        payloadSchema: spec.payload ?? null,
        confirm: spec.confirm ?? null,
        tone: spec.tone ?? "default",
      },
    ];
  });
}
