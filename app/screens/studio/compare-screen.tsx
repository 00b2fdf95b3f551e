import { useSearchParams } from "react-router";
import { EmptyState } from "#studio/ui/states.tsx";
import { ChangedDefinitions } from "./changed-definitions.tsx";
import type { ComparePage } from "./releases.ts";
import { StudioFrame } from "./studio-frame.tsx";

/** What a release holds otherwise than another, definition by definition: what its approver reads. */
export function CompareScreen({ page }: { page: ComparePage }) {
  const [params, setParams] = useSearchParams();
  const { number, against, entries } = page;
  const choose = (value: string): void =>
    setParams(
      (now) => {
        now.set("against", value);
        return now;
      },
      { preventScrollReset: true },
    );
  return (
    <StudioFrame
      title={`Release ${number}`}
      crumbs={[
        { title: "Studio", href: "/studio" },
        { title: "Releases", href: `/studio/releases?at=${number}` },
      ]}
      draft={null}
    >
      <div className="review-main compare">
        <header className="release-form">
          {page.note === "" ? null : <p className="soft">{page.note}</p>}
          <label className="line">
            Compared with
            <select value={against ?? ""} onChange={(event) => choose(event.target.value)}>
              {against === null ? <option value="">nothing</option> : null}
              {page.others.map((other) => (
                <option key={other.number} value={other.number}>
                  Release {other.number}
                  {other.number === page.base ? ", which it was made on" : ""}
                  {other.note === "" ? "" : `: ${other.note.slice(0, 60)}`}
                </option>
              ))}
            </select>
          </label>
        </header>
        {entries.length === 0 ? (
          <EmptyState title={against === null ? "The first release" : `Nothing differs from release ${against}`} icon="boxes">
            {against === null ? "Choose another one to compare it with." : null}
          </EmptyState>
        ) : (
          <ChangedDefinitions key={`${number} ${against}`} entries={entries} first={params.get("of")} />
        )}
      </div>
    </StudioFrame>
  );
}
