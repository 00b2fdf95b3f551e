/**
 * Reads the modules of acts and of pages that a person may open before they are used. The router reads them on first use, and where that finds
 * no server it reloads the page: the act is lost with the page.
 */
interface BuiltRoute {
  readonly module: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}
export type BuiltRoutes = Readonly<Record<string, BuiltRoute>>;

export interface Ahead {
  readonly rel: "modulepreload" | "prefetch";
  readonly href: string;
}

/** Folders of routes that nobody comes to from inside. */
const OUTSIDE: readonly string[] = ["public-form"];
const SIGN_IN = "routes/session/login";

/** Each file once. `may` names folders of routes; those that are closed to the person are not read. */
export function filesAhead(routes: BuiltRoutes, may: Readonly<Record<string, boolean>>): readonly Ahead[] {
  const open = Object.entries(routes).filter(([id]) => {
    const [, folder = ""] = id.split("/");
    return id !== SIGN_IN && !OUTSIDE.includes(folder) && may[folder] !== false;
  });
  const modules = new Set(open.flatMap(([, { module, imports = [] }]) => [module, ...imports]));
  const styles = new Set(open.flatMap(([, { css = [] }]) => css));
  return [...[...modules].map((href) => ({ rel: "modulepreload", href }) as const), ...[...styles].map((href) => ({ rel: "prefetch", href }) as const)];
}

/** Once the page has nothing else to do. Gives the function that calls it off. */
export function readAhead(may: Readonly<Record<string, boolean>>): () => void {
  const { __reactRouterManifest: built } = window as { readonly __reactRouterManifest?: { readonly routes: BuiltRoutes } };
  const read = (): void => {
    for (const { rel, href } of filesAhead(built?.routes ?? {}, may)) {
      if (document.head.querySelector(`link[href="${href}"]`) !== null) continue;
      const link = Object.assign(document.createElement("link"), { rel, href });
      if (rel === "prefetch") link.as = "style";
      document.head.append(link);
    }
  };
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(read, 1_000);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(read, { timeout: 5_000 });
  return () => cancelIdleCallback(idle);
}
