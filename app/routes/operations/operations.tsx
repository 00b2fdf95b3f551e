import { useEffect } from "react";
import { useRevalidator, useSearchParams } from "react-router";
import type { FilterField } from "#studio/ui/filter-chips.tsx";
import { KeyHelp, READING_KEYS } from "#studio/ui/key-help.tsx";
import { Tabs } from "#studio/ui/tabs.tsx";
import { openDoor } from "../../engine.server.ts";
import { listHref, readList } from "../../list-request.ts";
import { AUDIT_COLUMNS, MAIL_COLUMNS, OUTBOX_COLUMNS, RECEIPT_COLUMNS, TIMER_COLUMNS } from "../../screens/operations/columns.tsx";
import { Gauges } from "../../screens/operations/gauges.tsx";
import { OperationsList } from "../../screens/operations/operations-list.tsx";
import { ReceiptPanel } from "../../screens/operations/receipt-panel.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/operations.ts";

export const meta = () => [{ title: "Operations · Gatehouse" }];

const TABS = [
  { id: "receipts", title: "Receipts" },
  { id: "outbox", title: "Outbox" },
  { id: "mails", title: "Mails" },
  { id: "timers", title: "Timers" },
  { id: "audit", title: "Audit" },
] as const;
const option = (value: string, title: string) => ({ value, title });
const FIELDS: Readonly<Record<string, readonly FilterField[]>> = {
  receipts: [
    {
      field: "result",
      title: "Result",
      type: "text",
      options: [option("accepted", "Accepted"), option("duplicate", "Duplicate"), option("stale_ignored", "Stale"), option("refused", "Refused")],
    },
  ],
  outbox: [
    {
      field: "state",
      title: "State",
      type: "text",
      options: [
        option("pending", "Waits"),
        option("dead", "Failed"),
        option("possibly_sent", "Possibly sent"),
        option("delivered", "Delivered"),
        option("discarded", "Discarded"),
      ],
    },
  ],
  mails: [
    {
      field: "state",
      title: "State",
      type: "text",
      options: [
        option("queued", "Queued"),
        option("sent", "Sent"),
        option("suppressed", "Suppressed"),
        option("possibly_sent", "Possibly sent"),
        option("failed", "Failed"),
      ],
    },
  ],
  timers: [
    { field: "state", title: "State", type: "text", options: [option("waiting", "Waits"), option("overdue", "Overdue")] },
    { field: "machine", title: "Machine", type: "text" },
  ],
  audit: [{ field: "action", title: "Act", type: "text" }],
};

export async function loader({ request, context }: Route.LoaderArgs) {
  const url = new URL(request.url);
  const list = readList(url);
  const door = await openDoor(request, context);
  return { list, view: await door.operations(list, url.searchParams.get("span")) };
}

export async function action({ request, context }: Route.ActionArgs) {
  const form = await request.formData();
  const door = await openDoor(request, context);
  const act = form.get("act");
  if (act === "verify") return await door.verify();
  const reason = form.get("reason");
  return await door.outbox(String(form.get("id") ?? ""), act === "discard" ? "discard" : "retry", typeof reason === "string" ? reason.slice(0, 400) : null);
}

const AGAIN_MS = 3_000;

/** Effects go out without a word to the page: while some are about to, it is read again. */
function useWhileSending(isSending: boolean): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (!isSending) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void revalidate();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isSending, revalidate]);
}

export default function Operations({ loaderData: { list, view } }: Route.ComponentProps) {
  const { tab } = view;
  const [params] = useSearchParams();
  useLiveRefresh(() => list.cursor === null);
  useWhileSending(tab === "outbox" && list.cursor === null && view.outbox.some((row) => row.meaning === "waitsUntil" && row.isDue));
  const shared = { request: list, next: view.next, fields: FIELDS[tab] ?? [] };
  return (
    <>
      <TopBar title="Operations" />
      <main id="content" className="content operations" tabIndex={-1}>
        <Tabs
          label="Operations"
          current={tab}
          tabs={TABS.filter((entry) => view.tabs.includes(entry.id)).map((entry) => ({
            ...entry,
            count: view.counts[entry.id] ?? null,
            href: listHref(params, { tab: entry.id }),
          }))}
        />
        <div className={view.receipt === null ? "work" : "work has-panel"}>
          <div className="list">
            <Gauges view={view} />
            {tab === "receipts" ? (
              <OperationsList {...shared} id={tab} title="Receipts" columns={RECEIPT_COLUMNS} rows={view.receipts} empty="No event was received yet" open />
            ) : null}
            {tab === "outbox" ? (
              <OperationsList
                {...shared}
                id={tab}
                title="Outbox"
                columns={OUTBOX_COLUMNS}
                rows={view.outbox}
                empty="Everything is delivered"
                searched="parts of keys, codes, events and last answers, in the newest 50,000"
              />
            ) : null}
            {tab === "mails" ? (
              <OperationsList {...shared} id={tab} title="Mails" columns={MAIL_COLUMNS} rows={view.mails} empty="No mail was created yet" />
            ) : null}
            {tab === "timers" ? (
              <OperationsList
                {...shared}
                id={tab}
                title="Timers"
                columns={TIMER_COLUMNS}
                rows={view.timers}
                empty="No timer runs"
                searched="parts of names and codes"
              />
            ) : null}
            {tab === "audit" ? (
              <OperationsList
                {...shared}
                id={tab}
                title="Audit"
                columns={AUDIT_COLUMNS}
                rows={view.audit}
                empty="Nothing was logged yet"
                searched="parts of acts, subjects and details"
              />
            ) : null}
          </div>
          {view.receipt === null ? null : <ReceiptPanel key={view.receipt.id} receipt={view.receipt} closeHref={listHref(params, { at: null })} />}
        </div>
        <KeyHelp lines={READING_KEYS} />
      </main>
    </>
  );
}
