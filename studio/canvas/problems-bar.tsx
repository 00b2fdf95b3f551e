/** The bar under an editor: how many problems, the first of them, all of them on a click; each leads to its place. */
import { useState } from "react";
import type { Problem, Severity } from "#engine/core/problem.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

const LOOK: Readonly<Record<Severity, { readonly tone: string; readonly icon: IconName; readonly one: string; readonly many: string }>> = {
  error: { tone: "m-blocked", icon: "bar", one: "error", many: "errors" },
  warning: { tone: "m-unknown", icon: "warn", one: "warning", many: "warnings" },
  info: { tone: "m-done", icon: "info", one: "note", many: "notes" },
};

export function ProblemsBar({ problems, onGo, children }: { problems: readonly Problem[]; onGo: (problem: Problem) => void; children?: React.ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const [first] = problems;
  const count = (severity: Severity): number => problems.filter((problem) => problem.severity === severity).length;
  return (
    <div className="problems">
      {isOpen && problems.length > 0 ? (
        <ul className="problem-list" aria-label="Problems">
          {problems.map((problem) => (
            <li key={`${problem.code} ${problem.path} ${problem.message}`}>
              <button type="button" onClick={() => onGo(problem)}>
                <span className={`mark ${LOOK[problem.severity].tone}`}>
                  <Icon name={LOOK[problem.severity].icon} label={LOOK[problem.severity].one} />
                </span>
                <span className="clip">{problem.message}</span>
                <span className="quiet clip push">{problem.hint}</span>
                <code className="quiet clip">{problem.path}</code>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="problems-line">
        <button type="button" className="problems-toggle" aria-expanded={isOpen} disabled={problems.length === 0} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? "down" : "up"} size={14} />
          Problems
        </button>
        <span className={`tally ${count("error") === 0 ? "m-open" : "m-blocked"}`}>
          <Icon name={count("error") === 0 ? "check" : "bar"} size={14} />
          {count("error")} {count("error") === 1 ? "error" : "errors"}
        </span>
        {(["warning", "info"] as const).map((severity) =>
          count(severity) === 0 ? null : (
            <span key={severity} className={`tally ${LOOK[severity].tone}`}>
              <Icon name={LOOK[severity].icon} size={14} />
              {count(severity)} {count(severity) === 1 ? LOOK[severity].one : LOOK[severity].many}
            </span>
          ),
        )}
        {first === undefined || isOpen ? null : (
          <button type="button" className="problem-first clip" onClick={() => onGo(first)}>
            {first.message}
          </button>
        )}
        <span className="push line nowrap">{children}</span>
      </div>
    </div>
  );
}
