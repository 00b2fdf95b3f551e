/** Facts to try a decision with: a field per input by its type. A cleared field is a missing fact. */
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { InputSpec } from "#engine/schema/values.ts";
import { words } from "../ui/describe-value.ts";

export function FactsForm({
  inputs,
  facts,
  onChange,
}: {
  inputs: Readonly<Record<string, InputSpec>>;
  facts: JsonObject;
  onChange: (facts: JsonObject) => void;
}) {
  const set = (name: string, value: Json | undefined): void => {
    const { [name]: _gone, ...rest } = facts;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <div className="fact-fields">
      {Object.entries(inputs).map(([name, spec]) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the field is inside, one component down
        <label key={name} className="fact-field">
          <span className="clip" title={spec.description ?? spec.title ?? name}>
            <span>{spec.title ?? words(name)}</span>
            <code className="quiet">{name}</code>
          </span>
          <FactField spec={spec} value={facts[name]} onChange={(value) => set(name, value)} />
        </label>
      ))}
    </div>
  );
}

const MISSING = "\u0000missing";
const NULL = "\u0000null";

function FactField({ spec, value, onChange }: { spec: InputSpec; value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  if (spec.enum !== undefined || spec.type === "boolean") {
    const choices = spec.enum ?? ["true", "false"];
    const shown = value === undefined ? MISSING : value === null ? NULL : String(value);
    return (
      <select
        className={value === undefined ? "fact-input is-missing" : "fact-input"}
        value={shown}
        onChange={(event) => {
          const next = event.target.value;
          onChange(next === MISSING ? undefined : next === NULL ? null : spec.type === "boolean" ? next === "true" : next);
        }}
      >
        <option value={MISSING}>missing</option>
        {spec.nullable === true ? <option value={NULL}>none</option> : null}
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
        {value !== undefined && value !== null && !choices.includes(String(value)) ? <option value={String(value)}>{String(value)}</option> : null}
      </select>
    );
  }
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <span className={value === undefined ? "fact-input is-missing" : "fact-input"}>
      <input
        value={text}
        type={spec.type === "date" ? "date" : "text"}
        inputMode={spec.type === "decimal" || spec.type === "integer" ? "decimal" : undefined}
        placeholder="missing"
        className={spec.type === "decimal" || spec.type === "integer" ? "is-number" : undefined}
        onChange={(event) => onChange(readFact(spec, event.target.value))}
      />
      {spec.unit === undefined ? null : <small className="quiet">{spec.unit}</small>}
    </span>
  );
}

/** What the text means for an input of this type; undefined for an empty field. `null` is the value none. */
export function readFact(spec: Pick<InputSpec, "type">, text: string): Json | undefined {
  if (text === "") return undefined;
  if (text === "null") return null;
  if (spec.type === "list" || spec.type === "record") {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return text;
    }
  }
  return text;
}
