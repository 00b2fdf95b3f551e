import { Popover, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useFetcher } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { announce, announceRefusal } from "../announce.tsx";
import type { ActResult } from "../guided.ts";
import type { OutboxLine } from "../operations.ts";

/** Retry at once; discard asks for the reason first. */
export function OutboxActs({ row }: { row: OutboxLine }) {
  const fetcher = useFetcher<ActResult>();
  const [open, setOpen] = useState(false);
  const { data } = fetcher;
  const said = useRef(data);
  useEffect(() => {
    if (data === undefined || data === said.current) return;
    said.current = data;
    if (data.ok) announce(data);
    else announceRefusal(data);
  }, [data]);
  const busy = fetcher.state !== "idle";
  const act = busy ? fetcher.formData?.get("act") : null;
  if (!row.mayRetry && !row.mayDiscard) return null;
  return (
    <fetcher.Form method="post" className="row-acts">
      <input type="hidden" name="id" value={row.id} />
      {row.mayRetry ? (
        <Button small type="submit" name="act" value="retry" busy={act === "retry"} disabled={busy}>
          {row.meaning === "possiblySent" || row.meaning === "parked" ? "Send again" : "Retry"}
        </Button>
      ) : null}
      {row.mayDiscard ? (
        <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
          <Popover.Target>
            <Button small disabled={busy} onClick={() => setOpen(!open)}>
              Discard
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label="Discard">
            <fetcher.Form method="post" className="stack tight" onSubmit={() => setOpen(false)}>
              <input type="hidden" name="id" value={row.id} />
              <TextInput label="Reason, for the record" name="reason" required maxLength={400} />
              <Button tone="danger" type="submit" name="act" value="discard">
                Discard it
              </Button>
            </fetcher.Form>
          </Popover.Dropdown>
        </Popover>
      ) : null}
    </fetcher.Form>
  );
}
