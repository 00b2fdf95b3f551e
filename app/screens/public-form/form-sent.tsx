import { useEffect, useRef } from "react";
import { Code } from "#studio/ui/code.tsx";
import { Icon } from "#studio/ui/icon.tsx";

/** What a form says once it has been taken; read out, and at its beginning. */
export function FormSent({ org, reference, thanks }: { org: string | null; reference: string | null; thanks: string | null }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus();
  }, []);
  return (
    <main className="public-form">
      <Masthead org={org} reference={null} />
      <section className="public-form-sent m-open" aria-live="polite">
        <Icon name="check" />
        <h1 ref={heading} tabIndex={-1}>
          Your request has arrived
        </h1>
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

export function Masthead({ org, reference }: { org: string | null; reference: string | null }) {
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
