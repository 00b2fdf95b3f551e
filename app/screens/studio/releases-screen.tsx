import { useEffect, useRef, useState } from "react";
import { Link, useFetcher, useRevalidator, useSearchParams } from "react-router";
import { KIND_WORDS } from "#studio/kinds/kind-words.ts";
import { Button } from "#studio/ui/button.tsx";
import { useClock } from "#studio/ui/clock.tsx";
import { MomentField } from "#studio/ui/form/date-fields.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState, Notice } from "#studio/ui/states.tsx";
import { StatusBadge } from "#studio/ui/status-badge.tsx";
import type { ActivationLine, ReleaseLine, ReleasesPage } from "./releases.ts";
import { StudioFrame } from "./studio-frame.tsx";

/** Releases newest first; the chosen one with what it changed, its decisions, and what may be done with it. */
export function ReleasesScreen({ page }: { page: ReleasesPage }) {
  const at = page.releases.find((release) => release.number === page.at) ?? null;
  const inForce = new Set(page.activations.filter((one) => one.inForce).map((one) => one.release));
  useNextBeginning(page);
  return (
    <StudioFrame title="Releases" crumbs={[{ title: "Studio", href: "/studio" }]} draft={null}>
      <div className="releases">
        <div>
          {page.releases.length === 0 ? (
            <EmptyState title="No releases yet" icon="boxes">
              A draft that was published becomes the next release.
            </EmptyState>
          ) : null}
          <ul>
            {page.releases.map((release) => (
              <ReleaseItem
                key={release.number}
                release={release}
                isAt={release.number === page.at}
                inForce={inForce.has(release.number)}
                toCome={page.activations.findLast((one) => one.release === release.number && one.isToCome) ?? null}
                name={page.names[release.author] ?? release.author}
              />
            ))}
          </ul>
          <Older next={page.next} />
        </div>
        <aside className="inspector" aria-label="Release" style={{ width: "auto" }}>
          {at === null ? null : <Detail key={at.number} page={page} release={at} inForce={inForce} />}
        </aside>
      </div>
    </StudioFrame>
  );
}

function Older({ next }: { next: string | null }) {
  const [params] = useSearchParams();
  if (next === null) return null;
  const copy = new URLSearchParams(params);
  copy.set("cursor", next);
  return (
    <p style={{ padding: "12px 24px" }}>
      <Link to={`?${copy.toString()}`}>Older releases</Link>
    </p>
  );
}

const LONGEST_WAIT_MS = 2_147_483_647;

/** Reads the page again when the next activation begins. */
function useNextBeginning({ activations }: ReleasesPage): void {
  const { now } = useClock();
  const { revalidate } = useRevalidator();
  const next = activations.findLast((one) => one.isToCome)?.at ?? null;
  useEffect(() => {
    if (next === null) return;
    const timer = setTimeout(() => void revalidate(), Math.min(LONGEST_WAIT_MS, Math.max(1_000, Date.parse(next) - now + 500)));
    return () => clearTimeout(timer);
  }, [next, now, revalidate]);
}

function ReleaseItem({
  release,
  isAt,
  inForce,
  toCome,
  name,
}: {
  release: ReleaseLine;
  isAt: boolean;
  inForce: boolean;
  toCome: ActivationLine | null;
  name: string;
}) {
  return (
    <li className={isAt ? "release-item is-at" : "release-item"}>
      <p className="line">
        <Link to={`?at=${release.number}`} preventScrollReset aria-current={isAt ? "true" : undefined}>
          <b>Release {release.number}</b>
        </Link>
        <ReleaseState state={release.state} />
        {inForce ? <StatusBadge meaning="open">In force</StatusBadge> : null}
        {toCome === null ? null : (
          <StatusBadge meaning="waitsUntil">
            From <RelativeTime at={toCome.at} mode="moment" />
          </StatusBadge>
        )}
        <span className="push small quiet nowrap">
          {name}, <RelativeTime at={release.createdAt} />
        </span>
      </p>
      {release.note === "" ? null : <p className="soft">{release.note}</p>}
    </li>
  );
}

const ReleaseState = ({ state }: { state: ReleaseLine["state"] }) =>
  state === "pending" ? (
    <StatusBadge meaning="waitsFor">Waits for approval</StatusBadge>
  ) : state === "rejected" ? (
    <StatusBadge meaning="refused">Rejected</StatusBadge>
  ) : (
    <StatusBadge meaning="verified">Approved</StatusBadge>
  );

function Detail({ page, release, inForce }: { page: ReleasesPage; release: ReleaseLine; inForce: ReadonlySet<number> }) {
  const name = (id: string): string => page.names[id] ?? id;
  const newest = Math.max(0, ...[...inForce]);
  const own = page.activations.filter((one) => one.release === release.number);
  return (
    <>
      <header style={{ paddingBottom: 12 }}>
        <p className="kicker">
          <Icon name="boxes" size={14} /> Release
        </p>
        <h2>Release {release.number}</h2>
        <p className="small quiet">
          {release.definitions} definitions{release.base === null ? "" : `, on release ${release.base}`}
        </p>
      </header>
      <div className="inspector-body">
        <section>
          <h3>
            What it changed <span className="push small quiet">{page.changes.length}</span>
          </h3>
          {page.changes.length === 0 ? <p className="small quiet">{release.base === null ? "The first release." : "Nothing."}</p> : null}
          <ul className="reference-list">
            {page.changes.map((change) => (
              <li key={`${change.kind}/${change.key}`}>
                <Icon name={KIND_WORDS[change.kind].icon} label={KIND_WORDS[change.kind].one} />
                <Link className="clip" to={`/studio/releases/${release.number}?of=${change.kind}/${change.key}`}>
                  {change.title}
                </Link>
                <span className="push line small nowrap">
                  {change.summary.added === 0 ? null : <span className="plus">+{change.summary.added}</span>}
                  {change.summary.removed === 0 ? null : <span className="minus">−{change.summary.removed}</span>}
                  {change.summary.changed === 0 ? null : <span className="tilde">~{change.summary.changed}</span>}
                </span>
              </li>
            ))}
          </ul>
          {page.releases.length < 2 ? null : (
            <p className="small">
              <Link to={`/studio/releases/${release.number}`}>Compare with {release.base === null ? "another" : "its base or another"}</Link>
            </p>
          )}
        </section>
        {release.decisions.map((decision) => (
          <section key={decision.at}>
            <p className="line">
              <Icon name="person" />
              {decision.decision === "approved" ? "Approved" : "Rejected"} by {name(decision.by)}
              <span className="push small quiet">
                <RelativeTime at={decision.at} />
              </span>
            </p>
            {decision.note === "" ? null : <p className="soft">{decision.note}</p>}
          </section>
        ))}
        {own.length === 0 ? null : (
          <section>
            <h3>Activations</h3>
            {own.map((one) => (
              <div key={one.id}>
                <p className="line">
                  <OrgBadge code={one.org} />
                  {one.percent === 100 ? "all instances" : `${one.percent} % of instances`}
                  {one.inForce ? <StatusBadge meaning="open">In force</StatusBadge> : null}
                  {one.isToCome ? <StatusBadge meaning="waitsUntil">To come</StatusBadge> : null}
                  <span className="push small quiet">{Date.parse(one.at) === 0 ? "from the start" : <RelativeTime at={one.at} mode="moment" />}</span>
                </p>
                {one.note === "" ? null : <p className="small soft">{one.note}</p>}
                {one.isToCome && page.may ? <CallOff activation={one} /> : null}
              </div>
            ))}
          </section>
        )}
        {page.may ? <Acts page={page} release={release} isRollback={release.number < newest} /> : null}
      </div>
    </>
  );
}

/** Nothing is lost by it: the same can be asked for again. */
function CallOff({ activation }: { activation: ActivationLine }) {
  const fetcher = useFetcher<{ ok: boolean; why: string }>();
  return (
    <fetcher.Form method="post" className="line" style={{ justifyContent: "flex-end" }}>
      <input type="hidden" name="id" value={activation.id} />
      {fetcher.data?.ok === false ? <Notice tone="blocked">{fetcher.data.why}</Notice> : null}
      <Button small type="submit" name="act" value="cancel" busy={fetcher.state !== "idle"}>
        Call it off
      </Button>
    </fetcher.Form>
  );
}

function Acts({ page, release, isRollback }: { page: ReleasesPage; release: ReleaseLine; isRollback: boolean }) {
  const fetcher = useFetcher<{ ok: boolean; why: string }>();
  const [when, setWhen] = useState<"now" | "later">("now");
  const [at, setAt] = useState("");
  const [round, setRound] = useState(0);
  const section = useRef<HTMLElement>(null);
  const { data } = fetcher;
  // What was asked for is done: the next activation starts from an empty form.
  useEffect(() => {
    if (data?.ok !== true) return;
    setRound((past) => past + 1);
    setWhen("now");
    setAt("");
  }, [data]);
  // The button that was pressed has gone with its form.
  useEffect(() => {
    if (round > 0 && document.activeElement === document.body) section.current?.focus();
  }, [round]);
  const { now } = useClock();
  const today = new Date(now).toISOString().slice(0, 10);
  // The engine would take it for now: too easily asked for by a slip of the hour.
  const isPast = at !== "" && Date.parse(at) <= now;
  const isOwn = release.authors.includes(page.me) || release.author === page.me;
  const busy = fetcher.state !== "idle";
  if (release.state === "rejected")
    return (
      <section ref={section} tabIndex={-1} aria-label="What may be done">
        <p className="small quiet">It cannot be activated. A new draft can take up what it changed.</p>
      </section>
    );
  const deciding = page.activations.filter((one) => one.inForce);
  const isWhole = deciding.length > 0 && deciding.every((one) => one.release === release.number) && deciding.some((one) => one.percent === 100);
  const toCome = page.activations.findLast((one) => one.isToCome && one.release !== release.number);
  return (
    <section ref={section} tabIndex={-1} aria-label="What may be done">
      <fetcher.Form key={round} method="post" className="release-form">
        <input type="hidden" name="release" value={release.number} />
        {fetcher.data?.ok === false ? <Notice tone="blocked">{fetcher.data.why}</Notice> : null}
        {release.state === "pending" ? (
          isOwn ? (
            <Notice tone="waits" icon="person">
              You changed this release yourself. Somebody else with the right to publish approves it.
            </Notice>
          ) : (
            <>
              <textarea name="note" placeholder="Say why, for the record" aria-label="Note" rows={2} />
              <span className="line" style={{ justifyContent: "flex-end" }}>
                <Button type="submit" name="act" value="reject" tone="danger" disabled={busy}>
                  Reject
                </Button>
                <Button type="submit" name="act" value="approve" tone="primary" busy={busy}>
                  Approve
                </Button>
              </span>
            </>
          )
        ) : page.org === null ? (
          <p className="small quiet">Choose one org to activate a release for it.</p>
        ) : isWhole ? (
          <Notice tone="open">
            It is in force for all instances of {page.org}.
            {toCome === undefined ? null : ` Release ${toCome.release} follows; to stay with this one, call that off.`}
          </Notice>
        ) : (
          <>
            <h3>{isRollback ? `Go back to release ${release.number}` : `Activate for ${page.org}`}</h3>
            <label>
              From
              <select value={when} onChange={(event) => setWhen(event.target.value === "later" ? "later" : "now")}>
                <option value="now">Now</option>
                <option value="later">Later</option>
              </select>
            </label>
            {when === "later" ? (
              <>
                <input type="hidden" name="at" value={at} />
                <MomentField
                  label="At"
                  value={at}
                  onChange={(moment) => setAt(moment ?? "")}
                  min={today}
                  required
                  {...(isPast ? { error: "This moment has passed" } : {})}
                />
              </>
            ) : null}
            <label>
              Share of instances, %
              <input name="percent" type="number" min={1} max={100} defaultValue={100} />
            </label>
            <label>
              Note
              <textarea name="note" rows={2} />
            </label>
            <span className="line" style={{ justifyContent: "flex-end" }}>
              <Button type="submit" name="act" value="activate" tone="primary" busy={busy} disabled={when === "later" && (at === "" || isPast)}>
                {isRollback ? "Roll back" : "Activate"}
              </Button>
            </span>
          </>
        )}
      </fetcher.Form>
    </section>
  );
}
