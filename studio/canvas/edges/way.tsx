/** A transition: its rounded way and the pill on it. */
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useCanvas } from "../canvas-context.ts";
import type { ChartTransition } from "../chart.ts";
import { EFFECT_ICONS, EFFECT_WORDS } from "../effect-icons.ts";
import { rateText } from "../gate-rates.ts";
import { roundedPath } from "../path.ts";
import type { DiffMark, FlowEdge } from "../to-flow.ts";

export const Way = memo(function Way({ id, data }: EdgeProps<FlowEdge>) {
  const canvas = useCanvas();
  if (data === undefined) return null;
  const { transition, route } = data;
  const look = [
    data.isSelected ? "is-selected" : "",
    data.isNear ? "is-near" : "",
    data.isUnfolded ? "is-unfolded" : "",
    data.mark === null ? "" : `is-${data.mark}`,
  ]
    .filter(Boolean)
    .join(" ");
  const marker = data.isSelected ? "selected" : data.mark !== null ? data.mark : data.isNear ? "near" : "plain";
  return (
    <>
      <path d={roundedPath(route.points)} className={`way ${look}`} markerEnd={`url(#way-end-${marker})`} />
      {transition === null ? null : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the pill is the keyboard way; this only widens the line's target
        <path
          d={roundedPath(route.points)}
          className="way-target"
          onClick={(event) => {
            event.stopPropagation();
            canvas.select({ kind: "transition", id }, event.shiftKey);
          }}
        />
      )}
      {transition === null ? null : (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            className={`${transition.kind === "always" && transition.guard.gates.length === 0 ? "transition branch" : "transition"} ${look}${data.hasProblem ? " has-problem" : ""} nodrag nopan`}
            style={{
              transform: `translate(-50%, -50%) translate(${route.label.x}px, ${route.label.y}px)`,
              zIndex: data.isSelected || data.isUnfolded ? 90 : 70,
            }}
            aria-pressed={data.isSelected}
            aria-label={spokenTransition(transition, rateText(transition, canvas.rates))}
            onClick={(event) => {
              event.stopPropagation();
              canvas.select({ kind: "transition", id }, event.shiftKey);
            }}
          >
            <Pill transition={transition} mark={data.mark} rate={rateText(transition, canvas.rates)} />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const MARK_SIGNS: Readonly<Record<DiffMark, string>> = { added: "+", removed: "−", changed: "~" };

/** What stands on the pill: sign of a change, clock, event, diamond, key, effects. */
export function Pill({ transition, mark = null, rate = null }: { transition: ChartTransition; mark?: DiffMark | null; rate?: string | null }) {
  const effects = [...new Set(transition.effects)].filter((kind) => kind !== "set" && kind !== "note").slice(0, 3);
  return (
    <>
      {mark === null ? null : <span className="sign">{MARK_SIGNS[mark]}</span>}
      {transition.kind === "after" ? <Icon name="clock" size={12} className="waits" /> : null}
      {transition.label === "" ? null : <span className="name">{transition.label}</span>}
      {transition.guard.gates.length > 0 ? <Icon name="diamond" size={12} className="gate" /> : null}
      {rate === null ? null : <span className="rate">{rate}</span>}
      {transition.guard.isOverridable ? <Icon name="key" size={12} className="override" /> : null}
      {effects.map((kind) => (
        <Icon key={kind} name={EFFECT_ICONS[kind]} size={12} className="effect" />
      ))}
    </>
  );
}

/** The pill in words, for those who do not see it. */
export function spokenTransition(transition: ChartTransition, rate: string | null = null): string {
  const what = transition.kind === "after" ? `after ${transition.event}` : transition.event || "at once";
  const gate = transition.guard.gates.map((one) => one.asks).join(", ");
  const effects = [...new Set(transition.effects)].map((kind) => EFFECT_WORDS[kind]).join(", ");
  const to = transition.targets.length === 0 ? "stays" : `to ${transition.targets.join(" and ")}`;
  return [
    `${what}, ${to}`,
    gate === "" ? "" : `gate ${gate}${rate === null ? "" : `, open ${rate} of the time`}`,
    transition.guard.isOverridable ? "can be overridden" : "",
    effects,
  ]
    .filter(Boolean)
    .join(", ");
}

/** Arrow heads in the colours that a way can have. */
export function WayEnds() {
  return (
    <svg className="way-ends" aria-hidden="true">
      <defs>
        {["plain", "near", "selected", "added", "removed", "changed"].map((name) => (
          <marker
            key={name}
            id={`way-end-${name}`}
            className={`way-end of-${name}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto-start-reverse"
          >
            <path d="M0 0.800 8 4 0 7.200z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}

export const EDGE_TYPES = { way: Way };
