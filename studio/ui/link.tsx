import { createContext, useContext } from "react";

export type AnchorProps = Omit<React.ComponentPropsWithRef<"a">, "href"> & { href: string };
type AnchorComponent = React.ComponentType<AnchorProps>;

const AnchorContext = createContext<AnchorComponent | null>(null);

/** Lets the app give its own link component, so that a click inside the design system does not reload the page. */
export const AnchorProvider = AnchorContext.Provider;

export function Anchor(props: AnchorProps) {
  const Given = useContext(AnchorContext);
  return Given === null ? <a {...props} /> : <Given {...props} />;
}
