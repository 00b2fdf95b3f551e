import "../guided/guided.css";
import "./settings.css";
import { useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { CellView } from "#studio/ui/cell.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Facts, Panel } from "#studio/ui/panel.tsx";
import { useAlive } from "#studio/ui/use-alive.ts";
import { changesOf } from "../changes-of.ts";
import { Refusal } from "../guided/act-form.tsx";
import { formPorts } from "../guided/form-ports.ts";
import type { SettingsPage } from "../settings.ts";
import { useSubmit } from "../use-submit.ts";
import { VersionList } from "../version-list.tsx";
import { RoutedMailScreen, RoutedMails } from "./routed-mail-screen.tsx";

/** The settings of an org: a list of groups, the form of one, its history. */
export function SettingsScreen({ page }: { page: SettingsPage }) {
  const groups = [...Map.groupBy(page.links, (link) => link.group)];
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label="Settings">
        {groups.map(([group, links]) => (
          <section key={group}>
            <h2>{group === "" ? "General" : group}</h2>
            {links.map((link) => (
              <Anchor key={link.key} href={`/settings/${link.key}`} aria-current={link.key === page.key ? "page" : undefined}>
                {link.title}
                {link.own === 0 ? null : (
                  <span className="count" title={`${link.own} differ from the default`}>
                    {link.own}
                  </span>
                )}
              </Anchor>
            ))}
          </section>
        ))}
      </nav>
      <div className="settings-main">
        <header className="page-head record-head">
          <div>
            <h1>{page.title}</h1>
            <p>
              <OrgBadge code={page.org} />{" "}
              {page.mayEdit ? "A change holds from the next decision on." : "You may read these; an admin of the org changes them."}
            </p>
          </div>
        </header>
        <div className="columns" style={{ paddingTop: 0 }}>
          <div className="main-column">
            {page.mails === null ? null : page.mail === null ? (
              <RoutedMails page={page} mails={page.mails} />
            ) : (
              <RoutedMailScreen key={`${page.mail.name} ${page.etag}`} page={page} mail={page.mail} />
            )}
            {page.mails !== null ? null : (
              <Panel title="Values">
                {page.mayEdit ? (
                  <SettingsForm key={`${page.key} ${page.etag}`} page={page} />
                ) : (
                  <Facts items={page.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
                )}
              </Panel>
            )}
          </div>
          <VersionList title="History" none="Every value is the default" versions={page.versions} />
        </div>
      </div>
    </div>
  );
}

/** Sends only what changed, guarded by the etag. Nothing typed is lost when the server refuses. */
function SettingsForm({ page }: { page: SettingsPage }) {
  const [value, setValue] = useState<JsonObject>(page.values);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const { busy, refusal, submit } = useSubmit();
  const alive = useAlive();
  const changes = changesOf(page.values, value);
  const save = (what: JsonObject): void => {
    submit({ etag: page.etag, changes: what });
  };
  return (
    <form
      inert={!alive}
      className="stack"
      aria-label={page.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = checkValue(page.schema, value);
        setErrors(found);
        if (found.length === 0) save(changes);
      }}
    >
      <SchemaForm
        schema={page.schema}
        value={value}
        onChange={setValue}
        errors={errors.length > 0 ? errors : (refusal?.errors ?? [])}
        ports={formPorts}
        disabled={busy}
      />
      <Refusal refusal={refusal} />
      <div className="acts">
        <Button tone="primary" type="submit" busy={busy} disabled={Object.keys(changes).length === 0}>
          Save changes
        </Button>
        <Button tone="plain" disabled={Object.keys(changes).length === 0} onClick={() => setValue(page.values)}>
          Undo
        </Button>
      </div>
      {page.changed.length === 0 ? null : (
        <section className="stack settings-own" aria-label="Differs from the default">
          <h3>Differs from the default</h3>
          {page.changed.map((own) => (
            <div key={own.name} className="line small">
              <span>{own.title}</span>
              <span className="quiet">
                default: <CellView cell={own.fallback} />
              </span>
              <span className="push" />
              <Button small tone="plain" disabled={busy} onClick={() => save({ [own.name]: null })}>
                Back to the default
              </Button>
            </div>
          ))}
        </section>
      )}
    </form>
  );
}
