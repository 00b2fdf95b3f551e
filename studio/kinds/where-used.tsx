/** What names a definition, and what it names. */
import type { Kind } from "#engine/schema/definition-base.ts";
import { Icon } from "../ui/icon.tsx";
import { Anchor } from "../ui/link.tsx";
import { KIND_WORDS } from "./kind-words.ts";
import { useStudioLinks } from "./links.ts";

export interface UsedReference {
  readonly kind: Kind;
  readonly key: string;
  readonly title: string;
  readonly path: string;
}

export function WhereUsed({ uses, usedBy }: { uses: readonly UsedReference[]; usedBy: readonly UsedReference[] }) {
  return (
    <>
      <section>
        <h3>
          Used by <span className="push small quiet">{usedBy.length}</span>
        </h3>
        <References list={usedBy} none="Nothing names it." />
      </section>
      <section>
        <h3>
          Uses <span className="push small quiet">{uses.length}</span>
        </h3>
        <References list={uses} none="It names nothing else." />
      </section>
    </>
  );
}

function References({ list, none }: { list: readonly UsedReference[]; none: string }) {
  const links = useStudioLinks();
  if (list.length === 0) return <p className="small quiet">{none}</p>;
  return (
    <ul className="reference-list">
      {list.map((one) => (
        <li key={`${one.kind}/${one.key}`}>
          <Icon name={KIND_WORDS[one.kind].icon} label={KIND_WORDS[one.kind].one} />
          <Anchor href={links.definition(one.kind, one.key) ?? "#"} className="clip" title={one.path}>
            {one.title}
          </Anchor>
          <code className="push quiet clip">{one.key.slice(one.key.indexOf(".") + 1)}</code>
        </li>
      ))}
    </ul>
  );
}
