/** The tests that a rule set or table carries, run while it is edited. */
import type { TestResult } from "#engine/core/definition-tests.ts";
import type { DecisionTest } from "#engine/schema/decision.ts";
import type { JsonPath } from "../document/json-path.ts";
import { Button } from "../ui/button.tsx";
import { describeValue, words } from "../ui/describe-value.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";

export function TestsTable({
  tests,
  results,
  chosen,
  onChoose,
  firedBlocks,
  edit,
  note,
}: {
  tests: readonly DecisionTest[];
  results: readonly TestResult[];
  chosen: string | null;
  onChoose: (name: string) => void;
  firedBlocks: boolean;
  edit: ((path: JsonPath) => void) | null;
  note?: React.ReactNode;
}) {
  const passed = results.filter((result) => result.ok).length;
  return (
    <section className="tests-panel" aria-label="Tests">
      <header className="line">
        <h2>Tests</h2>
        {results.length === 0 ? null : (
          <StatusBadge meaning={passed === results.length ? "open" : "blocked"}>
            {passed === results.length ? `${passed} of ${results.length} pass` : `${results.length - passed} of ${results.length} fail`}
          </StatusBadge>
        )}
        {note}
      </header>
      {tests.length === 0 ? (
        <p className="small quiet tests-none">No tests yet. A test names facts and what has to come out; add it in the JSON under “tests”.</p>
      ) : null}
      {tests.length === 0 ? null : (
        <table className="rows tests-rows">
          <thead>
            <tr>
              <th scope="col" style={{ width: 44 }}>
                #
              </th>
              <th scope="col">Test</th>
              <th scope="col" style={{ width: 132 }}>
                Outcome
              </th>
              <th scope="col">Because of</th>
              <th scope="col" style={{ width: 96 }}>
                Result
              </th>
              {edit === null ? null : <th scope="col" aria-label="Edit" style={{ width: 48 }} />}
            </tr>
          </thead>
          <tbody>
            {tests.map((test, index) => {
              const result = results[index];
              const decision = result?.decision;
              return (
                <tr key={test.name} className={chosen === test.name ? "at" : undefined} onClick={() => onChoose(test.name)}>
                  <td className="quiet">{index + 1}</td>
                  <td>
                    <button type="button" className="plain-button clip" aria-pressed={chosen === test.name} onClick={() => onChoose(test.name)}>
                      {test.name}
                    </button>
                    {result !== undefined && !result.ok ? <small className="m-blocked mark clip">{result.differences[0]}</small> : null}
                  </td>
                  <td>{decision === undefined ? "" : <OutcomeBadge outcome={decision.outcome} firedBlocks={firedBlocks} />}</td>
                  <td className="clip">
                    {decision === undefined ? (
                      ""
                    ) : firedBlocks ? (
                      <code>{decision.reasons.map((reason) => reason.code).join(", ")}</code>
                    ) : (
                      <span className="small">
                        row {decision.fired.join(", ") || "none"}:{" "}
                        {Object.values(decision.output)
                          .map((value) => describeValue(value, 2))
                          .slice(0, 3)
                          .join(", ")}
                      </span>
                    )}
                  </td>
                  <td>
                    {result === undefined ? (
                      ""
                    ) : (
                      <span className={`mark ${result.ok ? "m-open" : "m-blocked"}`}>
                        <Icon name={result.ok ? "check" : "bar"} />
                        {result.ok ? "passes" : "fails"}
                      </span>
                    )}
                  </td>
                  {edit === null ? null : (
                    <td>
                      <Button
                        tone="plain"
                        small
                        icon="pencil"
                        aria-label={`Edit the test "${test.name}" in the JSON`}
                        onClick={() => edit(["tests", String(index)])}
                      />
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

function OutcomeBadge({ outcome, firedBlocks }: { outcome: string; firedBlocks: boolean }) {
  if (outcome === "pass") return <StatusBadge meaning="open" />;
  if (outcome === "block") return <StatusBadge meaning="blocked" />;
  if (outcome === "unknown") return <StatusBadge meaning="unknown" />;
  return <span className="tag">{firedBlocks ? outcome : words(outcome)}</span>;
}
