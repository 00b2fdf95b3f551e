import "./button.css";
import { Icon, type IconName } from "./icon.tsx";
import { Anchor } from "./link.tsx";

export type ButtonTone = "default" | "primary" | "plain" | "override" | "danger";

interface Look {
  tone?: ButtonTone | undefined;
  icon?: IconName | undefined;
  small?: boolean | undefined;
  /** Work goes on: keeps its width, shows a ring, takes no second click. */
  busy?: boolean | undefined;
  children?: React.ReactNode;
}

export type ButtonProps = Look & Omit<React.ComponentPropsWithRef<"button">, "children">;

const classes = ({ tone = "default", small = false, busy = false, children }: Look, extra?: string): string =>
  ["button", tone === "default" ? "" : tone, small ? "small" : "", busy ? "is-busy" : "", children === undefined ? "square" : "", extra ?? ""]
    .filter(Boolean)
    .join(" ");

/** The style keeps the mouse away; Enter in a field of its form clicks it too. It stays focusable, so that nobody loses the place. */
const takeNone = (event: React.MouseEvent): void => event.preventDefault();

/** A button that says its verb. Without children it is square and needs an `aria-label`. */
export function Button({ tone, icon, small, busy, children, className, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      {...(busy ? { onClick: takeNone } : {})}
      type={type}
      className={classes({ tone, small, busy, children }, className)}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="spin" aria-hidden="true" /> : icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** The same look for a link. */
export function ButtonLink({
  tone,
  icon,
  small,
  children,
  href,
  ...rest
}: Look & { href: string; "aria-label"?: string; download?: boolean; target?: string }) {
  return (
    <Anchor {...rest} href={href} className={classes({ tone, small, children })}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </Anchor>
  );
}
