import { useOutletContext, useSearchParams } from "react-router";
import { ButtonLink } from "#studio/ui/button.tsx";
import { KeyHelp, LIST_KEYS, READING_KEYS } from "#studio/ui/key-help.tsx";
import { Tabs } from "#studio/ui/tabs.tsx";
import { openDoor } from "../../engine.server.ts";
import { listHref, readList } from "../../list-request.ts";
import { readJson } from "../../read-json.server.ts";
import { asObject } from "../../screens/guided.ts";
import { BeginPanel } from "../../screens/lists/begin-panel.tsx";
import { ImportPanel } from "../../screens/lists/import-panel.tsx";
import { InstancePanel } from "../../screens/lists/instance-panel.tsx";
import { ViewList } from "../../screens/lists/view-list.tsx";
import { ViewSummary } from "../../screens/lists/view-summary.tsx";
import type { ShellView } from "../../screens/shell.ts";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/view.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.view.title ?? "View"} · Gatehouse` }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const list = readList(new URL(request.url));
  const door = await openDoor(request, context);
  return { list, view: await door.view(params.slug, list) };
}

export async function action({ request, context }: Route.ActionArgs) {
  const body = await readJson(request);
  const door = await openDoor(request, context);
  if (typeof body["begin"] === "string") return await door.begin(body["begin"], asObject(body["payload"]), String(body["once"] ?? ""));
  const instances = Array.isArray(body["instances"]) ? body["instances"].map(String).slice(0, 500) : [];
  return await door.bulk(String(body["type"] ?? ""), instances, asObject(body["payload"]), String(body["once"] ?? ""));
}

export default function View({ loaderData: { view, list } }: Route.ComponentProps) {
  const shell = useOutletContext<ShellView>();
  const [params] = useSearchParams();
  const begun = view.begins.find((begin) => begin.id === params.get("begin"));
  const isLoading = view.load !== null && params.get("begin") === "import";
  const shown = new Set(view.rows.flatMap((row) => [row.id, row.instance ?? ""]));
  useLiveRefresh((notice) => shown.has(notice.id) || notice.kind === "instance" || (view.type !== null && notice.of.endsWith(view.type)));
  return (
    <>
      <TopBar
        title={view.title}
        extra={
          <span className="line">
            {view.begins.map((begin) => (
              <ButtonLink key={begin.id} small icon="plus" href={beginHref(params, begin.id)}>
                {begin.title}
              </ButtonLink>
            ))}
            {view.load === null ? null : (
              <ButtonLink small icon="upload" href={beginHref(params, "import")}>
                Import
              </ButtonLink>
            )}
          </span>
        }
      />
      <main id="content" className="content" tabIndex={-1}>
        {view.tabs.length < 2 ? null : (
          <Tabs label={view.title} current={view.tab} tabs={view.tabs.map((tab) => ({ ...tab, href: listHref(params, { tab: tab.id }) }))} />
        )}
        <div className={view.panel === null && begun === undefined && !isLoading ? "work" : "work has-panel"}>
          <div className="list">
            {view.summary === null ? null : <ViewSummary summary={view.summary} />}
            <ViewList key={`${view.slug} ${view.tab}`} view={view} request={list} scope={shell.scope} beginHref={(id) => beginHref(params, id)} />
          </div>
          {isLoading && view.load !== null ? (
            <ImportPanel key={`${view.load.type} ${shell.scope}`} load={view.load} closeHref={beginHref(params, null)} scope={shell.scope} />
          ) : begun !== undefined ? (
            <BeginPanel key={begun.id} begin={begun} closeHref={beginHref(params, null)} several={shell.scope === "all"} />
          ) : view.panel === null ? null : (
            <InstancePanel key={view.panel.id} view={view.panel} closeHref={listHref(params, { at: null })} prefer={view.acts.map((act) => act.type)} />
          )}
        </div>
        <KeyHelp lines={view.acts.length > 0 ? LIST_KEYS : READING_KEYS} />
      </main>
    </>
  );
}

function beginHref(before: URLSearchParams, id: string | null): string {
  const next = new URLSearchParams(before);
  next.delete("at");
  if (id === null) next.delete("begin");
  else next.set("begin", id);
  return `?${next.toString()}`;
}
