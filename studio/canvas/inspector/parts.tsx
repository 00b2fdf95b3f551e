/** Pieces of the inspector that states and transitions share. */
import type { Kind } from "#engine/schema/definition-base.ts";
import { isJsonObject, type Json, type JsonObject } from "#engine/schema/json.ts";

import { DefinitionLink } from "../../kinds/definition-link.tsx";
import { Icon } from "../../ui/icon.tsx";
import { describeAction, type EffectKind, type GateReading } from "../chart-parts.ts";
import { EFFECT_ICONS } from "../effect-icons.ts";
import type { PlacedActions } from "../named-actions.ts";

export function Section({ title, aside, children }: { title: React.ReactNode; aside?: React.ReactNode; children: React.ReactNode }) {
  return (
    <section>
      <h3>
        {title}
        {aside === undefined ? null : <span className="push small quiet">{aside}</span>}
      </h3>
      {children}
    </section>
  );
}

/** Names and values, label left. A value of null is left out. */
export function Pairs({ items }: { items: readonly (readonly [string, React.ReactNode])[] }) {
  const shown = items.filter(([, value]) => value !== null && value !== "");
  if (shown.length === 0) return null;
  return (
    <dl className="pairs">
      {shown.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const Expression = ({ text }: { text: string }) => <code className="expression">{text}</code>;

const DEFINITION_OF: Partial<Readonly<Record<EffectKind, { readonly kind: Kind; readonly param: string }>>> = {
  mail: { kind: "mail", param: "mail" },
  document: { kind: "document", param: "document" },
  start: { kind: "machine", param: "machine" },
  record: { kind: "type", param: "record" },
  emit: { kind: "contract", param: "contract" },
};

/** What happens, in order. */
export function Effects({ placed }: { placed: readonly PlacedActions[] }) {
  if (placed.length === 0) return <p className="quiet small">Nothing happens besides the move.</p>;
  return (
    <ol className="effects">
      {placed.map(({ name, actions }, index) =>
        name === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: an action has no name but its place
          <Effect key={index} action={actions[0] ?? null} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: one name may stand twice
          <li key={index} className="effect-group">
            <code>{name}</code>
            <EffectList actions={actions} />
          </li>
        ),
      )}
    </ol>
  );
}

export const EffectList = ({ actions }: { actions: readonly Json[] }) => (
  <ol className="effects">
    {actions.map((action, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: an action has no name but its place
      <Effect key={index} action={action} />
    ))}
  </ol>
);

function Effect({ action }: { action: Json }) {
  const line = describeAction(action);
  if (line === null) return null;
  const target = DEFINITION_OF[line.kind];
  const params = isJsonObject(action) && isJsonObject(action["params"]) ? action["params"] : {};
  const ref = target === undefined ? undefined : params[target.param];
  return (
    <li className="effect">
      <Icon name={EFFECT_ICONS[line.kind]} />
      <span>{line.title}</span>
      <span className="effect-of clip">
        {target !== undefined && typeof ref === "string" && line.kind !== "emit" ? (
          <DefinitionLink kind={target.kind} to={ref} />
        ) : (
          <code title={line.detail}>{line.detail}</code>
        )}
      </span>
      {line.when === null && line.each === null ? null : (
        <small className="effect-note">
          {line.each === null ? null : <>for each of {line.each} </>}
          {line.when === null ? null : <>if {line.when}</>}
        </small>
      )}
    </li>
  );
}

/** A gate: whom it asks, what has to come out, what is bound. */
export function Gate({
  gate,
  stats,
}: {
  gate: GateReading;
  stats?: { readonly open: number; readonly blocked: number; readonly overridden: number } | undefined;
}) {
  return (
    <div className="gate-panel">
      <div className="line">
        <Icon name="diamond" />
        <DefinitionLink kind={gate.kind} to={gate.asks} />
        <span className="push tag">{gate.binding === "late" ? "late bound" : "pinned"}</span>
      </div>
      <p className="small quiet">
        {gate.expect === null
          ? "Opens when the outcome is pass."
          : `Opens when ${Object.entries(gate.expect)
              .map(([name, value]) => `${name} is ${JSON.stringify(value)}`)
              .join(" and ")}.`}
      </p>
      {Object.keys(gate.bind).length === 0 ? null : (
        <Pairs items={Object.entries(gate.bind).map(([name, value]) => [name, <Expression key={name} text={String(value)} />])} />
      )}
      {stats === undefined ? null : <GateMeter {...stats} />}
    </div>
  );
}

/** How often a gate was open, blocked, overridden. */
export function GateMeter({ open, blocked, overridden }: { open: number; blocked: number; overridden: number }) {
  const total = open + blocked + overridden;
  if (total === 0) return <p className="small quiet">Not tried yet.</p>;
  const part = (count: number, tone: string) => (count === 0 ? null : <span className={`m-${tone}`} style={{ flexGrow: count }} />);
  return (
    <>
      <div className="meter" role="img" aria-label={`${open} open, ${blocked} blocked, ${overridden} overridden`}>
        {part(open, "open")}
        {part(blocked, "blocked")}
        {part(overridden, "overridden")}
      </div>
      <div className="legend">
        <span className="m-open">
          <Icon name="check" size={12} /> Open {open} ({Math.round((100 * open) / total)} %)
        </span>
        <span className="m-blocked">
          <Icon name="bar" size={12} /> Blocked {blocked}
        </span>
        <span className="m-overridden">
          <Icon name="key" size={12} /> Overridden {overridden}
        </span>
      </div>
    </>
  );
}

/** `{note?: string, amount: decimal}` from a payload schema. */
export function payloadText(schema: Json | undefined): string {
  if (!isJsonObject(schema) || !isJsonObject(schema["properties"])) return "none";
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const parts = Object.entries(schema["properties"]).map(([name, value]) => `${name}${required.has(name) ? "" : "?"}: ${typeText(value)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function typeText(schema: Json): string {
  if (!isJsonObject(schema)) return "any";
  if (typeof schema["x-decimal"] === "number") return "decimal";
  if (typeof schema["x-ref"] === "string") return schema["x-ref"];
  if (Array.isArray(schema["enum"])) return schema["enum"].length > 3 ? "enum" : schema["enum"].map(String).join(" | ");
  if (schema["type"] === "array") return `list of ${typeText((schema["items"] ?? {}) as Json)}`;
  return Array.isArray(schema["type"]) ? schema["type"].join(" or ") : String(schema["type"] ?? "any");
}

/** Who may send an event, in words. */
export function whoMay(spec: JsonObject): React.ReactNode {
  const by = spec["by"];
  const senders = (by === undefined ? ["person"] : Array.isArray(by) ? by : [by]).map(String);
  const permission = spec["permission"];
  const needed =
    typeof permission === "string" ? <code>{permission}</code> : isJsonObject(permission) ? <Expression text={String(permission["expr"] ?? "")} /> : null;
  return (
    <span className="wrap">
      {senders.includes("person") ? (needed ?? <span>everyone with the org</span>) : null}
      {senders
        .filter((sender) => sender !== "person")
        .map((sender) => (
          <span key={sender} className="tag">
            {sender === "system" ? "the engine" : sender === "contract" ? "an integration" : "a public form"}
          </span>
        ))}
      {typeof spec["requester"] === "string" ? <span className="quiet small">not who asked</span> : null}
      {typeof spec["minRank"] === "string" ? <span className="quiet small">rank {spec["minRank"]}</span> : null}
    </span>
  );
}
