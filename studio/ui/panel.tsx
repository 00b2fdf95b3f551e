import "./panel.css";
import { useId } from "react";

/** A bordered surface with a heading; `aside` stands at the right of the heading. `flush` lets lists run to the edges. */
export function Panel({
  title,
  note,
  aside,
  level = 2,
  flush = false,
  className,
  children,
}: {
  title: React.ReactNode;
  note?: React.ReactNode;
  aside?: React.ReactNode;
  level?: 2 | 3;
  flush?: boolean;
  className?: string;
  children: React.ReactNode;
}) {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={`panel${flush ? " flush" : ""}${className === undefined ? "" : ` ${className}`}`} aria-labelledby={id}>
      <header>
        <Heading id={id}>{title}</Heading>
        {note === undefined ? null : <span className="quiet clip">{note}</span>}
        {aside === undefined ? null : <span className="push small quiet nowrap">{aside}</span>}
      </header>
      <div className="body">{children}</div>
    </section>
  );
}

/** Names and values, one a row. */
export function Facts({ items }: { items: readonly { readonly title: string; readonly value: React.ReactNode }[] }) {
  return (
    <dl className="facts">
      {items.map((item) => (
        <div key={item.title} style={{ display: "contents" }}>
          <dt>{item.title}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Figures that matter for the act below, in one row. */
export function Figures({ label, items }: { label: string; items: readonly { readonly title: string; readonly value: React.ReactNode }[] }) {
  return (
    <dl className="figures" aria-label={label}>
      {items.map((item) => (
        <div key={item.title}>
          <dt className="label">{item.title}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The part of a side panel that scrolls between its title and its foot. */
export function PanelScroll({ children }: { children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="panel-scroll" tabIndex={0} aria-label="Details">
      {children}
    </section>
  );
}
