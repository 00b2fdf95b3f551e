import { Link } from "react-router";
import type { AnchorProps } from "#studio/ui/link.tsx";

const isOwnPage = (href: string): boolean => href.startsWith("/") && !href.startsWith("//") && !href.startsWith("/api/");

/** Links of the design system as client-side navigation; API addresses and other sites stay plain. */
export function RouterAnchor({ href, ...rest }: AnchorProps) {
  if (href.startsWith("?") || (isOwnPage(href) && rest.download === undefined && rest.target === undefined))
    return <Link {...rest} to={href} preventScrollReset={href.startsWith("?")} />;
  return <a {...rest} href={href} />;
}
