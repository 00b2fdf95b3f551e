import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * Whether the page's scripts run yet. A form that needs them is `inert` until then: over a slow line the browser would
 * send it by itself, load the page again, and what was typed or pressed would be gone without a word.
 */
export const useAlive = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
