import "#studio/kinds/parts.css";
import "#studio/replay/replay.css";
import "../studio/studio.css";
import { useState } from "react";
import { Form, Link, useActionData, useNavigation } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { DayField } from "#studio/ui/form/date-fields.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { formatDecimal } from "#studio/ui/money.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState, Notice } from "#studio/ui/states.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { NewReplayPage } from "./pages.ts";

const STATUS = {
  queued: ["waitsUntil", "Waits"],
  running: ["waitsUntil", "Running"],
  done: ["verified", "Done"],
  failed: ["failed", "Failed"],
  cancelled: ["discarded", "Stopped"],
} as const;

/** Past replays, and a new one. */
export function ReplayListScreen({ page }: { page: NewReplayPage }) {
  return (
    <>
      <TopBar title="Replay" />
      <main id="content" className="content studio-content" tabIndex={-1}>
        <div className="studio-page">
          <div className="replay-new">
            <div>
              {page.replays.length === 0 ? (
                <EmptyState title="Nothing replayed yet" icon="replay">
                  A replay takes recorded instances through another release or a draft, and shows every one that would have gone elsewhere, and why.
                </EmptyState>
              ) : (
                <ul>
                  {page.replays.map((replay) => (
                    <li key={replay.id} className="release-item">
                      <p className="line">
                        <Icon name="replay" />
                        <Link to={`/replay/${replay.id}`}>
                          <b>Against {replay.against}</b>
                        </Link>
                        <StatusBadge meaning={STATUS[replay.status][0]}>{STATUS[replay.status][1]}</StatusBadge>
                        <span className="push small quiet nowrap">
                          {replay.by}, <RelativeTime at={replay.createdAt} />
                        </span>
                      </p>
                      <p className="small quiet">
                        {formatDecimal(replay.changed)} of {formatDecimal(replay.same + replay.changed + replay.unknown)} instances would have gone elsewhere
                        {replay.unknown > 0 ? `, ${formatDecimal(replay.unknown)} cannot be told` : ""}
                      </p>
                    </li>
                  ))}
                </ul>
              )}
            </div>
            <aside aria-label="New replay">
              <NewReplay page={page} />
            </aside>
          </div>
        </div>
      </main>
    </>
  );
}

function NewReplay({ page }: { page: NewReplayPage }) {
  const answer = useActionData() as { readonly why?: string } | undefined;
  const busy = useNavigation().state !== "idle";
  const [all, setAll] = useState(true);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const against = page.drafts[0] === undefined ? `release:${page.releases[0]?.number ?? ""}` : `draft:${page.drafts[0].id}`;
  return (
    <Form method="post" className="release-form">
      <h2>New replay</h2>
      {answer?.why === undefined ? null : <Notice tone="blocked">{answer.why}</Notice>}
      <label>
        Against
        <select name="against" defaultValue={against}>
          {page.drafts.length === 0 ? null : (
            <optgroup label="Drafts">
              {page.drafts.map((draft) => (
                <option key={draft.id} value={`draft:${draft.id}`}>
                  {draft.name} ({draft.changed})
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="Releases">
            {page.releases.map((release) => (
              <option key={release.number} value={`release:${release.number}`}>
                Release {release.number}
                {release.note === "" ? "" : `, ${release.note.slice(0, 48)}`}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <input type="hidden" name="from" value={from} />
      <input type="hidden" name="to" value={to} />
      <DayField label="Events from" value={from} onChange={(day) => setFrom(day ?? "")} max={to === "" || to > page.today ? page.today : to} />
      <DayField label="Until" value={to} onChange={(day) => setTo(day ?? "")} min={from === "" ? undefined : from} />
      <label>
        Facts that were not recorded
        <select name="missingFacts" defaultValue="asOf">
          <option value="asOf">Read as they were then</option>
          <option value="recorded">Only what the instance recorded nearby</option>
          <option value="unknown">Unknown</option>
        </select>
      </label>
      <fieldset className="stack tight">
        <label style={{ display: "flex", gap: 8, alignItems: "center" }}>
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} style={{ width: 16, height: 16 }} /> All machines
        </label>
        {all ? null : (
          <div className="machines">
            {page.machines.map((machine) => (
              <label key={machine.key}>
                <input type="checkbox" name="machines" value={machine.key} />
                {machine.title}
              </label>
            ))}
          </div>
        )}
      </fieldset>
      <label>
        Only where
        <textarea
          name="filter"
          rows={2}
          maxLength={4000}
          spellCheck={false}
          aria-describedby="filter-help"
          placeholder='record.amount > 1000 and state = "open"'
        />
      </label>
      <p id="filter-help" className="small quiet">
        FEEL over each instance as it stands now. Empty: all of them.
      </p>
      <p className="small quiet">Whole instances of {page.orgs.join(" and ")} with an event in the period. Nothing is written to them.</p>
      <Button type="submit" tone="primary" icon="replay" busy={busy}>
        Replay
      </Button>
    </Form>
  );
}
