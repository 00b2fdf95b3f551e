/** Pages of view definitions: lists with their side panel, and the decision page. */

import { EngineError } from "#engine/core/errors.ts";
import type { Program } from "#engine/core/program.ts";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { Filter } from "#engine/schema/query.ts";
import type { ValueSpec } from "#engine/schema/values.ts";
import type { ViewDefinition } from "#engine/schema/view.ts";
import { exportPermission } from "#engine/service/queries/export-records.ts";
import { recordTitles } from "#engine/service/queries/record-titles.ts";
import { getView, openView, type ViewPage as ServicePage } from "#engine/service/queries/view.ts";
import { getViewDetail, type ViewDetail } from "#engine/service/queries/view-detail.ts";
import { viewRows } from "#engine/service/queries/view-rows.ts";
import { recordTypeOf } from "#engine/service/records/record-type.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading, type Reading, worksPermitted } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import type { Cell } from "#studio/ui/cell.tsx";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import { schemaAt } from "#studio/ui/form/schema-kind.ts";
import type { DetailView, ListRequest, ViewPage, ViewRow } from "../screens/lists.ts";
import { beginsOf, loadOf } from "./begin.server.ts";
import { formatCell, isBlank } from "./cells.ts";
import { guided, guidedOf } from "./guided.server.ts";
import { filterFields, toFilter } from "./list-filter.ts";

export async function view(engine: Engine, scope: Scope, slug: string, request: ListRequest): Promise<ViewPage> {
  const declared = await inReading(engine, scope, async (reading) => {
    const definition = reading.works[0].ruling.program.view(slug);
    const tab = definition?.tabs.find((candidate) => candidate.id === request.tab) ?? definition?.tabs[0];
    const { program } = reading.works[0].ruling;
    return {
      fields: Object.fromEntries((definition?.summary ?? []).map((line) => [line.title, program.fact(line.fact)?.definition.value.of?.fields ?? {}])),
      begins: tab === undefined ? [] : beginsOf(reading, tab),
      load: tab === undefined ? null : loadOf(reading, tab),
      filters: tab?.filters ?? [],
      from: tab?.query.from ?? null,
      opened: tab === undefined ? null : openedType(reading, tab.query.from),
      mayExport: worksPermitted(reading, exportPermission(reading)).length > 0,
      sortable: new Set((tab?.columns ?? []).filter((column) => column.path !== undefined).map((column) => column.id)),
      units: tab === undefined ? new Map<string, string>() : unitsOf(program, tab),
      tab: tab?.id,
    };
  });
  const filter = toFilter(request.filters, declared.filters);
  const page = await getView(engine, scope, {
    view: slug,
    ...(declared.tab === undefined ? {} : { tab: declared.tab }),
    ...(filter === undefined ? {} : { filter }),
    ...(request.search === null ? {} : { q: request.search }),
    ...(request.sort === null ? {} : { sort: `${request.sort.direction === "desc" ? "-" : ""}${request.sort.field}` }),
    cursor: request.cursor,
    limit: 100,
  });
  const { tab } = page;
  return {
    slug: page.slug,
    title: page.title,
    tabs: page.tabs,
    tab: tab.id,
    emptyText: tab.empty?.replace(/\.$/, "") ?? null,
    columns: tab.columns.map((column) => ({
      id: column.id,
      title: column.title,
      format: column.format ?? "text",
      hidden: column.hidden === true,
      sort: declared.sortable.has(column.id) ? column.id : null,
    })),
    rows: tab.rows.map((row) => rowOf(page, row, declared)),
    next: tab.next,
    filters: filterFields(tab.filters, words),
    summary: summaryOf(page, declared.fields),
    totals: tab.totals.map((total) => ({
      org: total.org,
      title: total.title,
      cell: { as: "money", value: describeTotal(total.total), currency: total.currency },
    })),
    count: page.tabs.find((candidate) => candidate.id === tab.id)?.count ?? null,
    acts: tab.events
      .filter((event) => event.permitted && event.bulk)
      .map((event) => ({ type: event.type, title: event.title, tone: toneOf(event.tone), schema: event.payloadSchema as JsonSchema | null })),
    panel: request.at === null ? null : await panelOf(engine, scope, request.at),
    begins: declared.begins,
    load: declared.load,
    type: declared.from,
    exportHref: declared.mayExport ? exportHref(scope, page.slug, { ...request, tab: tab.id }, filter) : null,
  };
}

/** The file of what the list shows: its tab, filters, words and order. */
function exportHref({ mode, orgs }: Scope, slug: string, request: ListRequest & { readonly tab: string }, filter: Filter | undefined): string {
  const query = new URLSearchParams({ org: mode === "all" ? "all" : (orgs[0]?.code ?? ""), tab: request.tab });
  if (filter !== undefined) query.set("filter", JSON.stringify(filter));
  if (request.search !== null) query.set("q", request.search);
  if (request.sort !== null) query.set("sort", `${request.sort.direction === "desc" ? "-" : ""}${request.sort.field}`);
  return `/api/v1/reports/${encodeURIComponent(slug)}/export?${query.toString()}`;
}

const toneOf = (tone: string): "primary" | "default" | "danger" | "override" =>
  tone === "primary" || tone === "danger" || tone === "override" ? tone : "default";
const describeTotal = (value: Json): string => (value === null ? "0" : String(value));

async function panelOf(engine: Engine, scope: Scope, instance: string) {
  try {
    return await guided(engine, scope, instance);
  } catch (error) {
    if (error instanceof EngineError && error.code === "instance_not_found") return null;
    throw error;
  }
}

function rowOf(page: ServicePage, row: ServicePage["tab"]["rows"][number], { opened, units }: Declared): ViewRow {
  const { tab } = page;
  const gate = tab.columns
    .map((column) => row.cells[column.id])
    .find((cell): cell is JsonObject => typeof cell === "object" && cell !== null && !Array.isArray(cell) && "open" in cell);
  const shut = gate !== undefined && gate["open"] !== true;
  const [reason] = shut && Array.isArray(gate["reasons"]) ? (gate["reasons"] as readonly JsonObject[]) : [];
  return {
    id: row.id,
    code: row.code,
    org: row.org ?? "",
    instance: row.instance?.id ?? null,
    cells: tab.columns.map((column) =>
      formatCell(column.format, row.cells[column.id], { currency: currencyOf(row.cells, column), unit: units.get(column.id) }),
    ),
    href: hrefOf(page, row, opened),
    events: row.instance === null || shut ? [] : tab.events.map((event) => event.type),
    blocked: shut ? describeValue(reason?.["message"] ?? "it is blocked") : null,
  };
}

function currencyOf(cells: JsonObject, column: { readonly id: string; readonly currency?: string }): Json {
  return cells[`${column.id}.currency`] ?? (column.currency === undefined ? null : (cells[column.currency] ?? null));
}

/** What a tab's definition says of its rows: the type whose record a row opens, and the unit of a column by its id. */
interface Declared {
  readonly opened: string | null;
  readonly units: ReadonlyMap<string, string>;
}

/** Units as the schema of the field behind a column names them; a price per unit brings its own. */
function unitsOf(program: Program, { query, columns }: ViewDefinition["tabs"][number]): ReadonlyMap<string, string> {
  return new Map(
    columns.flatMap(({ id, path }): [string, string][] => {
      if (path === undefined) return [];
      const [alias = "", joined] = path.split(".");
      const type = program.type(joined === undefined ? query.from : (query.join?.[alias]?.type ?? ""));
      const unit = schemaAt(schemaAt(type?.schema["properties"])[joined ?? alias])["x-unit"];
      return typeof unit === "string" && !unit.startsWith("per ") ? [[id, unit]] : [];
    }),
  );
}

/** The type of a list's records, for who may see one of them by itself. */
function openedType(reading: Reading, from: string): string | null {
  const view = reading.works[0].ruling.program.type(from)?.permissions.view;
  return view !== undefined && reading.works.every((work) => work.actor.permissions.includes(view)) ? from : null;
}

/** The tab's own address with its places filled, else the guided screen, else the record. */
function hrefOf(page: ServicePage, row: ServicePage["tab"]["rows"][number], opened: Declared["opened"]): string | null {
  const { open } = page.tab;
  if (open !== null) {
    const values: JsonObject = { ...row.cells, "@code": row.code, "@id": row.id, code: row.code };
    const filled = open.replace(/\{([^{}]+)\}/g, (_, name: string) => encodeURIComponent(isBlank(values[name]) ? "" : String(values[name])));
    if (filled.startsWith("/") && !filled.endsWith("/")) return filled;
  }
  if (row.instance !== null) return `/work/${row.instance.id}`;
  return opened === null ? null : `/records/${encodeURIComponent(opened)}/${encodeURIComponent(row.code ?? row.id)}`;
}

type ValueFields = NonNullable<ValueSpec["fields"]>;

/** `fields`: title of a line -> what its fact says of the fields of each entry. */
function summaryOf(page: ServicePage, fields: Readonly<Record<string, ValueFields>>): ViewPage["summary"] {
  const items = page.summary.flatMap((line) => summaryItems(line, fields[line.title] ?? {}));
  return items.length === 0 ? null : { title: [...new Set(page.summary.map((line) => line.title))].join(", "), items };
}

type SummaryItem = NonNullable<ViewPage["summary"]>["items"][number];

/** A list of `{currency, ...}` gives a box per amount, or figure with a unit of its own; anything else one box. */
function summaryItems({ title, org, value }: ServicePage["summary"][number], fields: ValueFields): readonly SummaryItem[] {
  const plain = { org, title, of: null, share: null, note: null, meaning: null } as const;
  if (value === null) return [];
  if (!Array.isArray(value)) return [{ ...plain, cell: formatCell(typeof value === "object" ? "text" : "decimal", value) }];
  return value.slice(0, 8).flatMap((entry: Json): SummaryItem[] => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return [{ ...plain, cell: formatCell("text", entry) }];
    const object = entry as JsonObject;
    const amounts = Object.entries(object).filter(([, amount]) => typeof amount === "string" && /^-?\d+(\.\d+)?$/.test(amount));
    return amounts.slice(0, 4).map(([name, amount]) => {
      const unit = fields[name]?.unit;
      const cell: Cell = unit === undefined ? formatCell("money", amount, { currency: object["currency"] }) : { as: "decimal", value: String(amount), unit };
      return { ...plain, title: fields[name]?.title ?? words(name), cell };
    });
  });
}

export async function detail(engine: Engine, scope: Scope, slug: string, page: string, code: string): Promise<DetailView> {
  const found = await getViewDetail(engine, scope, { view: slug, code });
  const asked = await inReading(engine, scope, async (reading) => reading.works[0].ruling.program.view(slug)?.detail?.path ?? null);
  if (asked !== page) throw new EngineError("not_found", `The view has no page "${page.slice(0, 60)}".`);
  const shown = await guidedOf(engine, scope, {
    instance: found.instance,
    references: await referencesOf(engine, scope, found),
    timeline: [],
    mails: [],
    documents: [],
    files: [],
    related: [],
    more: { events: false, mails: false, files: false },
  });
  const timer = [...found.instance.timers].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0];
  return {
    slug: found.view.slug,
    title: found.title,
    viewTitle: found.view.title,
    queue: await queueOf(engine, scope, slug, page),
    dueAt: timer?.dueAt ?? null,
    since: found.instance.updatedAt,
    gates: found.instance.checklist.map((item) => ({
      id: item.id,
      title: item.label,
      meaning: item.ok === true ? "open" : item.ok === null ? "unknown" : "blocked",
      note: null,
    })),
    suggestion: found.suggestion === null ? null : suggestionOf(found),
    primary: found.primary.map((event) => event.type),
    secondary: found.secondary.map((event) => event.type),
    panels: found.panels.map((panel) => ({
      title: panel.title,
      fields: panel.fields.map((field) => ({ title: field.title, cell: formatCell(field.format, field.value) })),
    })),
    guided: shown,
  };
}

async function referencesOf(engine: Engine, scope: Scope, found: ViewDetail) {
  const { record, org } = found.instance;
  if (record === null) return {};
  return await inReading(engine, scope, async (reading) => {
    const work = reading.works.find((candidate) => candidate.org.code === org) ?? reading.works[0];
    return await recordTitles(work, recordTypeOf(work.ruling.program, record.type), record.data);
  });
}

function suggestionOf(found: ViewDetail): DetailView["suggestion"] {
  const { suggestion } = found;
  if (suggestion === null) return null;
  const note = suggestion.decision.reasons[0]?.message;
  // Only the act that does what is suggested stands out: another beside it would look like it.
  const primary = [...found.primary, ...found.secondary].find((event) => event.title.toLowerCase() === suggestion.title.toLowerCase() && event.allowed);
  return { title: suggestion.title, ...(note === undefined || note === "" ? {} : { note }), primary: primary?.type ?? null };
}

/** Rows of the tabs whose rows open on this very page. */
async function queueOf(engine: Engine, scope: Scope, slug: string, page: string): Promise<DetailView["queue"]> {
  return await inReading(engine, scope, async (reading) => {
    const { view: definition, works } = openView(reading, slug);
    const groups: DetailView["queue"][number][] = [];
    for (const tab of definition.tabs.filter((candidate) => candidate.open?.startsWith(`/${slug}/${page}/`)).slice(0, 4)) {
      const plain = {
        ...tab,
        columns: tab.columns.filter((column) => column.path !== undefined && (column.format === undefined || column.format === "text")).slice(0, 1),
      };
      const { rows } = await viewRows(
        reading,
        works.map((work) => work.org.id),
        plain,
        { limit: 50 },
      );
      const items = rows.flatMap((row) => {
        const label = Object.values(row.cells)[0];
        return row.code === null
          ? []
          : [
              {
                id: row.id,
                code: row.code,
                label: typeof label === "string" ? label : "",
                meaning: null,
                note: row.org,
                href: `/${slug}/${page}/${encodeURIComponent(row.code)}`,
              },
            ];
      });
      if (items.length > 0) groups.push({ id: tab.id, title: tab.title, items });
    }
    return groups;
  });
}
