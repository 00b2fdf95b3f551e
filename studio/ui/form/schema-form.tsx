import "./form.css";
import { Checkbox, MultiSelect, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { Button } from "../button.tsx";
import { describeValue } from "../describe-value.ts";
import { Money } from "../money.tsx";
import { Figures } from "../panel.tsx";
import type { FieldError } from "./check-value.ts";
import { DayField, MomentField } from "./date-fields.tsx";
import { FileField } from "./file-field.tsx";
import type { FormPorts } from "./form-ports.ts";
import { readNumber } from "./read-number.ts";
import { ReferenceField } from "./reference-field.tsx";
import { allowsNull, blankOf, filterOf, isAmount, kindOf, optionsOf, propertiesOf, requiredOf, schemaAt, titleOf, typeOf, withField } from "./schema-kind.ts";

/**
 * A form from a JSON Schema: money, dates, choices with titles, lists of rows, references. It holds no state: the value is the
 * caller's, errors come by JSON pointer.
 */
export function SchemaForm({
  schema,
  value,
  onChange,
  errors = [],
  ports = {},
  disabled = false,
  path = "",
}: {
  schema: JsonSchema;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  errors?: readonly FieldError[];
  ports?: FormPorts;
  disabled?: boolean;
  path?: string;
}) {
  const required = requiredOf(schema);
  const set = (name: string, next: Json | undefined): void => onChange(withField(schema, value, name, next));
  const shown = propertiesOf(schema).filter(([, property]) => kindOf(property) !== "const" && property["x-hidden"] !== true);
  const fields = shown.filter(([, property]) => property["readOnly"] !== true);
  const figures = shown.filter(([, property]) => property["readOnly"] === true);
  return (
    <div className="form-grid">
      {figures.length === 0 ? null : (
        <div className="wide">
          <Figures
            label="Figures"
            items={figures.map(([name, property]) => ({ title: titleOf(property, name), value: figure(property, value[name], value["currency"]) }))}
          />
          {errors
            .filter((error) => figures.some(([name]) => error.path === `${path}/${name}`))
            .map((error) => (
              <p key={error.path} className="form-error">
                {sentence(error.message)}
              </p>
            ))}
        </div>
      )}
      {fields.map(([name, property], index) => {
        const odd = fields.length === 1 || (index === fields.length - 1 && index % 2 === 0 && fields.length < 3);
        return (
          <div key={name} className={odd || isWide(property) ? "wide" : undefined}>
            <SchemaField
              schema={property}
              name={name}
              value={value[name]}
              required={required.includes(name)}
              onChange={(next) => set(name, next)}
              errors={errors}
              path={`${path}/${name}`}
              ports={ports}
              disabled={disabled}
            />
          </div>
        );
      })}
    </div>
  );
}

/** An amount stands with the currency that the form has beside it. */
function figure(property: JsonSchema, value: Json | undefined, currency: Json | undefined): React.ReactNode {
  return isAmount(property) && typeof currency === "string" && typeof value === "string" ? <Money value={value} currency={currency} /> : describeValue(value);
}

const WIDE = new Set(["lines", "rows", "group", "json", "tags", "file"]);
const isWide = (schema: JsonSchema): boolean => WIDE.has(kindOf(schema));

interface FieldProps {
  schema: JsonSchema;
  name: string;
  value: Json | undefined;
  required: boolean;
  onChange: (value: Json | undefined) => void;
  errors: readonly FieldError[];
  path: string;
  ports: FormPorts;
  disabled: boolean;
}

/** One field of a form: label, control, help, error. */
function SchemaField(props: FieldProps) {
  const { schema, name, value, required, onChange, errors, path, disabled } = props;
  const error = errors.find((candidate) => candidate.path === path)?.message;
  const description = typeof schema["description"] === "string" ? schema["description"] : undefined;
  const shared = {
    label: titleOf(schema, name),
    required,
    disabled,
    ...(description === undefined ? {} : { description }),
    ...(error === undefined ? {} : { error: sentence(error) }),
  };
  const text = value === undefined || value === null ? "" : String(value);
  switch (kindOf(schema)) {
    case "const":
      return null;
    case "choice":
      return (
        <Select
          {...shared}
          data={[...optionsOf(schema)]}
          value={text === "" ? null : text}
          onChange={(next) => onChange(next === null ? undefined : typed(schema, next))}
          searchable={optionsOf(schema).length > 8}
          clearable={!required}
          clearButtonProps={{ "aria-label": "Clear" }}
          placeholder="Choose"
        />
      );
    case "choices":
      return <MultiSelect {...shared} data={[...optionsOf(schemaAt(schema["items"]))]} value={listOf(value).map(String)} onChange={(next) => onChange(next)} />;
    case "switch":
      // With null there is a third answer, which an empty box would show as "no".
      if (allowsNull(schema)) {
        return (
          <Select
            {...shared}
            data={YES_NO}
            value={typeof value === "boolean" ? text : null}
            onChange={(next) => onChange(next === null ? null : next === "true")}
            clearable
            clearButtonProps={{ "aria-label": "Clear" }}
            placeholder="Default"
          />
        );
      }
      return <Checkbox {...shared} required={false} mt={20} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case "reference":
    case "references":
      return (
        <ReferenceField
          {...shared}
          many={kindOf(schema) === "references"}
          type={String(schema["x-ref"] ?? schemaAt(schema["items"])["x-ref"])}
          where={filterOf(schema)}
          value={value}
          onChange={onChange}
          ports={props.ports}
        />
      );
    case "file":
      return <FileField {...shared} value={text} onChange={onChange} ports={props.ports} />;
    case "decimal":
    case "integer": {
      const unit = typeof schema["x-unit"] === "string" ? schema["x-unit"] : undefined;
      return (
        <TextInput
          {...shared}
          className={unit === undefined ? "figure-input" : "figure-input has-unit"}
          inputMode="decimal"
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(readNumber(schema, event.currentTarget.value))}
          {...(unit === undefined ? {} : { rightSection: <span className="small quiet">{unit}</span>, rightSectionWidth: 48 })}
        />
      );
    }
    case "date":
      return <DayField {...shared} value={text} onChange={onChange} />;
    case "moment":
      return <MomentField {...shared} value={text} onChange={onChange} />;
    case "lines":
      return (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        />
      );
    case "tags":
      return (
        <TagsInput
          {...shared}
          value={listOf(value).map(String)}
          onChange={(next) => onChange(next.map((tag) => readNumber(schemaAt(schema["items"]), tag) ?? tag))}
          placeholder="Type and press Enter"
        />
      );
    case "rows":
      return <RowsField {...props} />;
    case "group":
      return (
        <fieldset className="form-group">
          <legend>{shared.label}</legend>
          <SchemaForm schema={schema} value={objectOf(value)} onChange={onChange} errors={errors} ports={props.ports} disabled={disabled} path={path} />
        </fieldset>
      );
    case "json":
      return <JsonField {...shared} value={value} onChange={onChange} />;
    default:
      return (
        <TextInput
          {...shared}
          type={kindOf(schema) === "email" ? "email" : "text"}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        />
      );
  }
}

/** A list of objects, one card a row. */
function RowsField({ schema, name, value, required, onChange, errors, path, ports, disabled }: FieldProps) {
  const items = schemaAt(schema["items"]);
  const rows = listOf(value);
  const isObject = typeOf(items) === "object";
  const error = errors.find((candidate) => candidate.path === path)?.message;
  const title = titleOf(schema, name);
  const full = rows.length >= Number(schema["maxItems"] ?? 200);
  return (
    <fieldset className="form-group">
      <legend>
        {title}
        {required ? " *" : ""}
      </legend>
      <div className="form-rows">
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
          <div key={index} className="form-row">
            {isObject ? (
              <SchemaForm
                schema={items}
                value={objectOf(row)}
                onChange={(next) => onChange(rows.map((other, at) => (at === index ? next : other)))}
                errors={errors}
                ports={ports}
                disabled={disabled}
                path={`${path}/${index}`}
              />
            ) : (
              <SchemaField
                schema={items}
                name={`${name} ${index + 1}`}
                value={row}
                required={false}
                onChange={(next) => onChange(rows.map((other, at) => (at === index ? (next ?? []) : other)))}
                errors={errors}
                path={`${path}/${index}`}
                ports={ports}
                disabled={disabled}
              />
            )}
            <Button
              tone="plain"
              icon="trash"
              aria-label={`Remove row ${index + 1} of ${title}`}
              disabled={disabled}
              onClick={() => onChange(rows.filter((_, at) => at !== index))}
            />
          </div>
        ))}
      </div>
      {error === undefined ? null : (
        <p className="small" style={{ color: "var(--blocked-ink)" }}>
          {sentence(error)}
        </p>
      )}
      <div>
        <Button small icon="plus" disabled={disabled || full} onClick={() => onChange([...rows, isObject ? blankOf(items) : []])}>
          Add to {title.toLowerCase()}
        </Button>
      </div>
    </fieldset>
  );
}

interface Plain {
  label: string;
  required: boolean;
  disabled: boolean;
  description?: string;
  error?: string;
}

function JsonField({ value, onChange, ...shared }: Plain & { value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  return (
    <Textarea
      {...shared}
      autosize
      minRows={3}
      styles={{ input: { fontFamily: "var(--mono)", fontSize: 12 } }}
      defaultValue={value === undefined ? "" : JSON.stringify(value, null, 2)}
      onBlur={(event) => {
        try {
          onChange(event.currentTarget.value.trim() === "" ? undefined : (JSON.parse(event.currentTarget.value) as Json));
        } catch {
          event.currentTarget.setCustomValidity("This is not JSON");
          event.currentTarget.reportValidity();
        }
      }}
    />
  );
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const objectOf = (value: Json | undefined): JsonObject => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const YES_NO = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];
const typed = (schema: JsonSchema, text: string): Json => (typeOf(schema) === "integer" || typeOf(schema) === "number" ? Number(text) : text);
