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
            {entry.decisions.map(({ decision, titles }) => (
              <div key={decision.key} className="decision">
                <Conditions decision={decision} summary={sentenceOf(decision.reasons[0], decision)} titles={titles} past meaning={decisionMeaning(decision)} />
                <Provenance decision={decision} release={entry.release ?? undefined}>
                  {replay ? <Anchor href={`/replay/${instance}?seq=${entry.id}`}>Open in time machine</Anchor> : undefined}
                </Provenance>
              </div>
            ))}
          </>
        ),
      }))}
    />
  );
}
