import "../guided/guided.css";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { useFetcher } from "react-router";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { Code } from "#studio/ui/code.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts, Panel } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { Refusal } from "../guided/act-form.tsx";
import { formPorts } from "../guided/form-ports.ts";
import type { ActResult } from "../guided.ts";
import type { RecordPage } from "../lists.ts";

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
        <aside className="side" aria-label="Versions">
          <Panel level={3} title="Versions" aside={record.versions.length}>
            {record.versions.length === 0 ? (
              <EmptyState title="No changes yet" icon="clock" />
            ) : (
              <ol className="stack">
                {record.versions.map((version) => (
                  <li key={version.version} className="stack" style={{ gap: 4 }}>
                    <div className="line small">
                      <b>Version {version.version}</b>
                      <span className="quiet">
                        <RelativeTime at={version.at} /> · {version.by}
                      </span>
                    </div>
                    {version.changes.map((change) => (
                      <div key={change.title} className="small">
                        <span className="quiet">{change.title}: </span>
                        {change.before.as === "none" ? null : (
                          <>
                            <CellView cell={change.before} /> <span aria-hidden="true">→</span>{" "}
                          </>
                        )}
                        <CellView cell={change.after} />
                      </div>
                    ))}
                  </li>
                ))}
              </ol>
            )}
          </Panel>
        </aside>
      </div>
    </>
  );
}

/** Sends only what changed, guarded by the etag: a record changed meanwhile is refused, not overwritten. */
function EditForm({ record, onDone }: { record: RecordPage; onDone: () => void }) {
  const [value, setValue] = useState<JsonObject>(record.data);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const fetcher = useFetcher<ActResult>();
  const refusal = fetcher.state === "idle" && fetcher.data?.ok === false ? fetcher.data : null;
  const seen = useRef(fetcher.data);
  const { data } = fetcher;
  useEffect(() => {
    if (data === undefined || data === seen.current) return;
    seen.current = data;
    if (data.ok) {
      notifications.show({ message: data.message, color: "green", closeButtonProps: { "aria-label": "Close" } });
      onDone();
    }
  }, [data, onDone]);
  return (
    <form
      className="stack"
      aria-label="Edit the record"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = checkValue(record.schema, value);
        setErrors(found);
        if (found.length > 0) return;
        void fetcher.submit({ etag: record.etag, changes: changesOf(record.data, value) } as never, { method: "post", encType: "application/json" });
      }}
    >
      <SchemaForm
        schema={record.schema}
        value={value}
        onChange={setValue}
        errors={errors.length > 0 ? errors : (refusal?.errors ?? [])}
        ports={formPorts}
        disabled={fetcher.state !== "idle"}
      />
      <Refusal refusal={refusal} />
      <div className="acts">
        <Button tone="primary" type="submit" busy={fetcher.state !== "idle"}>
          Save changes
        </Button>
        <Button tone="plain" onClick={onDone}>
          Close
        </Button>
      </div>
    </form>
  );
}

/** Fields whose value differs; a field that was emptied becomes null. */
export function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const changes: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) changes[key] = after[key] ?? null;
  }
  return changes;
}
