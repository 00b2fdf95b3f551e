import "./explanation.css";
import { Icon, type IconName } from "./icon.tsx";
import { Skeleton } from "./states.tsx";

export interface ConsequenceLine {
  readonly icon: IconName;
  readonly text: string;
  /** Part of `text` that stands out: an address, a state, a day. */
  readonly strong?: readonly string[];
  readonly tone?: "blocked" | "unknown" | "overridden";
}

/** What an act would do, before the click, where the click is. `lines: null` while it is being worked out. */
export function ConsequencePreview({ title, lines }: { title: string; lines: readonly ConsequenceLine[] | null }) {
  return (
    <section className="consequence" aria-label={title} aria-busy={lines === null}>
      <p className="label">{title}</p>
      <ul>
        {lines === null
          ? [72, 56, 40].map((width) => (
              <li key={width}>
                <Icon name="arrow" />
                <span>
                  <Skeleton width={`${width}%`} />
                </span>
              </li>
            ))
          : lines.map((line) => (
              <li key={`${line.icon} ${line.text}`} className={line.tone === undefined ? undefined : `m-${line.tone}`}>
                <Icon name={line.icon} />
                <span>{emphasise(line.text, line.strong ?? [])}</span>
              </li>
            ))}
      </ul>
    </section>
  );
}

/** Splits a sentence at the first place of each strong part, in order. */
function emphasise(text: string, strong: readonly string[]): React.ReactNode {
  const parts: React.ReactNode[] = [];
  let rest = text;
  for (const word of strong) {
    const at = word === "" ? -1 : rest.indexOf(word);
    if (at < 0) continue;
    parts.push(rest.slice(0, at), <b key={parts.length}>{word}</b>);
    rest = rest.slice(at + word.length);
  }
  parts.push(rest);
  return parts;
}
