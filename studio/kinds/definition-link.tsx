import type { Kind } from "#engine/schema/definition-base.ts";
import { Anchor } from "../ui/link.tsx";
import { useStudioLinks } from "./links.ts";

/** A definition by name: a link where it exists, plain text with a note where it does not. */
export function DefinitionLink({ kind, to, code = true }: { kind: Kind; to: string; code?: boolean }) {
  const links = useStudioLinks();
  const href = links.definition(kind, to);
  const title = links.title(kind, to);
  const shown = code ? to : (title ?? to);
  if (href === null) return <span className={code ? "code" : undefined}>{shown}</span>;
  return (
    <Anchor href={href} className={code ? "code" : undefined} title={title ?? undefined}>
      {shown}
    </Anchor>
  );
}
