/** The rules of a set, one line each, the open ones with sentence, conditions and event. */
import { useState } from "react";
import type { Rule, RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { JsonPath } from "../document/json-path.ts";
import { Button } from "../ui/button.tsx";
import { words } from "../ui/describe-value.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { ConditionsView } from "./conditions-view.tsx";
import type { Coverage } from "./coverage.ts";
import { ruleSentence, toText } from "./sentence.ts";

export function RuleList({
  definition,
  coverage,
  changed,
  at,
  edit,
}: {
  definition: RulesetDefinition;
  coverage: ReadonlyMap<string, Coverage>;
  changed: ReadonlySet<string>;
  at: string | null;
  edit: ((path: JsonPath) => void) | null;
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    new Set(definition.rules[0] === undefined ? [] : [definition.rules.find((rule) => changed.has(rule.name))?.name ?? definition.rules[0].name]),
  );
  const flip = (name: string): void => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <ol className="rule-list">
      {definition.rules.map((rule, index) => (
        <RuleItem
          key={rule.name}
          rule={rule}
          definition={definition}
          coverage={coverage.get(rule.name)}
          isChanged={changed.has(rule.name)}
          isOpen={open.has(rule.name) || at === rule.name}
          onFlip={() => flip(rule.name)}
          onEdit={edit === null ? null : () => edit(["rules", String(index)])}
        />
      ))}
    </ol>
  );
}

function RuleItem({
  rule,
  definition,
  coverage,
  isChanged,
  isOpen,
  onFlip,
  onEdit,
}: {
  rule: Rule;
  definition: RulesetDefinition;
  coverage: Coverage | undefined;
  isChanged: boolean;
  isOpen: boolean;
  onFlip: () => void;
  onEdit: (() => void) | null;
}) {
  const pieces = ruleSentence(rule, definition);
  const code = rule.event.params?.["code"];
  const message = typeof code === "string" ? definition.messages?.[code] : undefined;
  return (
    <li className={isOpen ? "rule is-open" : "rule"}>
      <button type="button" className="rule-line" aria-expanded={isOpen} onClick={onFlip}>
        <Icon name={isOpen ? "down" : "right"} />
        <code className="clip">{rule.name}</code>
        <span className="clip soft rule-short">{isOpen ? null : (rule.description ?? toText(pieces))}</span>
        {isChanged ? <StatusBadge meaning="draft">Changed in this draft</StatusBadge> : null}
        <code className="tag">{typeof code === "string" ? code : rule.event.type}</code>
        {coverage === undefined ? null : <CoverageMarks coverage={coverage} />}
      </button>
      {isOpen ? (
        <div className="rule-body">
          <p className="rule-sentence">
            <Icon name="comment" />
            <span>
              {pieces.map((piece, index) => (piece.strong ? <b key={index.toString()}>{piece.text}</b> : <span key={index.toString()}>{piece.text}</span>))}
            </span>
          </p>
          <div className="rule-conditions">
            <ConditionsView condition={rule.conditions} definition={definition} />
          </div>
          <p className="rule-event">
            <span className="quiet">Then</span> <span className="tag">{words(rule.event.type)}</span>
            {typeof code === "string" ? <code className="tag">{code}</code> : null}
            {message === undefined ? null : (
              <>
                <span className="quiet">saying</span> <span className="clip">{message}</span>
              </>
            )}
            {rule.priority === undefined ? null : <span className="push quiet nowrap">priority {rule.priority}</span>}
            {onEdit === null ? null : (
              <Button tone="plain" small icon="pencil" className={rule.priority === undefined ? "push" : undefined} onClick={onEdit}>
                Edit in the JSON
              </Button>
            )}
          </p>
        </div>
      ) : null}
    </li>
  );
}

/** Whether tests make it fire, and not fire. */
export function CoverageMarks({ coverage }: { coverage: Coverage }) {
  return (
    <span className="coverage" title={`Tests make it fire: ${coverage.fired ? "yes" : "no"}. Tests leave it unfired: ${coverage.unfired ? "yes" : "no"}.`}>
      <span className={coverage.fired ? "m-open" : "m-unknown is-open-end"}>T</span>
      <span className={coverage.unfired ? "m-open" : "m-unknown is-open-end"}>F</span>
    </span>
  );
}
