import "./form.css";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/types.ts";
import type { FieldError } from "./check-value.ts";
import { SchemaField } from "./schema-field.tsx";
import { kindOf, propertiesOf, requiredOf } from "./schema-kind.ts";

/** How a form reaches outside: the caller searches records and stores files. */
export interface FormPorts {
  readonly pick?: (type: string, text: string) => Promise<readonly { readonly value: string; readonly label: string; readonly note?: string }[]>;
  readonly upload?: (file: File) => Promise<{ readonly id: string; readonly name: string }>;
}

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
  const set = (name: string, next: Json | undefined): void => {
    const { [name]: _gone, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  const fields = propertiesOf(schema).filter(([, property]) => kindOf(property) !== "const");
  return (
    <div className="form-grid">
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

const WIDE = new Set(["lines", "rows", "group", "json", "tags", "file"]);
const isWide = (schema: JsonSchema): boolean => WIDE.has(kindOf(schema));
