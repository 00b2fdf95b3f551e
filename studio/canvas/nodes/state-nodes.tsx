/** Cards, containers, lanes, dots: what a state looks like on the canvas. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useCanvas } from "../canvas-context.ts";
import { EFFECT_ICONS } from "../effect-icons.ts";
import { visibleChips } from "../measure.ts";
import type { DiffMark, FlowNode, StateData } from "../to-flow.ts";

/** React Flow wants ends to attach edges to; ours are drawn along their own routes, so these are invisible. */
const Ends = () => (
  <>
    <Handle type="target" position={Position.Left} className="way-anchor" isConnectable={false} />
    <Handle type="source" position={Position.Right} className="way-anchor" isConnectable={false} />
  </>
);

const MARK_WORDS: Readonly<Record<DiffMark, string>> = { added: "Added", removed: "Removed", changed: "Changed" };

const classesOf = (base: string, data: StateData): string =>
  [
    base,
    data.isSelected ? "is-selected" : "",
    data.mark === null ? "" : `is-${data.mark}`,
    data.hasProblem ? "has-problem" : "",
    data.count !== null && data.count > 0 ? "is-live" : "",
  ]
    .filter(Boolean)
    .join(" ");

function Count({ data }: { data: StateData }) {
  const canvas = useCanvas();
  if (data.count === null) return null;
  return (
    <button
      type="button"
      className="count nodrag"
      tabIndex={-1}
      title={`${data.count} ${data.count === 1 ? "instance stands" : "instances stand"} in ${data.state.title}`}
      onClick={(event) => {
        event.stopPropagation();
        canvas.showInstances(data.state.id);
      }}
    >
      {data.count.toLocaleString("en")}
    </button>
  );
}

function Folded({ data }: { data: StateData }) {
  const canvas = useCanvas();
  if (data.folded === 0) return null;
  const names = canvas.foldedOf(data.state.id).map((transition) => transition.label || transition.kind);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only shows sooner what selecting the state shows
    <span className="folded" title={names.join("\n")} onMouseEnter={() => canvas.unfold(data.state.id)} onMouseLeave={() => canvas.unfold(null)}>
      +{data.folded}
    </span>
  );
}

const Flag = ({ mark }: { mark: DiffMark | null }) => (mark === null ? null : <span className="diff-flag">{MARK_WORDS[mark]}</span>);

export const Card = memo(function Card({ data }: NodeProps<FlowNode>) {
  const { state } = data;
  const chips = visibleChips(state);
  return (
    <div className={classesOf(state.kind === "final" ? "state final" : "state", data)} data-state={state.id}>
      <Flag mark={data.mark} />
      <span className="title clip">{state.title}</span>
      <Count data={data} />
      <code className="clip">{state.name}</code>
      {chips.length === 0 ? null : (
        <span className="chips">
          {chips.map((chip) => (
            <span key={chip.kind + chip.text} className={chip.kind === "timer" ? "chip is-timer" : "chip"}>
              <Icon name={EFFECT_ICONS[chip.kind]} size={11} />
              {chip.text}
            </span>
          ))}
          {state.chips.length > chips.length ? <span className="chip">+{state.chips.length - chips.length}</span> : null}
        </span>
      )}
      <Folded data={data} />
      <Ends />
    </div>
  );
});

export const Container = memo(function Container({ data }: NodeProps<FlowNode>) {
  return (
    <div className={classesOf("composite", data)} data-state={data.state.id}>
      <Flag mark={data.mark} />
      <header className="container-bar">
        <span className="title clip">{data.state.title}</span>
        {data.state.chips.map((chip) => (
          <span key={chip.kind + chip.text} className="chip">
            <Icon name={EFFECT_ICONS[chip.kind]} size={11} />
            {chip.text}
          </span>
        ))}
        <Count data={data} />
      </header>
      <Folded data={data} />
      <Ends />
    </div>
  );
});

export const MachineFrame = memo(function MachineFrame({ data }: NodeProps<FlowNode>) {
  return (
    <div className={classesOf("machine", data)}>
      <header className="machine-title">
        <Icon name="nodes" />
        <span>{data.state.title}</span>
        <code>{data.state.name}</code>
        {data.state.kind === "parallel" ? <span className="chip">parallel</span> : null}
        {data.total === null ? null : <span className="live-total">{data.total.toLocaleString("en")} live</span>}
      </header>
      <Folded data={data} />
      <Ends />
    </div>
  );
});

export const Lane = memo(function Lane({ data }: NodeProps<FlowNode>) {
  return (
    <div className={`${classesOf("lane", data)}${data.isFirstLane ? " is-first" : ""}`} data-state={data.state.id}>
      <h3>
        <Icon name="pause" size={12} />
        {data.state.title}
      </h3>
      <Folded data={data} />
      <Ends />
    </div>
  );
});

export const Choice = memo(function Choice({ data }: NodeProps<FlowNode>) {
  return (
    <div className={classesOf("choice", data)} data-state={data.state.id} title={data.state.title}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 1 23 12 12 23 1 12z" />
      </svg>
      <span className="choice-name">{data.state.name}</span>
      <Ends />
    </div>
  );
});

export const HistoryMark = memo(function HistoryMark({ data }: NodeProps<FlowNode>) {
  return (
    <div className={classesOf("history", data)} data-state={data.state.id} title={`${data.state.title}: ${data.state.history} history`}>
      {data.state.history === "deep" ? "H*" : "H"}
      <Ends />
    </div>
  );
});

export const Dot = memo(function Dot() {
  return (
    <div className="initial-dot">
      <Ends />
    </div>
  );
});

export const NODE_TYPES = { machine: MachineFrame, lane: Lane, container: Container, card: Card, choice: Choice, history: HistoryMark, dot: Dot };
