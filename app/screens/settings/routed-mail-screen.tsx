import "#studio/kinds/parts.css";
import "#studio/kinds/kinds.css";
import { useState } from "react";
import { isJsonObject, type JsonObject, type JsonSchema } from "#engine/schema/json.ts";
import { MailPreview } from "#studio/kinds/mail-preview.tsx";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Panel } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { useAlive } from "#studio/ui/use-alive.ts";
import { changesOf } from "../changes-of.ts";
import { Refusal } from "../guided/act-form.tsx";
import { formPorts } from "../guided/form-ports.ts";
import type { MailVerdict, RoutedMail, RoutedMailPage, SettingsPage } from "../settings.ts";
import { useSubmit } from "../use-submit.ts";

/** A row for each mail: whether it is sent, to whom, and what became of the last one. */
export function RoutedMails({ page, mails }: { page: SettingsPage; mails: readonly RoutedMail[] }) {
  return (
    <Panel title="Mails" aside={mails.length} flush>
      <div className="routed-mails-head small quiet" aria-hidden="true">
        <span>Mail</span>
        <span>Sent</span>
        <span>To</span>
        <span>Last verdict</span>
      </div>
      <ul className="routed-mails">
        {mails.map((mail) => (
          <li key={mail.name}>
            <Anchor href={`/settings/${page.key}?of=${mail.name}`}>
              <span className="name">
                {mail.title}
                {mail.changed ? <span className="small quiet"> · changed</span> : null}
              </span>
              <span className="sent">
                <CellView cell={mail.sent} />
              </span>
              <span className="to quiet" title={mail.to}>
                {mail.to}
              </span>
              <span className="last small">
                {mail.last === null ? (
                  <span className="quiet">None asked for yet</span>
                ) : (
                  <>
                    <CellView cell={mail.last.state} />{" "}
                    <span className="quiet">
                      <RelativeTime at={mail.last.at} />
                    </span>
                  </>
                )}
              </span>
            </Anchor>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** One mail: the form of its row, its look while that is edited, and why the last ones were sent or not. */
export function RoutedMailScreen({ page, mail }: { page: SettingsPage; mail: RoutedMailPage }) {
  const alive = useAlive();
  const [value, setValue] = useState<JsonObject>(mail.value);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const saving = useSubmit();
  const testing = useSubmit();
  const changes = changesOf(mail.value, value);
  const isChanged = Object.keys(changes).length > 0;
  const refusal = saving.refusal ?? testing.refusal;
  const words = isJsonObject(value["template"]) ? value["template"] : null;
  const { templates } = mail.content;
  return (
    <>
      <p>
        <Anchor href={`/settings/${page.key}`}>All mails</Anchor>
      </p>
      <Panel title={mail.title}>
        <p className="quiet">{mail.note}</p>
        <form
          inert={!alive}
          className="stack"
          aria-label={mail.title}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const found = checkValue(mail.schema, value);
            setErrors(found);
            if (found.length === 0) saving.submit({ etag: page.etag, changes: { [mail.name]: changes } });
          }}
        >
          <SchemaForm
            schema={words === null ? withoutWords(mail.schema) : mail.schema}
            value={value}
            onChange={setValue}
            errors={errors.length > 0 ? errors : refusedAt(refusal, mail.name)}
            ports={{ ...formPorts, titles: mail.titles }}
            disabled={!page.mayEdit || saving.busy}
          />
          <Refusal refusal={refusal} />
          {page.mayEdit ? (
            <div className="acts">
              <Button tone="primary" type="submit" busy={saving.busy} disabled={!isChanged}>
                Save changes
              </Button>
              <Button tone="plain" disabled={!isChanged} onClick={() => setValue(mail.value)}>
                Undo
              </Button>
              {words === null && isJsonObject(templates) ? (
                <Button tone="plain" onClick={() => setValue({ ...value, template: templates })}>
                  Write own words
                </Button>
              ) : (
                <Button tone="plain" onClick={() => setValue({ ...value, template: null })}>
                  Back to the standard words
                </Button>
              )}
              <Button icon="send" busy={testing.busy} onClick={() => testing.submit({ test: mail.name, words })}>
                Send a test to me
              </Button>
            </div>
          ) : null}
        </form>
      </Panel>
      <section className="panel">
        <div className="body">
          <MailPreview content={mail.content} words={words} branding={mail.branding} />
        </div>
      </section>
      <Verdicts verdicts={mail.verdicts} />
    </>
  );
}

function Verdicts({ verdicts }: { verdicts: readonly MailVerdict[] }) {
  return (
    <Panel title="Last verdicts" aside={verdicts.length}>
      {verdicts.length === 0 ? (
        <EmptyState title="None was asked for yet" icon="clock" />
      ) : (
        <ol className="mail-verdicts">
          {verdicts.map((verdict) => (
            <li key={verdict.id}>
              <div className="line">
                <CellView cell={verdict.state} />
                {verdict.href === null ? (
                  <span>{verdict.subject}</span>
                ) : (
                  <Anchor href={verdict.href}>{verdict.subject === "" ? "No subject" : verdict.subject}</Anchor>
                )}
                <span className="push small quiet nowrap">
                  <RelativeTime at={verdict.at} />
                </span>
              </div>
              <p className="small quiet">
                {verdict.why} {verdict.to === "" ? null : <span>To {verdict.to}.</span>}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** The refusal's places as the form has them: under the mail's own row, or under the words that were tried. */
function refusedAt(refusal: { readonly errors: readonly FieldError[] } | null, name: string): readonly FieldError[] {
  return (refusal?.errors ?? []).map((error) => ({ ...error, path: error.path.replace(`/${name}/`, "/").replace(/^\/words\//u, "/template/") }));
}

/** The words are asked for once they are wanted. */
function withoutWords(schema: JsonSchema): JsonSchema {
  const { template: _template, ...properties } = schema["properties"] as JsonObject;
  return { ...schema, properties };
}
