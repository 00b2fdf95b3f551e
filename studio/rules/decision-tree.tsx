/** What every condition said, coloured: for trying a rule set or table, and for one test. */
import type { ConditionNode, Decision, Truth } from "#engine/core/step-types.ts";
import { describeGroup, describeNeed, describeValue, words } from "../ui/describe-value.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

type Titles = Readonly<Record<string, string>>;

interface Sign {
  readonly tone: string;
  readonly icon: IconName;
}

/** In a gate a rule that fires blocks: its conditions are red when they hold. In a table a row that matches answers. */
function signOf(result: Truth, firedBlocks: boolean): Sign {
  if (result === "unknown") return { tone: "m-unknown", icon: "question" };
  if (firedBlocks) return result ? { tone: "m-blocked", icon: "bar" } : { tone: "m-open", icon: "check" };
  return result ? { tone: "m-open", icon: "check" } : { tone: "m-done", icon: "minus" };
}

export function DecisionTree({ decision, firedBlocks, titles = {} }: { decision: Decision; firedBlocks: boolean; titles?: Titles }) {
  const said = (fired: Truth): string =>
    fired === "unknown" ? "not known" : fired ? (firedBlocks ? "fires" : "matches") : firedBlocks ? "does not fire" : "does not match";
  return (
    <ul className="decision-tree">
      {decision.explanation.rules.map((rule) => {
        const sign = signOf(rule.fired, firedBlocks);
        return (
          <li key={rule.id}>
            <details open={rule.fired !== false}>
              <summary className={sign.tone}>
                <Icon name={sign.icon} />
                <code className="clip">{rule.id}</code>
                <span className="push said">{said(rule.fired)}</span>
              </summary>
              <Node node={rule.conditions} firedBlocks={firedBlocks} titles={titles} isTop />
            </details>
          </li>
        );
      })}
    </ul>
  );
}

function Node({ node, firedBlocks, titles, isTop = false }: { node: ConditionNode; firedBlocks: boolean; titles: Titles; isTop?: boolean }) {
  const sign = signOf(node.result, firedBlocks);
  const children = node.children ?? [];
  if (children.length === 0) {
    const isMissing = node.actual === undefined;
    return (
      <div className={`tree-leaf ${sign.tone}`}>
        <Icon name={sign.icon} />
        <span className="clip" title={node.fact}>
          <span>{node.fact === undefined ? words(node.op) : (titles[node.fact] ?? words(node.fact))}</span> <span className="quiet">{describeNeed(node)}</span>
        </span>
        <span className="push said clip">{isMissing ? (node.because ?? "missing") : describeValue(node.actual, 2)}</span>
      </div>
    );
  }
  const inner = children.map((child, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
    <Node key={index} node={child} firedBlocks={firedBlocks} titles={titles} />
  ));
  if (isTop && node.op === "all") return <div className="tree-group">{inner}</div>;
  const holding = children.filter((child) => child.result === true).length;
  return (
    <div className={isTop ? "tree-group" : undefined}>
      <div className={`tree-leaf ${sign.tone}`}>
        <Icon name={sign.icon} />
        <span className="quiet">{describeGroup(node.op).name.toLowerCase()}</span>
        <span className="push said">
          {node.op === "not" ? (node.result === true ? "holds" : "does not hold") : `${holding} of ${children.length} ${holding === 1 ? "holds" : "hold"}`}
        </span>
      </div>
      <div className="tree-group">{inner}</div>
    </div>
  );
}
