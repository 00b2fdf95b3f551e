/** Rules that came, went or changed: their sentences, then the places that differ. */
import type { DefinitionDiff, PartChange } from "#engine/core/diff/definition-diff.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { Rule, RulesetDefinition } from "#engine/schema/ruleset.ts";
import { ruleSentence } from "../rules/sentence.ts";
import { JsonChanges } from "./json-changes.tsx";
import { SignHead } from "./sign-head.tsx";

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

export function RuleDiff({ diff, was, now }: { diff: DefinitionDiff; was: JsonObject | null; now: JsonObject | null }) {
  const rules = diff.parts.filter((part) => part.part === "rule");
  const before = was as unknown as RulesetDefinition | null;
  const after = now as unknown as RulesetDefinition | null;
  return (
    <table className="diff-table">
      <thead>
        <tr>
          <SignHead />
          <th scope="col">Rule</th>
          <th scope="col">What it says</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((part) => (
          <tr key={part.id} className={`is-${part.change}`}>
            <td className="sign">{SIGNS[part.change]}</td>
            <td>
              <code>{part.id}</code>
            </td>
            <td>
              {part.was === undefined || before === null || part.change !== "changed" ? null : (
                <p className="quiet">
                  <del>
                    <Sentence part={part} side="was" definition={before} />
                  </del>
                </p>
              )}
              {part.change === "removed" && before !== null ? <Sentence part={part} side="was" definition={before} /> : null}
              {part.now === undefined || after === null ? null : <Sentence part={part} side="now" definition={after} />}
              {part.changes === undefined ? null : (
                <details>
                  <summary className="small quiet">
                    {part.changes.length} {part.changes.length === 1 ? "place" : "places"}
                  </summary>
                  <JsonChanges title={part.id} changes={part.changes} />
                </details>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sentence({ part, side, definition }: { part: PartChange; side: "was" | "now"; definition: RulesetDefinition }) {
  return (
    <span>
      {ruleSentence(part[side] as unknown as Rule, definition).map((piece, index) =>
        piece.strong ? <b key={index.toString()}>{piece.text}</b> : <span key={index.toString()}>{piece.text}</span>,
      )}
    </span>
  );
}
