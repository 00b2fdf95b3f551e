import { useState } from "react";
import { DefinitionDiffView, type DiffEntry, Tally } from "#studio/review/definition-diff-view.tsx";

/** Changed definitions, all or one at a time. `children` stands between the choice and what is shown. */
export function ChangedDefinitions({ entries, first = null, children }: { entries: readonly DiffEntry[]; first?: string | null; children?: React.ReactNode }) {
  const [only, setOnly] = useState<string | null>(first);
  const chosen = entries.some(({ diff }) => nameOf(diff) === only) ? only : null;
  return (
    <>
      <fieldset className="review-tabs" aria-label="Changed definitions">
        <button type="button" aria-pressed={chosen === null} onClick={() => setOnly(null)}>
          All
        </button>
        {entries.map(({ diff }) => (
          <button key={nameOf(diff)} type="button" aria-pressed={chosen === nameOf(diff)} onClick={() => setOnly(nameOf(diff))}>
            {diff.key.slice(diff.key.indexOf(".") + 1)} <Tally diff={diff} />
          </button>
        ))}
      </fieldset>
      {children}
      {entries
        .filter(({ diff }) => chosen === null || chosen === nameOf(diff))
        .map((entry) => (
          <DefinitionDiffView key={nameOf(entry.diff)} entry={entry} />
        ))}
    </>
  );
}

const nameOf = ({ kind, key }: DiffEntry["diff"]): string => `${kind}/${key}`;
