import { useId, useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { type ConsequenceLine, ConsequencePreview } from "#studio/ui/consequence-preview.tsx";
import { checkValue } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { blankOf, kindOf, propertiesOf } from "#studio/ui/form/schema-kind.ts";
import type { IconName } from "#studio/ui/icon.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { useAlive } from "#studio/ui/use-alive.ts";
import type { ActView, FieldError } from "../guided.ts";
import { formPorts } from "./form-ports.ts";
import { useAct, usePreview } from "./use-act.ts";

/** Tells whether an act asks for anything. */
export const hasForm = (act: ActView): boolean => act.schema !== null && propertiesOf(act.schema).some(([, property]) => kindOf(property) !== "const");

export const actIcon = (act: ActView): IconName | undefined => (act.tone === "override" ? "key" : act.confirm === null ? undefined : "send");

/** An act with its form, what it will do, and its button. Errors stand at their fields; a refusal stands under the form. */
export function ActForm({
  instance,
  seq,
  act,
  primary = false,
  onDone,
  onCancel,
  beside,
  focusOnMount = false,
}: {
  instance: string;
  seq: number;
  act: ActView;
  primary?: boolean;
  onDone?: () => void;
  onCancel?: () => void;
  /** Other ways on, behind the button. */
  beside?: React.ReactNode;
  focusOnMount?: boolean;
}) {
  const [value, setValue] = useState<JsonObject>(() => ({ ...(act.schema === null ? {} : blankOf(act.schema)), ...act.initial }));
  const [local, setLocal] = useState<readonly FieldError[]>([]);
  const sending = useAct(() => {
    if (act.opens !== undefined) openFile(act.opens);
    onDone?.();
  });
  const preview = usePreview({ instance, type: act.type, payload: value }, seq);
  const formId = useId();
  const alive = useAlive();
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    const errors = act.schema === null ? [] : checkValue(act.schema, value);
    setLocal(errors);
    if (errors.length > 0) {
      focusFirst(event.currentTarget, errors);
      return;
    }
    sending.send({ instance, type: act.type, payload: value, expectedSeq: seq });
  };
  return (
    <form
      id={formId}
      inert={!alive}
      className="stack"
      style={{ gap: 12 }}
      onSubmit={submit}
      noValidate
      aria-label={act.title}
      ref={(form) => {
        if (form !== null && focusOnMount && form.dataset["seen"] === undefined) {
          form.dataset["seen"] = "1";
          form.querySelector<HTMLElement>("input, textarea, button")?.focus();
        }
      }}
    >
      {act.schema !== null && hasForm(act) ? (
        <SchemaForm
          schema={act.schema}
          value={value}
          onChange={(next) => {
            setValue(next);
            setLocal([]);
            sending.clear();
          }}
          errors={local.length > 0 ? local : sending.errors}
          ports={formPorts}
          disabled={sending.busy}
        />
      ) : null}
      {act.confirm === null ? null : <p className="soft">{act.confirm}</p>}
      <ConsequencePreview
        title={`When you choose "${act.title}"`}
        lines={preview === null ? null : act.opens === undefined ? preview.lines : [FILE_OPENS, ...preview.lines]}
      />
      <Refusal refusal={sending.refusal} />
      <div className="acts act-foot">
        <Button
          tone={act.tone === "override" ? "override" : primary ? "primary" : act.tone === "danger" ? "danger" : "default"}
          icon={actIcon(act)}
          type="submit"
          busy={sending.busy}
        >
          {act.title}
        </Button>
        {beside}
        {onCancel === undefined ? null : (
          <Button tone="plain" onClick={onCancel} disabled={sending.busy}>
            Close
          </Button>
        )}
      </div>
    </form>
  );
}

/** Why an act was refused, in place. */
export function Refusal({
  refusal,
}: {
  refusal: {
    readonly title: string;
    readonly detail: string;
    readonly hint: string | undefined;
    readonly code: string;
    readonly errors: readonly FieldError[];
  } | null;
}) {
  if (refusal === null) return null;
  return (
    <Notice tone="blocked">
      <b>{refusal.title}.</b> {refusal.detail === refusal.title ? "" : refusal.detail}
      {refusal.errors.length === 0 ? <span className="soft"> {refusal.hint}</span> : null}
      {refusal.errors.length === 0 ? null : (
        <ul>
          {refusal.errors.map((error) => (
            <li key={`${error.path} ${error.message}`}>
              {error.path === "" ? null : <span className="code">{error.path.slice(1)} </span>}
              {error.message}
            </li>
          ))}
        </ul>
      )}
      <details className="small quiet">
        <summary>Details</summary>
        <span className="code">{refusal.code}</span>
      </details>
    </Notice>
  );
}

function focusFirst(form: Element, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid='true'], [data-error] input")?.focus());
}

const FILE_OPENS: ConsequenceLine = { icon: "doc", text: "The file is downloaded; the audit log notes who took it." };

/** The answer is a download, so the page stays. */
function openFile(href: string): void {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.download = "";
  anchor.click();
}
