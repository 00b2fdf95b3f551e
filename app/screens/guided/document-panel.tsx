import { counted } from "#studio/ui/counted.ts";
import { Icon } from "#studio/ui/icon.tsx";
import { Panel } from "#studio/ui/panel.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import type { DocumentLine, GuidedView } from "../guided.ts";

/** Papers that were rendered about the record, and files that were put to it. */
export function DocumentPanel({
  documents,
  files,
  more,
  onOpen,
}: Pick<GuidedView, "documents" | "files"> & { more: boolean; onOpen: (type: string | null) => void }) {
  if (documents.length + files.length === 0) return null;
  return (
    <Panel level={3} title="Documents" aside={counted(documents.length + files.length, more)}>
      <ul className="entries">
        {documents.map((document) => (
          <Document key={document.id} document={document} onOpen={onOpen} />
        ))}
        {files.map((file) => (
          <li key={file.id}>
            <Icon name="doc" />
            <span>
              <a href={file.href} download>
                {file.name}
              </a>
              <br />
              <small className="quiet">{file.note}</small>
            </span>
          </li>
        ))}
      </ul>
      {more ? <p className="small quiet">The latest files; the record's own page names all.</p> : null}
    </Panel>
  );
}

function Document({ document, onOpen }: { document: DocumentLine; onOpen: (type: string | null) => void }) {
  const { title, name, number, at, href, shut, event, earlier, sha256 } = document;
  return (
    <li>
      <Icon name={shut === null ? "doc" : "bar"} />
      <span>
        {shut === null && event === null ? (
          <a href={href} download title={`SHA-256 ${sha256}`}>
            {title}
          </a>
        ) : shut === null && event !== null ? (
          <button type="button" className="as-link" onClick={() => onOpen(event)} title={`SHA-256 ${sha256}`}>
            {title}
          </button>
        ) : (
          title
        )}
        <br />
        <small className="quiet code">{name}</small>
        {number === 1 ? null : <small className="quiet"> · version {number}</small>}
        {shut === null ? null : (
          <>
            <br />
            <small className="quiet">{shut}</small>
          </>
        )}
        {earlier.length === 0 || shut !== null ? null : (
          <details>
            <summary>
              <small>{earlier.length === 1 ? "1 earlier version" : `${earlier.length} earlier versions`}</small>
            </summary>
            {earlier.map((version) => (
              <small key={version.id} className="quiet">
                <a href={version.href} download>
                  Version {version.number}
                </a>
                , <RelativeTime at={version.at} />
                <br />
              </small>
            ))}
          </details>
        )}
      </span>
      <small className="quiet">
        <RelativeTime at={at} />
      </small>
    </li>
  );
}
