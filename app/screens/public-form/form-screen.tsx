import "./public-form.css";
import { useState } from "react";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { Code } from "#studio/ui/code.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { propertiesOf, schemaAt, titleOf } from "#studio/ui/form/schema-kind.ts";
import { Icon } from "#studio/ui/icon.tsx";
import { Panel } from "#studio/ui/panel.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { FileList, type NotedFile } from "./file-list.tsx";
import { type Refusal, submit } from "./form-calls.ts";
import { LineList } from "./line-list.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { SheetFill } from "./sheet-fill.tsx";

export interface OpenForm {
  readonly page: JsonObject;
  readonly schema: JsonSchema | null;
  readonly ref: string | null;
  readonly sheet: { readonly field: string; readonly columns: readonly string[] } | null;
  readonly files: { readonly field: string } | null;
}

/** A form for somebody without an account: what it asks, the content says. */
export function FormScreen({ form, address }: { form: OpenForm; address: string }) {
  const { page, sheet, files, schema } = form;
  const say = (name: string): string | null => (typeof page[name] === "string" && page[name] !== "" ? page[name] : null);
  const properties = propertiesOf(schema ?? {});
  const [value, setValue] = useState<JsonObject>(() => (sheet === null ? {} : { [sheet.field]: [{}] }));
  const [kept, setKept] = useState<readonly NotedFile[]>([]);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [state, setState] = useState<"open" | "sending" | "sent">("open");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const most = Number(page["max_lines"] ?? 50);
  const set = (name: string, next: Json): void => setValue((before) => ({ ...before, [name]: next }));

  if (state === "sent") return <Sent title={say("org_name")} reference={form.ref} thanks={say("thanks")} />;

  const send = async (): Promise<void> => {
    const payload = payloadOf(value, sheet?.field ?? null, files?.field ?? null, kept);
    const found = checkValue(schema ?? {}, payload);
    setErrors(found);
    setRefusal(null);
    if (found.length > 0) return;
    setState("sending");
    const told = await submit(address, payload);
    if (told.ok) return setState("sent");
    setRefusal(told.refusal);
    setErrors(told.refusal.errors);
    setState("open");
  };

  return (
    <main className="public-form">
      <Masthead org={say("org_name")} reference={form.ref} />
      <div className="stack tight">
        <h1>
          {say("title") ?? "Form"}
          {say("addressee") === null ? null : <span className="soft"> for {say("addressee")}</span>}
        </h1>
        {say("intro") === null ? null : <p className="soft">{say("intro")}</p>}
      </div>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {sheet === null ? null : (
          <Panel title={titleFor(properties, sheet.field)} aside={`${listOf(value[sheet.field]).length} of at most ${most}`}>
            <div className="stack">
              <SheetFill address={address} columns={sheet.columns} onRows={(rows) => set(sheet.field, [...rows])} />
              <LineList
                name={sheet.field}
                schema={schemaAt(schemaFor(properties, sheet.field)["items"])}
                order={sheet.columns}
                rows={listOf(value[sheet.field])}
                most={most}
                errors={errors}
                onChange={(rows) => set(sheet.field, [...rows])}
              />
            </div>
          </Panel>
        )}
        {properties
          .filter(([name]) => name !== sheet?.field && name !== files?.field)
          .map(([name, property]) => (
            <FieldPanel key={name} name={name} schema={property} value={value[name]} errors={errors} onChange={(next) => set(name, next)} />
          ))}
        {files === null ? null : (
          <Panel title={titleFor(properties, files.field)} aside="optional">
            <FileList address={address} files={kept} onChange={setKept} />
          </Panel>
        )}
        {errors.length > 0 && refusal === null ? (
          <Notice tone="blocked">
            {errors.length === 1 ? "One field needs" : `${errors.length} fields need`} another look: {errors[0]?.message}.
          </Notice>
        ) : null}
        {refusal === null ? null : <RefusalNotice refusal={refusal} />}
        <div className="public-form-send">
          <Button tone="primary" type="submit" icon="send" busy={state === "sending"}>
            Send request
          </Button>
          <p className="small quiet">It can be sent once and not changed afterwards.</p>
        </div>
      </form>
    </main>
  );
}

function FieldPanel(props: { name: string; schema: JsonSchema; value: Json | undefined; errors: readonly FieldError[]; onChange: (value: Json) => void }) {
  const { name, schema, value, errors, onChange } = props;
  const isGroup = propertiesOf(schema).length > 0;
  return (
    <Panel title={titleOf(schema, name)}>
      {isGroup ? (
        <SchemaForm schema={schema} value={schemaAt(value) as JsonObject} onChange={onChange} errors={errors} path={`/${name}`} />
      ) : (
        <SchemaForm
          schema={{ type: "object", properties: { [name]: { ...schema, "x-title": "Anything else we should know" } } }}
          value={value === undefined ? {} : { [name]: value }}
          onChange={(next) => onChange(next[name] ?? null)}
          errors={errors}
        />
      )}
    </Panel>
  );
}

function Sent({ title, reference, thanks }: { title: string | null; reference: string | null; thanks: string | null }) {
  return (
    <main className="public-form">
      <Masthead org={title} reference={null} />
      <section className="public-form-sent m-open" aria-live="polite">
        <Icon name="check" />
        <h1>Your request has arrived</h1>
        {reference === null ? null : (
          <p>
            Its reference is <Code>{reference}</Code>. Name it when you write to us.
          </p>
        )}
        {thanks === null ? null : <p className="soft">{thanks}</p>}
        <p className="small quiet">This link has been used; to send another request, ask for a new one.</p>
      </section>
    </main>
  );
}

function Masthead({ org, reference }: { org: string | null; reference: string | null }) {
  return (
    <header className="public-form-head">
      <b>{org}</b>
      {reference === null ? null : (
        <span className="push small quiet nowrap">
          Reference <Code>{reference}</Code>
        </span>
      )}
    </header>
  );
}

const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : []);
const schemaFor = (properties: readonly (readonly [string, JsonSchema])[], name: string): JsonSchema => properties.find(([key]) => key === name)?.[1] ?? {};
const titleFor = (properties: readonly (readonly [string, JsonSchema])[], name: string): string => titleOf(schemaFor(properties, name), name);

/** Without empty rows and texts; rows get their numbers, files their ids. */
function payloadOf(value: JsonObject, sheet: string | null, files: string | null, kept: readonly NotedFile[]): JsonObject {
  const filled = Object.entries(value).filter(([, each]) => each !== null && each !== "");
  const payload: Record<string, Json> = Object.fromEntries(filled);
  if (sheet !== null) {
    const rows = listOf(value[sheet]).map(({ line_no: _counted, ...row }) => row);
    payload[sheet] = rows.filter((row) => Object.keys(row).length > 0).map((row, index) => ({ line_no: index + 1, ...row }));
  }
  if (files !== null && kept.length > 0) {
    payload[files] = kept.map(({ id, name, mime, size, note }) => ({ file_id: id, file_name: name, mime, bytes: size, ...(note === "" ? {} : { note }) }));
  }
  return payload;
}
