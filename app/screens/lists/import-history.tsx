import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ImportView, ListedImport } from "#engine/service/import/import-queries.ts";
import { Button } from "#studio/ui/button.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { isUnderWay } from "./use-import-job.ts";

const SHOWN = 8;
const WORDS: Readonly<Record<ImportView["status"], string>> = {
  checking: "being checked",
  writing: "being written",
  done: "written",
  refused: "refused",
  failed: "failed",
  cancelled: "stopped, nothing written",
  rolling_back: "being taken back",
  rolled_back: "taken back",
};

const POLL_MS = 1_000;
const number = new Intl.NumberFormat("en");

/**
 * The last imports of a type, whoever began them: how far one is, also after the page was left, and stopping it; one that wrote
 * something can be taken back, after a second look.
 */
export function ImportHistory({
  type,
  scope,
  busy,
  following,
  onTakeBack,
  onStop,
}: {
  type: string;
  scope: string;
  busy: boolean;
  /** The import that is shown above already. */
  following: string | null;
  onTakeBack: (id: string, reason: string) => void;
  onStop: (id: string) => void;
}) {
  const [items, setItems] = useState<readonly ListedImport[] | null>(null);
  const [look, setLook] = useState(0);
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let next: ReturnType<typeof setTimeout> | undefined;
    // A second look, as long as one is under way.
    void look;
    fetch(`/api/v1/imports?type=${encodeURIComponent(type)}&limit=${SHOWN}`, { headers: { "X-Org": scope }, signal: abort.signal })
      .then((response) => (response.ok ? (response.json() as Promise<{ items: readonly ListedImport[] }>) : { items: [] }))
      .then(
        (page) => {
          setItems(page.items);
          if (page.items.some(isUnderWay)) next = setTimeout(() => setLook((count) => count + 1), POLL_MS);
        },
        () => undefined,
      );
    return () => {
      abort.abort();
      clearTimeout(next);
    };
  }, [type, scope, look]);
  if (items === null || items.length === 0) return null;
  return (
    <section aria-label="Last imports">
      <h3>Last imports</h3>
      <ul className="stack" style={{ gap: 10 }}>
        {items.map((job) => (
          <li key={job.id} className="small">
            <div className="line">
              <span>
                {job.fileName ?? "A file"}, <RelativeTime at={job.createdAt} />
              </span>
              <span className="push" />
              {isUnderWay(job) && job.status !== "rolling_back" && job.id !== following ? (
                <Button small onClick={() => onStop(job.id)}>
                  Stop
                </Button>
              ) : !job.takeBack || asked === job.id ? null : (
                <Button small disabled={busy} onClick={() => setAsked(job.id)}>
                  Take back
                </Button>
              )}
            </div>
            <span className="quiet">
              {WORDS[job.status]}
              {job.status === "done" ? `: ${number.format(job.created)} new, ${number.format(job.unchanged)} already there` : ""}
              {job.error === null ? "" : `: ${job.error}`}
              {isUnderWay(job) ? `: ${number.format(job.done)} of ${number.format(job.total)} rows` : ""}
            </span>
            {job.takeBack && asked === job.id ? (
              <TakeBack
                count={job.created}
                busy={busy}
                onTakeBack={(reason) => {
                  setAsked(null);
                  onTakeBack(job.id, reason);
                }}
              />
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The second look, with why: the audit log keeps it. */
function TakeBack({ count, busy, onTakeBack }: { count: number; busy: boolean; onTakeBack: (reason: string) => void }) {
  const [reason, setReason] = useState("");
  return (
    <form
      className="stack"
      style={{ gap: 6 }}
      onSubmit={(event) => {
        event.preventDefault();
        onTakeBack(reason.trim());
      }}
    >
      <TextInput label="Reason" size="xs" required maxLength={2_000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
      <Button small tone="danger" type="submit" disabled={busy || reason.trim() === ""}>
        Remove {count === 1 ? "its row" : `its ${number.format(count)} rows`}
      </Button>
    </form>
  );
}
