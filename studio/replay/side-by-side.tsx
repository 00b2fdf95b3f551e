/** One instance then and now: states, what each gate said, and the conditions that came out differently. */
import type { ConditionDifference, DecisionDifference } from "#engine/core/replay-compare.ts";
import type { StateValue } from "#engine/core/step-types.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { sameJson } from "../document/json-path.ts";
import { describeNeed, describeValue, words } from "../ui/describe-value.ts";
import { StatusBadge } from "../ui/status-badge.tsx";

/** What a replay stores of one instance that went elsewhere. */
export interface DiffContent {
  readonly instance: { readonly id: string; readonly machine: string | null; readonly code: string | null };
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly verdict: string;
  readonly was: { readonly state: StateValue | null; readonly release: number | null; readonly outcome: string };
  readonly now: { readonly state: StateValue | null; readonly outcome: string };
  readonly decisions: readonly DecisionDifference[];
  readonly effects: { readonly gone: readonly JsonObject[]; readonly added: readonly JsonObject[] } | null;
  /** Inputs of the recorded decisions, by decision. */
  readonly facts: Readonly<Record<string, JsonObject>>;
  readonly following: number;
  readonly org?: string | null;
}

export function OutcomeBadge({ outcome }: { outcome: string }) {
  if (outcome === "moved" || outcome === "pass") return <StatusBadge meaning="open" />;
  if (outcome === "blocked" || outcome === "block") return <StatusBadge meaning="blocked" />;
  if (outcome === "unknown" || outcome === "needs") return <StatusBadge meaning="unknown" />;
  if (outcome === "not_available") return <StatusBadge meaning="stale">Not available</StatusBadge>;
  if (outcome === "failed") return <StatusBadge meaning="failed" />;
  return <StatusBadge meaning="state">{words(outcome)}</StatusBadge>;
}

/** What stood in the way then and now: the first gate that differs, else whether the event was taken. */
export function outcomesOf(diff: DiffContent): { readonly was: string; readonly now: string } {
  const gate = diff.decisions.find((one) => one.recorded !== null && one.replayed !== null && one.recorded.outcome !== one.replayed.outcome);
  if (gate?.recorded !== null && gate?.replayed !== null && gate !== undefined) return { was: gate.recorded.outcome, now: gate.replayed.outcome };
  return { was: diff.was.outcome, now: diff.now.outcome };
}

export function SideBySide({ diff, against }: { diff: DiffContent; against: string }) {
  const { was, now } = outcomesOf(diff);
  const stateDiffers = stateText(diff.was.state) !== stateText(diff.now.state);
  return (
    <table className="side-by-side">
      <thead>
        <tr>
          <td className="quiet">
            {diff.decisions.length === 0 ? "" : `${diff.decisions.length} ${diff.decisions.length === 1 ? "decision differs" : "decisions differ"}`}
          </td>
          <th scope="col">
            <span className="small quiet">Was{diff.was.release === null ? "" : `, Release ${diff.was.release}`}</span>
            <OutcomeBadge outcome={was} />
          </th>
          <th scope="col">
            <span className="small quiet">Now, {against}</span>
            <OutcomeBadge outcome={now} />
          </th>
        </tr>
      </thead>
      <tbody>
        {diff.decisions.map((decision) => (
          <DecisionRows key={`${decision.key} ${decision.at}`} decision={decision} facts={diff.facts[decision.key] ?? {}} />
        ))}
        <Line
          name="Next state"
          was={stateText(diff.was.state)}
          now={diff.now.outcome === "moved" ? stateText(diff.now.state) : `stays ${stateText(diff.now.state)}`}
          differs={stateDiffers}
        />
        {diff.effects === null ? null : <Line name="Effects" was={effectText(diff.effects.gone)} now={effectText(diff.effects.added)} differs />}
        {diff.following > 0 ? (
          <Line name="Afterwards" was="" now={`${diff.following} more ${diff.following === 1 ? "event differs" : "events differ"}`} differs={false} />
        ) : null}
      </tbody>
    </table>
  );
}

/** What a decision answered otherwise, output by output; what it did not answer is undefined. */
export function outputDifferences({ recorded, replayed }: DecisionDifference): readonly { readonly name: string; readonly was?: Json; readonly now?: Json }[] {
  const [was, now] = [recorded?.output ?? {}, replayed?.output ?? {}] as readonly [JsonObject, JsonObject];
  if (recorded === null || replayed === null) return [];
  return [...new Set([...Object.keys(was), ...Object.keys(now)])]
    .filter((name) => !sameJson(was[name], now[name]))
    .map((name) => ({ name, ...(was[name] === undefined ? {} : { was: was[name] }), ...(now[name] === undefined ? {} : { now: now[name] }) }));
}

const answerText = (value: Json | undefined): string => (value === undefined ? "not answered" : describeValue(value));

function DecisionRows({ decision, facts }: { decision: DecisionDifference; facts: JsonObject }) {
  const changed = new Set(decision.conditions.map((one) => one.fact));
  return (
    <>
      <tr className="is-gate">
        <th scope="rowgroup">{words(decision.key.slice(decision.key.indexOf(".") + 1))}</th>
        <td>
          {decision.recorded === null ? <span className="quiet">not asked</span> : `${words(decision.recorded.outcome)}${fired(decision.recorded.fired)}`}
        </td>
        <td>
          {decision.replayed === null ? <span className="quiet">not asked</span> : `${words(decision.replayed.outcome)}${fired(decision.replayed.fired)}`}
        </td>
      </tr>
      {outputDifferences(decision).map((one) => (
        <Line key={`output ${one.name}`} name={words(one.name)} note="answer" was={answerText(one.was)} now={answerText(one.now)} differs />
      ))}
      {decision.conditions.map((one, index) => (
        <Condition key={`${one.rule} ${one.fact} ${index.toString()}`} one={one} />
      ))}
      {Object.entries(facts)
        .filter(([name]) => !changed.has(name))
        .slice(0, 12)
        .map(([name, value]) => (
          <Line key={name} name={words(name)} was={describeValue(value)} now={describeValue(value)} differs={false} />
        ))}
    </>
  );
}

const fired = (rules: readonly string[]): string => (rules.length === 0 ? "" : `, ${rules.join(", ")}`);

function Condition({ one }: { one: ConditionDifference }) {
  const side = (value: ConditionDifference["recorded"]): string =>
    value === null
      ? "no such condition"
      : `${describeValue(value.actual)}, needs ${describeNeed({ op: one.operator, result: value.result, expected: value.expected })}`;
  return <Line name={`${words(one.fact)}`} note={one.rule} was={side(one.recorded)} now={side(one.replayed)} differs />;
}

function Line({ name, note, was, now, differs }: { name: string; note?: string; was: string; now: string; differs: boolean }) {
  return (
    <tr className={differs ? "differs" : undefined}>
      <th scope="row">
        {name} {note === undefined ? null : <small className="quiet">{note}</small>}
        {differs ? <span className="visually-hidden">, differs</span> : null}
      </th>
      <td>{was}</td>
      <td>{now}</td>
    </tr>
  );
}

export function stateText(state: StateValue | null): string {
  if (state === null) return "nowhere";
  if (typeof state === "string") return words(state).toLowerCase();
  return Object.entries(state)
    .map(([region, inner]) => `${words(region).toLowerCase()} ${stateText(inner)}`)
    .join(", ");
}

function effectText(effects: readonly JsonObject[]): string {
  if (effects.length === 0) return "nothing more";
  const one = (effect: JsonObject): string => {
    const what: Json | undefined = effect["mail"] ?? effect["event"] ?? effect["type"] ?? effect["machine"];
    return `${String(effect["kind"])}${typeof what === "string" ? ` ${what}` : ""}`;
  };
  return effects.map(one).join(", ");
}
