/** Where a definition is edited. The app gives the addresses; the studio only knows kind and name. */
import { createContext, useContext } from "react";
import type { Kind } from "#engine/schema/definition-base.ts";

export interface StudioLinks {
  /** Address of a definition's page by key or id; null where there is none of that name. */
  definition(kind: Kind, ref: string): string | null;
  /** Its title, else null. */
  title(kind: Kind, ref: string): string | null;
}

const LinksContext = createContext<StudioLinks>({ definition: () => null, title: () => null });
export const StudioLinksProvider = LinksContext.Provider;
export const useStudioLinks = (): StudioLinks => useContext(LinksContext);
