import { useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { blankOf } from "#studio/ui/form/schema-kind.ts";
import { formPorts } from "../guided/form-ports.ts";
import type { BulkAct } from "../lists.ts";

/** What an act on several asks for, once for all of them. */
export function BulkForm({ act, count, onSend, onClose }: { act: BulkAct; count: number; onSend: (payload: JsonObject) => void; onClose: () => void }) {
  const schema = act.schema ?? {};
  const [value, setValue] = useState<JsonObject>(() => blankOf(schema));
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  return (
    <form
      className="bulk-form stack"
      aria-label={act.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = checkValue(schema, value);
        setErrors(found);
        if (found.length === 0) onSend(value);
      }}
    >
      <h3>
        {act.title}, {count} {count === 1 ? "row" : "rows"}
      </h3>
      <SchemaForm schema={schema} value={value} onChange={setValue} errors={errors} ports={formPorts} />
      <p className="small quiet">Each is checked again at the click and goes through or stays by itself.</p>
      <div className="acts">
        <Button tone={act.tone === "danger" ? "danger" : "primary"} type="submit">
          {act.title} {count}
        </Button>
        <Button tone="plain" onClick={onClose}>
          Close
        </Button>
      </div>
    </form>
  );
}
