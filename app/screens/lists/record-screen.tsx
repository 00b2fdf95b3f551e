import "../guided/guided.css";
import { useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { Code } from "#studio/ui/code.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts, Panel } from "#studio/ui/panel.tsx";
import { changesOf } from "../changes-of.ts";
import { Refusal } from "../guided/act-form.tsx";
import { formPorts } from "../guided/form-ports.ts";
import type { RecordPage } from "../lists.ts";
import { useSubmit } from "../use-submit.ts";
import { VersionList } from "../version-list.tsx";

/** A record as it is, its versions, and its form where this person may change it. */
export function RecordScreen({ record }: { record: RecordPage }) {
  const [editing, setEditing] = useState(false);
  return (
    <>
      <header className="page-head record-head">
        <div>
          <h1>{record.title}</h1>
          <p>
            {record.org === null ? null : <OrgBadge code={record.org} />} {record.typeTitle} {record.code === null ? null : <Code>{record.code}</Code>}
          </p>
        </div>
        <div className="acts push">
          {record.instance === null ? null : <ButtonLink href={`/work/${record.instance.id}`}>Open screen</ButtonLink>}
          {record.mayEdit && !editing ? (
            <Button icon="pencil" onClick={() => setEditing(true)}>
              Edit
            </Button>
          ) : null}
        </div>
      </header>
      <div className="columns" style={{ paddingTop: 0 }}>
        <div className="main-column">
          {editing ? (
            <Panel title="Edit">
              <EditForm key={record.etag} record={record} onDone={() => setEditing(false)} />
            </Panel>
          ) : (
            <Panel title="Fields">
              <Facts items={record.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
            </Panel>
          )}
        </div>
        <VersionList title="Versions" none="No changes yet" versions={record.versions} more={record.moreVersions} />
      </div>
    </>
  );
}

/** Sends only what changed, guarded by the etag: a record changed meanwhile is refused, not overwritten. */
function EditForm({ record, onDone }: { record: RecordPage; onDone: () => void }) {
  const [value, setValue] = useState<JsonObject>(record.data);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const { busy, refusal, submit } = useSubmit(onDone);
  return (
    <form
      className="stack"
      aria-label="Edit the record"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = checkValue(record.schema, value);
        setErrors(found);
        if (found.length === 0) submit({ etag: record.etag, changes: changesOf(record.data, value) });
      }}
    >
      <SchemaForm
        schema={record.schema}
        value={value}
        onChange={setValue}
        errors={errors.length > 0 ? errors : (refusal?.errors ?? [])}
        ports={formPorts}
        disabled={busy}
      />
      <Refusal refusal={refusal} />
      <div className="acts">
        <Button tone="primary" type="submit" busy={busy}>
          Save changes
        </Button>
        <Button tone="plain" onClick={onDone}>
          Close
        </Button>
      </div>
    </form>
  );
}
