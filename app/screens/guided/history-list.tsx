import { Conditions } from "#studio/ui/condition-table.tsx";
import { decisionMeaning, Provenance, sentenceOf } from "#studio/ui/decision-explanation.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Timeline } from "#studio/ui/timeline.tsx";
import type { HistoryEntry } from "../guided.ts";

/** What happened, newest first; every decision opens to its conditions as they were. */
export function HistoryList({
  entries,
  instance,
  short = false,
  replay = false,
}: {
  entries: readonly HistoryEntry[];
  instance: string;
  short?: boolean;
  replay?: boolean;
}) {
  return (
    <Timeline
      short={short}
      entries={entries.map((entry) => ({
        id: entry.id,
        at: entry.at,
        text: entry.text,
        by: short ? null : entry.by,
        meaning: entry.meaning,
        below: short ? null : (
          <>
            {entry.effects.length === 0 ? null : (
              <ul className="effect-lines small soft">
                {entry.effects.map((line) => (
                  <li key={`${line.icon} ${line.text}`}>
                    <Icon name={line.icon} size={12} />
                    {line.text}
                  </li>
                ))}
              </ul>
            )}
            <Decisions entry={entry} timeMachine={replay && entry.seq !== null ? `/replay/${instance}?seq=${entry.seq}` : null} />
          </>
        ),
      }))}
    />
  );
}

/** What was shut, unknown or overridden stands open to the eye; what was simply open is one line. */
function Decisions({ entry, timeMachine }: { entry: HistoryEntry; timeMachine: string | null }) {
  const told = entry.decisions.filter(({ decision }) => decisionMeaning(decision) !== "open");
  const open = entry.decisions.filter(({ decision }) => decisionMeaning(decision) === "open");
  return (
    <>
      {told.map((each) => (
        <DecisionLine key={each.decision.key} entry={entry} each={each} timeMachine={timeMachine} />
      ))}
      {open.length === 0 ? null : (
        <details className="passed">
          <summary className="small quiet">
            <Icon name="check" size={12} />
            {open.length === 1 ? "1 decision, open" : `${open.length} decisions, all open`}
          </summary>
          {open.map((each) => (
            <DecisionLine key={each.decision.key} entry={entry} each={each} timeMachine={timeMachine} />
          ))}
        </details>
      )}
    </>
  );
}

function DecisionLine({ entry, each, timeMachine }: { entry: HistoryEntry; each: HistoryEntry["decisions"][number]; timeMachine: string | null }) {
  const { decision, titles } = each;
  return (
    <div className="decision">
      <Conditions decision={decision} summary={sentenceOf(decision.reasons[0], decision)} titles={titles} past meaning={decisionMeaning(decision)}>
        <Provenance decision={decision} release={entry.release ?? undefined}>
          {timeMachine === null ? undefined : <Anchor href={timeMachine}>Open in time machine</Anchor>}
        </Provenance>
      </Conditions>
    </div>
  );
}
