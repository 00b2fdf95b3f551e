import { CellView } from "#studio/ui/cell.tsx";
import { counted } from "#studio/ui/counted.ts";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Facts, Panel } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { Mark } from "#studio/ui/status-badge.tsx";
import type { GuidedView } from "../guided.ts";
import { DocumentPanel } from "./document-panel.tsx";

/** The right column: the record, people, clocks and tasks, mails, documents, what belongs to it. */
export function RecordSide({ view, onOpen }: { view: GuidedView; onOpen: (type: string | null) => void }) {
  return (
    <aside className="side" aria-label="Record">
      <Panel level={3} title={view.record.title} aside={<Anchor href={`/records/${view.record.type}/${view.record.id}`}>Open</Anchor>}>
        <Facts items={view.record.fields.map((field) => ({ title: field.title, value: <CellView cell={field.cell} /> }))} />
      </Panel>
      {view.people.length === 0 ? null : (
        <Panel level={3} title="People">
          <Facts items={view.people.map((person) => ({ title: person.title, value: person.text }))} />
        </Panel>
      )}
      {view.clocks.length === 0 ? null : (
        <Panel level={3} title="Clocks and tasks" aside={view.clocks.length}>
          <ul className="entries">
            {view.clocks.map((clock) => (
              <li key={clock.id}>
                <Icon name={clock.kind === "timer" ? "clock" : clock.kind === "task" ? "task" : "stamp"} />
                <span>{clock.title}</span>
                <small className="quiet">{clock.at === null ? "" : <RelativeTime at={clock.at} />}</small>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {view.mails.length === 0 ? null : (
        <Panel level={3} title="Mails" aside={counted(view.mails.length, view.more.mails)}>
          <ul className="entries">
            {view.mails.map((mail) => (
              <li key={mail.id}>
                {mail.meaning === "delivered" ? <Icon name="mail" /> : <Mark meaning={mail.meaning} />}
                <span>
                  {mail.subject}
                  <br />
                  <small className="quiet">{mail.to}</small>
                </span>
                <small className="quiet">
                  <RelativeTime at={mail.at} />
                </small>
              </li>
            ))}
          </ul>
          {view.more.mails ? <p className="small quiet">The latest of them; earlier ones stand in Operations, Mails.</p> : null}
        </Panel>
      )}
      <DocumentPanel documents={view.documents} files={view.files} more={view.more.files} onOpen={onOpen} />
      {view.related.map((group) => (
        <Panel key={group.title} level={3} title={group.title} aside={counted(group.items.length, group.more !== null)}>
          <ul className="entries">
            {group.items.map((item) => (
              <li key={item.id}>
                <Icon name="link" />
                <span>
                  <Anchor href={item.href} className={item.code === null ? undefined : "code"}>
                    {item.code ?? item.label}
                  </Anchor>
                  {item.state === null ? null : (
                    <>
                      <br />
                      <small className="quiet">{item.state}</small>
                    </>
                  )}
                  {item.fields.length === 0 ? null : (
                    <small className="related-fields">
                      {item.fields.map((field) => (
                        <span key={field.title}>
                          {field.title} <CellView cell={field.cell} />
                        </span>
                      ))}
                    </small>
                  )}
                </span>
              </li>
            ))}
          </ul>
          {group.more === null ? null : (
            <p className="small quiet">
              There are more: <Anchor href={group.more}>see the list</Anchor>
            </p>
          )}
        </Panel>
      ))}
    </aside>
  );
}
