import "./public-form.css";
import { useEffect, useRef, useState } from "react";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { propertiesOf, schemaAt, titleOf } from "#studio/ui/form/schema-kind.ts";
import { freshKey } from "#studio/ui/fresh-key.ts";
import { Panel } from "#studio/ui/panel.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { useAlive } from "#studio/ui/use-alive.ts";
import { errorsAfter, placeOf, type TouchedRow } from "./error-place.ts";
import { FileList } from "./file-list.tsx";
import { type Refusal, submit } from "./form-calls.ts";
import { filledRows, payloadOf, rowsOf } from "./form-payload.ts";
import { FormSent, Masthead } from "./form-sent.tsx";
import { LineList } from "./line-list.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { SheetFill } from "./sheet-fill.tsx";
import { useFormDraft } from "./use-form-draft.ts";

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
  const { draft, change, forget } = useFormDraft(address, sheet === null ? {} : { [sheet.field]: [{}] });
  const { value, files: kept } = draft;
  const alive = useAlive();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [state, setState] = useState<"open" | "sending" | "sent">("open");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  /** Sheets and files that are still on their way: what is sent without them would not be what the sender sees. */
  const [uploads, setUploads] = useState(0);
  const onBusy = (isBusy: boolean): void => setUploads((count) => count + (isBusy ? 1 : -1));
  const sending = useRef(false);
  /** One for all tries with the same content: a try whose answer was lost is answered again, never taken twice. */
  const once = useRef({ of: "", key: "" });
  const element = useRef<HTMLFormElement>(null);
  /** Errors have just been told, so that the first of them is where the sender goes on. */
  const told = useRef(false);
  const most = Number(page["max_lines"] ?? 50);
  const set = (name: string, next: Json): void => change((before) => ({ ...before, value: { ...before.value, [name]: next } }));
  const setRows = (rows: readonly JsonObject[], touched?: TouchedRow): void => {
    if (sheet === null) return;
    set(sheet.field, [...rows]);
    setErrors((before) => errorsAfter(before, sheet.field, touched));
  };
  useEffect(() => {
    if (!told.current) return;
    told.current = false;
    const first = element.current?.querySelector<HTMLElement>("[aria-invalid='true'], .form-line-error");
    if (errors.length > 0) (first?.matches("p") ? first.closest("li")?.querySelector("input") : first)?.focus();
  }, [errors]);

  if (state === "sent") return <FormSent org={say("org_name")} reference={form.ref} thanks={say("thanks")} />;

  const send = async (): Promise<void> => {
    if (sending.current || uploads > 0) return;
    if (sheet !== null) setRows(orOneEmpty(filledRows(rowsOf(value[sheet.field]))));
    const payload = payloadOf(value, { rows: sheet?.field ?? null, files: files?.field ?? null }, kept);
    const found = checkValue(schema ?? {}, payload);
    told.current = true;
    setErrors(found);
    setRefusal(null);
    if (found.length > 0) return;
    const text = JSON.stringify(payload);
    if (once.current.of !== text) once.current = { of: text, key: freshKey() };
    sending.current = true;
    setState("sending");
    const answer = await submit(address, text, once.current.key);
    sending.current = false;
    if (answer.ok) {
      forget();
      return setState("sent");
    }
    told.current = true;
    setRefusal(answer.refusal);
    setErrors(answer.refusal.errors);
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
        ref={element}
        inert={!alive}
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {sheet === null ? null : (
          <Panel title={titleFor(properties, sheet.field)} aside={`${rowsOf(value[sheet.field]).length} of at most ${most}`}>
            <div className="stack">
              <SheetFill address={address} columns={sheet.columns} onBusy={onBusy} onRows={(rows) => setRows(rows)} />
              <LineList
                name={sheet.field}
                schema={schemaAt(schemaFor(properties, sheet.field)["items"])}
                order={sheet.columns}
                rows={rowsOf(value[sheet.field])}
                most={most}
                errors={errors}
                onChange={setRows}
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
            <FileList
              address={address}
              hint={say("files_hint")}
              files={kept}
              onBusy={onBusy}
              onChange={(step) => change((before) => ({ ...before, files: step(before.files) }))}
            />
          </Panel>
        )}
        {errors.length > 0 && refusal === null ? (
          <Notice tone="blocked">
            {errors.length === 1 ? "One field needs" : `${errors.length} fields need`} another look. {sentenceOf(schema ?? {}, errors[0])}
          </Notice>
        ) : null}
        {refusal === null ? null : <RefusalNotice refusal={refusal} {...(refusal.code === "unreachable" ? {} : { title: "Your request was not sent" })} />}
        <div className="public-form-send">
          <Button tone="primary" type="submit" icon="send" busy={state === "sending"} disabled={uploads > 0}>
            Send request
          </Button>
          <p className="small quiet">
            {uploads > 0 ? "A file is still on its way; send the request when it is here." : "It can be sent once and not changed afterwards."}
          </p>
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

const schemaFor = (properties: readonly (readonly [string, JsonSchema])[], name: string): JsonSchema => properties.find(([key]) => key === name)?.[1] ?? {};
const titleFor = (properties: readonly (readonly [string, JsonSchema])[], name: string): string => titleOf(schemaFor(properties, name), name);
const orOneEmpty = (rows: readonly JsonObject[]): readonly JsonObject[] => (rows.length === 0 ? [{}] : rows);

function sentenceOf(schema: JsonSchema, error: FieldError | undefined): string {
  const place = placeOf(schema, error?.path ?? "");
  const text = error === undefined ? "" : error.message.replace(/\.?$/, ".");
  return place === "" || text.startsWith(place) ? text : `${place}: ${text}`;
}
