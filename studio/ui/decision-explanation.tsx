import "./explanation.css";
import "./meaning.css";
import { useId } from "react";
import type { Decision, Reason, UnlockOption } from "#engine/core/step-types.ts";
import { Conditions, type Titles } from "./condition-table.tsx";
import { describeValue, words } from "./describe-value.ts";
import { Icon } from "./icon.tsx";
import { iconOf, type Meaning, meaningOf, toneOf } from "./status-badge.tsx";

/** One way through a shut gate, ready to be shown. `act` is a button or link when this person may do it. */
export interface Way {
  readonly title: string;
  readonly note?: string | undefined;
  readonly act?: React.ReactNode;
}

/** `title`: what the rule set or table is called; without it its id speaks. */
type Named = Pick<Decision, "outcome" | "key" | "overridden"> & { readonly title?: string };
type Shown = Named & Pick<Decision, "version" | "reasons" | "explanation">;

export function decisionMeaning(decision: Pick<Decision, "outcome" | "overridden">): "open" | "blocked" | "unknown" | "overridden" {
  if (decision.overridden !== undefined) return "overridden";
  const meaning: Meaning = meaningOf(decision.outcome);
  return meaning === "blocked" || meaning === "unknown" ? meaning : "open";
}

/**
 * Why a gate is open or shut, read top-down: one sentence with the values, how to get through, the conditions folded, and where it
 * comes from. The same component on every screen.
 */
export function DecisionExplanation({
  decision,
  sentence,
  ways = [],
  titles,
  release,
  checked,
  form,
  open = false,
  past = false,
}: {
  decision: Shown;
  /** Default: the first reason's message. */
  sentence?: string | undefined;
  ways?: readonly Way[];
  titles?: Titles | undefined;
  release?: number | string | undefined;
  checked?: React.ReactNode;
  /** An override form, under the ways. */
  form?: React.ReactNode;
  open?: boolean;
  past?: boolean;
}) {
  const meaning = decisionMeaning(decision);
  const name = useId();
  const [first, ...rest] = decision.reasons;
  return (
    <section className={`explanation ${toneOf(meaning)}`} aria-labelledby={name}>
      <p className="sentence" id={name}>
        <Icon name={iconOf(meaning)} label={meaning} />
        <span>{sentence ?? sentenceOf(first, decision)}</span>
      </p>
      {rest.length === 0 ? null : (
        <ul className="also">
          {rest.map((reason) => (
            <li key={`${reason.code} ${reason.message}`}>{reason.message}</li>
          ))}
        </ul>
      )}
      {ways.length === 0 && form === undefined ? null : (
        <div className="ways">
          {ways.length === 0 ? null : <p className="label ways-name">{ways.length > 1 ? "How to get through, any one of" : "How to get through"}</p>}
          <ol>
            {ways.map((way, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two ways may read alike
              <li key={`${way.title} ${index}`}>
                <span className="ordinal">{index + 1}</span>
                <div>
                  <p>{way.title}</p>
                  {way.note === undefined ? null : <p>{way.note}</p>}
                </div>
                {way.act ?? null}
              </li>
            ))}
          </ol>
          {form ?? null}
        </div>
      )}
      <Conditions decision={decision} titles={titles} open={open} past={past} meaning={meaning} />
      <Provenance decision={decision} release={release}>
        {checked}
      </Provenance>
    </section>
  );
}

/** Rule set, version, release: the last line of every explanation. */
export function Provenance({
  decision,
  release,
  children,
}: {
  decision: Pick<Decision, "key" | "version">;
  release?: number | string | undefined;
  children?: React.ReactNode;
}) {
  return (
    <p className="provenance">
      <span>{decision.key.slice(decision.key.indexOf(".") + 1)}</span>
      <span aria-hidden="true">·</span>
      <span title={decision.version}>
        version <span className="code">{decision.version.slice(0, 8)}</span>
      </span>
      {release === undefined ? null : (
        <>
          <span aria-hidden="true">·</span>
          <span>Release {release}</span>
        </>
      )}
      {children === undefined ? null : <span className="push">{children}</span>}
    </p>
  );
}

export function sentenceOf(reason: Reason | undefined, decision: Named): string {
  if (reason !== undefined) return reason.message === "" ? words(reason.code) : reason.message;
  const gate = decision.title ?? words(decision.key.slice(decision.key.indexOf(".") + 1));
  if (decision.overridden !== undefined) return `${gate}: overridden, ${describeValue(decision.overridden.reason)}`;
  return decision.outcome === "pass" ? `${gate}: every condition holds` : `${gate}: ${describeValue(decision.outcome)}`;
}

/** An unlock option as text: what has to be done, and who may, the reader before the others. The caller adds the button. */
export function wayOf(option: UnlockOption, titles: Titles = {}, reader: string | null = null): { title: string; note?: string } {
  const parts = option.acts.map((act) => {
    if (act.title !== undefined) return act.title;
    if (act.event !== undefined) return words(act.event);
    const fact = act.fact === undefined ? "It" : (titles[act.fact] ?? words(act.fact));
    return act.to === undefined ? `${fact} changes` : `${fact} becomes ${describeValue(act.to)}`;
  });
  const people = option.acts.flatMap((act) => act.who ?? []);
  const others = people.filter((person) => person.id !== reader).map((person) => person.name);
  const who = [...new Set([...(others.length < people.length ? ["You"] : []), ...others])];
  const title = parts.join(", and ");
  if (who.length === 0) return { title };
  const shown = who.length > 3 ? [...who.slice(0, 3), `${who.length - 3} more`] : who;
  return { title, note: `${listed(shown)} can.` };
}

/** "a", "a and b", "a, b and c". */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1] ?? ""}`;
