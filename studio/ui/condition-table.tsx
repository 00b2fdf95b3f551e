import "./explanation.css";
import type { ConditionNode, Decision, Truth } from "#engine/core/step-types.ts";
import { describeGroup, describeNeed, describeValue, words } from "./describe-value.ts";
import { Icon } from "./icon.tsx";
import { StatusBadge } from "./status-badge.tsx";

interface Row {
  readonly id: string;
  readonly depth: number;
  readonly name: string;
  readonly needed: string;
  readonly actual: string;
  readonly result: Truth;
  readonly group: boolean;
}

/** The tree as rows, top-down; a group's row says how many below it hold. */
function rowsOf(node: ConditionNode, depth: number, path: string, titles: Titles): Row[] {
  const children = node.children ?? [];
  if (children.length === 0) {
    const name = node.name ?? (node.fact === undefined ? words(node.op) : (titles[node.fact] ?? words(node.fact)));
    const actual =
      node.result === "unknown" && node.actual === undefined ? `not known${node.because === undefined ? "" : `, ${node.because}`}` : describeValue(node.actual);
    return [{ id: path, depth, name, needed: describeNeed(node), actual, result: node.result, group: false }];
  }
  const group = describeGroup(node.op);
  const holding = children.filter((child) => child.result === true).length;
  const own: Row[] =
    node.name === undefined && ((children.length === 1 && node.op !== "not") || (node.op === "all" && depth === 1))
      ? []
      : [
          {
            id: path,
            depth,
            name: node.name ?? group.name,
            needed: group.needed,
            actual: holding === 0 ? "none holds" : `${holding} of ${children.length} hold`,
            result: node.result,
            group: true,
          },
        ];
  return [...own, ...children.flatMap((child, index) => rowsOf(child, own.length === 0 ? depth : Math.min(3, depth + 1), `${path}.${index}`, titles))];
}

export type Titles = Readonly<Record<string, string>>;

/**
 * Every condition that was looked at: fact, what the rule asks, what it is.
 *
 * In a gate a rule that fires blocks, so the rows of a fired rule are the red ones; `firedMeans` turns that for tables, where a
 * row that fires is the answer.
 */
export function ConditionTable({
  decision,
  titles = {},
  past = false,
  firedMeans = "blocks",
}: {
  decision: Pick<Decision, "explanation">;
  titles?: Titles;
  past?: boolean;
  firedMeans?: "blocks" | "answers";
}) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">Rule asks</th>
            <th scope="col">{past ? "Was" : "Is"}</th>
          </tr>
        </thead>
        <tbody>
          {decision.explanation.rules.map((rule) => {
            const bad = firedMeans === "blocks" && rule.fired === true;
            const rows = rowsOf(rule.conditions, 1, rule.id, titles);
            return [
              <tr key={rule.id} className={`rule${bad ? " fails" : rule.fired === "unknown" ? " is-unknown" : ""}`}>
                <td colSpan={2}>{words(rule.id)}</td>
                <td className="is">
                  {rule.fired === "unknown" ? "not known" : rule.fired ? (firedMeans === "blocks" ? "blocks" : "answers") : "does not apply"}
                </td>
              </tr>,
              ...rows.map((row) => (
                <tr key={row.id} data-depth={row.depth} className={row.result === "unknown" ? "is-unknown" : bad && row.result === true ? "fails" : undefined}>
                  <td>{row.name}</td>
                  <td>{row.needed}</td>
                  <td className="is">{row.actual}</td>
                </tr>
              )),
            ];
          })}
        </tbody>
      </table>
    </div>
  );
}

/** How many rules block, or how many conditions hold: the line beside the fold. */
export function conditionCount(decision: Pick<Decision, "explanation">, firedMeans: "blocks" | "answers" = "blocks"): string {
  const rules = decision.explanation.rules;
  const fired = rules.filter((rule) => rule.fired === true).length;
  const unknown = rules.filter((rule) => rule.fired === "unknown").length;
  const verb = firedMeans === "blocks" ? (fired === 1 ? "blocks" : "block") : fired === 1 ? "answers" : "answer";
  return `${fired} of ${rules.length} ${verb}${unknown > 0 ? `, ${unknown} unknown` : ""}`;
}

/** The folded tree with its summary line; used inside explanations and in the timeline. */
export function Conditions({
  decision,
  summary = "Conditions",
  titles,
  open = false,
  past = false,
  meaning,
  children,
}: {
  decision: Pick<Decision, "explanation">;
  summary?: string;
  titles?: Titles | undefined;
  open?: boolean;
  past?: boolean;
  meaning?: "open" | "blocked" | "unknown" | "overridden" | undefined;
  /** Under the table. */
  children?: React.ReactNode;
}) {
  const firedMeans =
    meaning === undefined || meaning !== "open" ? "blocks" : decision.explanation.rules.some((rule) => rule.fired === true) ? "answers" : "blocks";
  if (decision.explanation.rules.length === 0) return children ?? null;
  return (
    <details className="conditions" open={open}>
      <summary>
        <Icon name="right" />
        <span className="clip">{summary}</span>
        <span className="push small quiet nowrap">
          {past && meaning !== undefined ? <StatusBadge meaning={meaning} /> : conditionCount(decision, firedMeans)}
        </span>
      </summary>
      <ConditionTable decision={decision} titles={titles ?? {}} past={past} firedMeans={firedMeans} />
      {children}
    </details>
  );
}
