/** The publish checks as a list: done, failing, warning, or still running. */
import { Icon, type IconName } from "../ui/icon.tsx";

export interface CheckLine {
  readonly id: string;
  readonly title: string;
  readonly state: "waiting" | "running" | "passed" | "warned" | "failed";
  readonly detail: string;
  /** 0 to 1 while running. */
  readonly progress?: number;
  /** What is wrong, with the address of the place. */
  readonly items?: readonly { readonly text: string; readonly href: string | null }[];
}

const LOOK: Readonly<Record<CheckLine["state"], { readonly icon: IconName; readonly tone: string; readonly word: string }>> = {
  waiting: { icon: "dots", tone: "m-done", word: "not run yet" },
  running: { icon: "clock", tone: "m-waits", word: "running" },
  passed: { icon: "check", tone: "m-open", word: "passes" },
  warned: { icon: "warn", tone: "m-unknown", word: "passes with warnings" },
  failed: { icon: "bar", tone: "m-blocked", word: "fails" },
};

export function Checks({ lines, renderLink }: { lines: readonly CheckLine[]; renderLink: (href: string, text: string) => React.ReactNode }) {
  const done = lines.filter((line) => line.state !== "waiting" && line.state !== "running").length;
  return (
    <section aria-label="Checks">
      <h3 className="line">
        Checks{" "}
        <span className="push small quiet">
          {done} of {lines.length} done
        </span>
      </h3>
      <ul className="checks">
        {lines.map((line) => (
          <li key={line.id} className={LOOK[line.state].tone}>
            <Icon name={LOOK[line.state].icon} label={LOOK[line.state].word} />
            <span>{line.title}</span>
            <span className="small quiet">{line.detail}</span>
            {line.state === "running" ? <progress aria-label={line.title} {...(line.progress === undefined ? {} : { value: line.progress })} /> : null}
            {line.items === undefined || line.items.length === 0 ? null : (
              <ul className="small" style={{ gridColumn: "2 / -1" }}>
                {line.items.slice(0, 8).map((item) => (
                  <li key={item.text} style={{ display: "block", minHeight: 0, padding: "2px 0" }}>
                    {item.href === null ? item.text : renderLink(item.href, item.text)}
                  </li>
                ))}
                {line.items.length > 8 ? (
                  <li style={{ display: "block", minHeight: 0 }} className="quiet">
                    {line.items.length - 8} more
                  </li>
                ) : null}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
