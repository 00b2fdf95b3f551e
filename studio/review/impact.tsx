/** What the draft would have changed in the last days, gate by gate. */
import { formatDecimal } from "../ui/money.tsx";

export interface GateImpact {
  readonly key: string;
  readonly title: string;
  readonly changed: number;
  readonly total: number;
  readonly was: { readonly open: number; readonly blocked: number; readonly overridden: number };
  readonly now: { readonly open: number; readonly blocked: number; readonly overridden: number };
}

export function Impact({
  total,
  changed,
  gates,
  days,
  link,
}: {
  total: number;
  changed: number;
  gates: readonly GateImpact[];
  days: string;
  link: React.ReactNode;
}) {
  return (
    <>
      <section>
        <h3 className="line">What it would have changed {link}</h3>
        <p>
          <span style={{ font: "600 20px/28px var(--font)" }}>
            {formatDecimal(changed)} of {formatDecimal(total)}
          </span>{" "}
          <span className="small quiet">instances, {days}</span>
        </p>
      </section>
      {gates.map((gate) => (
        <section key={gate.key}>
          <p className="line">
            <span className="clip">{gate.title}</span>
            <span className={gate.changed === 0 ? "push quiet" : "push"}>
              <b>{gate.changed}</b> of {gate.total}
            </span>
          </p>
          <div className="was-now">
            <span className="quiet">Was</span>
            <Bars counts={gate.was} isWas />
            <span className="quiet">Now</span>
            <Bars counts={gate.now} isWas={false} />
          </div>
        </section>
      ))}
    </>
  );
}

function Bars({ counts, isWas }: { counts: GateImpact["was"]; isWas: boolean }) {
  const part = (tone: string, word: string, count: number) =>
    count === 0 ? null : (
      <span key={word} className={`m-${tone}`} style={{ flexGrow: count }} title={`${word} ${count}`}>
        {count}
      </span>
    );
  return (
    <div className={isWas ? "bars is-was" : "bars"} role="img" aria-label={`${counts.open} open, ${counts.blocked} blocked, ${counts.overridden} overridden`}>
      {part("open", "Open", counts.open)}
      {part("blocked", "Blocked", counts.blocked)}
      {part("overridden", "Overridden", counts.overridden)}
    </div>
  );
}
