/** A rule's conditions as nested groups: what the builder will edit, read for now. */
import { operators } from "#engine/core/rules/operators.ts";
import type { Condition, RulesetDefinition } from "#engine/schema/ruleset.ts";
import { describeValue, words } from "../ui/describe-value.ts";
import { isReference } from "./sentence.ts";

export function ConditionsView({ condition, definition, depth = 0 }: { condition: Condition; definition: RulesetDefinition; depth?: number }) {
  if ("all" in condition) return <Group title="All of" note="must hold" conditions={condition.all} definition={definition} depth={depth} />;
  if ("any" in condition) return <Group title="Any of" note="one is enough" conditions={condition.any} definition={definition} depth={depth} />;
  if ("not" in condition) return <Group title="Not" note="must not hold" conditions={[condition.not]} definition={definition} depth={depth} />;
  if ("condition" in condition) {
    return (
      <div className="condition-row">
        <span className="condition-part is-wide">
          Shared condition <code>{condition.condition}</code>
        </span>
      </div>
    );
  }
  const spec = definition.inputs[condition.fact];
  const derived = definition.derive !== undefined && Object.hasOwn(definition.derive, condition.fact);
  const operator = operators.get(condition.operator);
  return (
    <div className="condition-row">
      <span className="condition-part">
        <code className="clip">{condition.fact}</code>
        <small className="quiet clip">
          {spec === undefined ? (derived ? "derived" : "not declared") : [spec.enum === undefined ? spec.type : "enum", spec.unit].filter(Boolean).join(", ")}
        </small>
      </span>
      <span className="condition-part is-operator">{operator?.words ?? words(condition.operator)}</span>
      <span className="condition-part">
        {operator?.expects === "flag" ? <span className="quiet">{condition.value === false ? "no" : "yes"}</span> : null}
        {operator?.expects === "flag" ? null : isReference(condition.value) ? (
          <code>{condition.value.fact}</code>
        ) : Array.isArray(condition.value) ? (
          condition.value.map((item) => (
            <span key={String(item)} className="tag">
              {describeValue(item)}
            </span>
          ))
        ) : (
          <code className="clip">{typeof condition.value === "string" ? condition.value : JSON.stringify(condition.value)}</code>
        )}
        {spec?.unit === undefined || operator?.expects === "flag" ? null : <small className="quiet push">{spec.unit}</small>}
      </span>
    </div>
  );
}

function Group({
  title,
  note,
  conditions,
  definition,
  depth,
}: {
  title: string;
  note: string;
  conditions: readonly Condition[];
  definition: RulesetDefinition;
  depth: number;
}) {
  return (
    <div className="condition-group" data-depth={depth}>
      <p className="line">
        <span className="tag">{title}</span>
        <span className="small quiet">{note}</span>
      </p>
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
        <ConditionsView key={index} condition={condition} definition={definition} depth={depth + 1} />
      ))}
    </div>
  );
}
