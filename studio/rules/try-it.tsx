/** Facts in, decision out, at once: the right side of rule set and table pages. */
import { useEffect, useState } from "react";
import type { DecisionContext } from "#engine/core/rules/decision.ts";
import type { DecisionTest } from "#engine/schema/decision.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { decisionMeaning, sentenceOf } from "../ui/decision-explanation.tsx";
import { describeValue, words } from "../ui/describe-value.ts";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { DecisionTree } from "./decision-tree.tsx";
import { FactsForm } from "./facts-form.tsx";
import { decideOn, type LiveDecision } from "./use-decision.ts";

export interface TryItProps {
  readonly live: LiveDecision;
  readonly moment: DecisionContext;
  /** The test whose facts are shown; null for facts of one's own. */
  readonly test: string | null;
  readonly onTest: (name: string | null) => void;
  readonly firedBlocks: boolean;
}

export function TryIt({ live, moment, test, onTest, firedBlocks }: TryItProps) {
  const chosen = live.tests.find((one) => one.name === test);
  const [facts, setFacts] = useState<JsonObject>(chosen?.facts ?? {});
  useEffect(() => {
    if (chosen !== undefined) setFacts(chosen.facts);
  }, [chosen]);
  const inputs = live.compiled?.inputs ?? {};
  const titles = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, spec.title ?? words(name)]));
  const decision = decideOn(live.compiled, facts, chosen?.params ?? {}, moment);
  const present = Object.keys(inputs).filter((name) => facts[name] !== undefined).length;
  return (
    <aside className="inspector" aria-label="Try it">
      <header className="try-head">
        <p className="kicker">
          <Icon name="play" size={14} /> Try it
        </p>
        <TestChoice tests={live.tests} test={test} onTest={onTest} />
      </header>
      <div className="inspector-body">
        <section>
          <h3>
            Facts{" "}
            <span className="push small quiet">
              {present} of {Object.keys(inputs).length} present
            </span>
          </h3>
          <FactsForm
            inputs={inputs}
            facts={facts}
            onChange={(next) => {
              setFacts(next);
              if (test !== null) onTest(null);
            }}
          />
        </section>
        {decision === null ? (
          <section>
            <Notice tone="blocked">{live.fault?.message ?? "It does not compile yet."}</Notice>
          </section>
        ) : (
          <section>
            <p className="line">
              <Outcome outcome={decision.outcome} meaning={decisionMeaning(decision)} firedBlocks={firedBlocks} />
              <span className="small quiet">
                {decision.events.length} of {decision.explanation.rules.length} {firedBlocks ? "rules" : "rows"}{" "}
                {decision.events.length === 1 ? (firedBlocks ? "fires" : "matches") : firedBlocks ? "fire" : "match"}
              </span>
            </p>
            <p className="try-sentence">
              {firedBlocks || decision.reasons.length > 0 ? sentenceOf(decision.reasons[0], decision) : outputSentence(decision.output)}
            </p>
            {decision.reasons.slice(1).map((reason) => (
              <p key={reason.code} className="soft">
                {reason.message}
              </p>
            ))}
            <DecisionTree decision={decision} firedBlocks={firedBlocks} titles={titles} />
            <dl className="pairs try-outputs">
              {Object.entries(decision.output).map(([name, value]) => (
                <div key={name} style={{ display: "contents" }}>
                  <dt>{name}</dt>
                  <dd>
                    <code>{JSON.stringify(value)}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
      </div>
    </aside>
  );
}

const outputSentence = (output: JsonObject): string =>
  Object.entries(output)
    .map(([name, value]) => `${words(name)}: ${describeValue(value)}`)
    .join(", ") || "Nothing comes out.";

function Outcome({ outcome, meaning, firedBlocks }: { outcome: string; meaning: "open" | "blocked" | "unknown" | "overridden"; firedBlocks: boolean }) {
  if (outcome === "pass" || outcome === "block" || outcome === "unknown" || firedBlocks) return <StatusBadge meaning={meaning} />;
  return <StatusBadge meaning={outcome === "none" ? "state" : "open"}>{words(outcome)}</StatusBadge>;
}

function TestChoice({ tests, test, onTest }: { tests: readonly DecisionTest[]; test: string | null; onTest: (name: string | null) => void }) {
  return (
    <select
      className="fact-input is-wide"
      aria-label="Facts of a test"
      value={test ?? ""}
      onChange={(event) => onTest(event.target.value === "" ? null : event.target.value)}
    >
      <option value="">My own facts</option>
      {tests.map((one, index) => (
        <option key={one.name} value={one.name}>
          Test {index + 1}, {one.name}
        </option>
      ))}
    </select>
  );
}
