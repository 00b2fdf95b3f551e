import { useEffect, useState } from "react";
import type { ImportView } from "#engine/service/import/import-queries.ts";
import { Button } from "#studio/ui/button.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";

const SHOWN = 8;
const WORDS: Readonly<Record<ImportView["status"], string>> = {
  checking: "being checked",
  writing: "being written",
  done: "written",
  refused: "refused, nothing written",
  failed: "failed, nothing written",
  cancelled: "stopped, nothing written",
  rolled_back: "taken back",
};

/** The last imports of a type; one that wrote something can be taken back, after a second look. */
export function ImportHistory({ type, scope, busy, onTakeBack }: { type: string; scope: string; busy: boolean; onTakeBack: (id: string) => void }) {
  const [items, setItems] = useState<readonly ImportView[] | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    fetch(`/api/v1/imports?type=${encodeURIComponent(type)}&limit=${SHOWN}`, { headers: { "X-Org": scope }, signal: abort.signal })
      .then((response) => (response.ok ? (response.json() as Promise<{ items: readonly ImportView[] }>) : { items: [] }))
      .then(
        (page) => setItems(page.items),
        () => undefined,
      );
    return () => abort.abort();
  }, [type, scope]);
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
              {job.status !== "done" || job.created === 0 ? null : asked === job.id ? (
                <Button
                  small
                  tone="danger"
                  disabled={busy}
                  onClick={() => {
                    setAsked(null);
                    onTakeBack(job.id);
                  }}
                >
                  Remove {job.created === 1 ? "its row" : `its ${job.created} rows`}
                </Button>
              ) : (
                <Button small disabled={busy} onClick={() => setAsked(job.id)}>
                  Take back
                </Button>
              )}
            </div>
            <span className="quiet">
              {WORDS[job.status]}
              {job.status === "done" ? `: ${job.created} new, ${job.unchanged} already there` : ""}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
