import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useFetcher, useOutletContext, useSearchParams } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { freshKey } from "#studio/ui/fresh-key.ts";
import { KeyHelp, LIST_KEYS } from "#studio/ui/key-help.tsx";
import { Facts, PanelScroll } from "#studio/ui/panel.tsx";
import { Tabs } from "#studio/ui/tabs.tsx";
import { openDoor } from "../../engine.server.ts";
import { listHref, readList } from "../../list-request.ts";
import { readJson } from "../../read-json.server.ts";
import { DecideForm, type Deciding, InboxList } from "../../screens/lists/inbox-list.tsx";
import { InstancePanel, PanelTitle } from "../../screens/lists/instance-panel.tsx";
import type { BulkResult, InboxView } from "../../screens/lists.ts";
import type { ShellView } from "../../screens/shell.ts";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/inbox.ts";

export const meta = () => [{ title: "Inbox · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const list = readList(new URL(request.url));
  const door = await openDoor(request, context);
  return { list, view: await door.inbox(list) };
}

export async function action({ request, context }: Route.ActionArgs) {
  const body = await readJson(request);
  const door = await openDoor(request, context);
  const tasks = Array.isArray(body["tasks"]) ? body["tasks"].map(String).slice(0, 500) : [];
  return await door.complete(tasks, String(body["outcome"] ?? ""), typeof body["note"] === "string" ? body["note"] : null, String(body["once"] ?? ""));
}

export default function Inbox({ loaderData: { view, list } }: Route.ComponentProps) {
  const shell = useOutletContext<ShellView>();
  const [params] = useSearchParams();
  const deciding = useDeciding();
  useLiveRefresh((notice) => notice.kind === "task" || notice.id === view.panel?.item.instance);
  const panel = view.panel !== null && !deciding.sent.has(view.panel.item.id) ? view.panel : null;
  return (
    <>
      <TopBar title="Inbox" />
      <main id="content" className="content" tabIndex={-1}>
        <Tabs label="Inbox" current={view.tab} tabs={view.tabs.map((tab) => ({ ...tab, href: listHref(params, { tab: tab.id === "all" ? "" : tab.id }) }))} />
        <div className={panel === null ? "work" : "work has-panel"}>
          <div className="list">
            <InboxList key={view.tab} view={view} request={list} deciding={deciding} several={shell.scope === "all"} />
          </div>
          {panel === null ? null : <InboxPanel panel={panel} deciding={deciding} closeHref={listHref(params, { at: null })} />}
        </div>
        <KeyHelp lines={LIST_KEYS} />
      </main>
    </>
  );
}

function InboxPanel({ panel, deciding, closeHref }: { panel: NonNullable<InboxView["panel"]>; deciding: Deciding; closeHref: string }) {
  const { item, fields, guided } = panel;
  const note = [item.about, item.from].filter(Boolean).join(" · ");
  if (guided !== null && panel.decidesByAct) {
    const done = item.outcomes.find(({ id }) => id === "done");
    const also =
      item.whyNot !== null ? (
        <p className="small soft">{item.whyNot}</p>
      ) : done === undefined ? null : (
        <Button tone="plain" busy={deciding.busy} onClick={() => deciding.decide([item.id], done.id, null)}>
          {done.title}
        </Button>
      );
    return <InstancePanel key={item.id} view={guided} closeHref={closeHref} occasion={{ title: item.title, note, facts: fields, acts: panel.acts, also }} />;
  }
  return (
    <aside className="inspector" aria-label={item.title} key={item.id}>
      <PanelTitle org={item.org} code={item.code} title={item.title} note={note} href={item.href} closeHref={closeHref} />
      <PanelScroll>
        <section>
          <Facts items={fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
        </section>
        {guided === null ? null : (
          <section>
            <h3>{guided.record.title}</h3>
            <Facts items={guided.record.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
          </section>
        )}
      </PanelScroll>
      <div className="panel-foot">
        <DecideForm key={item.id} item={item} deciding={deciding} />
      </div>
    </aside>
  );
}

/** Decides tasks at once on the screen; what the server refuses comes back with its reason. */
function useDeciding(): Deciding {
  const fetcher = useFetcher<BulkResult>();
  const told = useRef<BulkResult | undefined>(undefined);
  const body = fetcher.json as { tasks?: readonly string[] } | undefined;
  const { data, state } = fetcher;
  useEffect(() => {
    if (data === undefined || state !== "idle" || told.current === data) return;
    told.current = data;
    if (data.done > 0)
      notifications.show({ message: data.done === 1 ? "Decided" : `${data.done} decided`, color: "green", closeButtonProps: { "aria-label": "Close" } });
    for (const failure of data.failed.slice(0, 3))
      notifications.show({
        title: failure.code ?? "Not decided",
        message: failure.detail,
        color: "red",
        autoClose: false,
        closeButtonProps: { "aria-label": "Close" },
      });
  }, [data, state]);
  return {
    busy: state !== "idle",
    sent: new Set(state === "idle" ? [] : (body?.tasks ?? [])),
    decide: (tasks, outcome, note) =>
      void fetcher.submit({ tasks: [...tasks], outcome, note, once: freshKey() }, { method: "post", encType: "application/json" }),
  };
}
