import { PanelScroll } from "#studio/ui/panel.tsx";
import "./operations.css";
import { DecisionExplanation } from "#studio/ui/decision-explanation.tsx";
import { Mark, StatusBadge } from "#studio/ui/status-badge.tsx";
import { PanelTitle } from "../lists/instance-panel.tsx";
import type { ReceiptDetail } from "../operations.ts";

/** One received event: the answer, what was checked in which order, the body. */
export function ReceiptPanel({ receipt, closeHref }: { receipt: ReceiptDetail; closeHref: string }) {
  return (
    <aside className="inspector" aria-label={receipt.event}>
      <PanelTitle org={receipt.org} kind="Receipt" title={receipt.event} note={receipt.key} href={receipt.href} closeHref={closeHref} />
      <PanelScroll>
        <section className="stack tight">
          <div className="line">
            <StatusBadge meaning={receipt.meaning} />
            <span className="soft">{receipt.cause ?? ""}</span>
          </div>
          {receipt.gate === null ? null : (
            <DecisionExplanation
              decision={receipt.gate.decision}
              ways={receipt.gate.ways.map(({ title, note }) => ({ title, note }))}
              titles={receipt.gate.titles}
              past
              open
            />
          )}
        </section>
        {receipt.checks.length === 0 ? null : (
          <section>
            <h3>What was checked, in order</h3>
            <ul className="checks">
              {receipt.checks.map((check) => (
                <li key={check.title}>
                  <span className="quiet">{check.title}</span>
                  <span>{check.text}</span>
                  <Mark meaning={check.ok ? "open" : "blocked"} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3>Body</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className="json" tabIndex={0}>
            {JSON.stringify(receipt.body, null, 2)}
          </pre>
        </section>
      </PanelScroll>
    </aside>
  );
}
