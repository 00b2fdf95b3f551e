import { useEffect, useRef, useState } from "react";
import { Outlet, useFetcher, useLocation, useNavigation } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { ClockProvider } from "#studio/ui/clock.tsx";
import { openDoor } from "../engine.server.ts";
import { FaultBlock } from "../shell/fault.tsx";
import { LiveProvider, useLiveRefresh } from "../shell/live.tsx";
import { readAhead } from "../shell/pages-ahead.ts";
import { Palette, PaletteProvider } from "../shell/palette.tsx";
import { PhoneNav } from "../shell/phone-nav.tsx";
import { Rail, type Waiting } from "../shell/rail.tsx";
import { TopBar } from "../shell/top-bar.tsx";
import type { Route } from "./+types/shell.ts";

export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return await door.shell();
}

export default function Shell({ loaderData: view }: Route.ComponentProps) {
  return (
    <Frame view={view}>
      <Outlet context={view} />
    </Frame>
  );
}

function Frame({ view, children }: { view: Route.ComponentProps["loaderData"]; children: React.ReactNode }) {
  const [narrow, setNarrow] = useState(false);
  const navigation = useNavigation();
  const { pathname } = useLocation();
  const waiting = useWaiting(pathname, view.scope);
  const slow = useSlow(navigation.state === "loading" && navigation.location.pathname !== pathname);
  useEffect(() => setNarrow(localStorage.getItem("rail") === "narrow"), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a person may open changes with the scope, not with each reading
  useEffect(() => readAhead({ ...view.may }), [view.scope]);
  const toggle = (): void => {
    localStorage.setItem("rail", narrow ? "open" : "narrow");
    setNarrow(!narrow);
  };
  return (
    <ClockProvider now={view.now} zone={view.zone}>
      <LiveProvider scope={view.scope}>
        <PaletteProvider>
          <a className="skip" href="#content">
            Skip to the content
          </a>
          {slow ? <div className="progress" role="progressbar" aria-label="Loading the page" /> : null}
          <div className={narrow ? "shell is-narrow" : "shell"}>
            <div style={{ position: "relative", display: "grid", minHeight: 0 }}>
              <Rail view={view} narrow={narrow} waiting={waiting} />
              <span className="rail-toggle off-phone">
                <Button tone="plain" small icon="panel" aria-label={narrow ? "Widen the rail" : "Narrow the rail"} aria-pressed={narrow} onClick={toggle} />
              </span>
            </div>
            <div className="page">{children}</div>
          </div>
          <PhoneNav view={view} />
          <Palette view={view} />
          <CountsRefresh />
          <FocusOnNavigation />
        </PaletteProvider>
      </LiveProvider>
    </ClockProvider>
  );
}

/** What waits in the views: read when the page stands, and again whenever the pages' data is. */
function useWaiting(pathname: string, scope: string): Waiting {
  const { load, data } = useFetcher<{ readonly waiting: Waiting }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: path and scope are the occasions, not inputs
  useEffect(() => void load("/ui/waiting"), [load, pathname, scope]);
  return data?.waiting ?? {};
}

/** The counts in the rail follow tasks as they come and go. */
function CountsRefresh() {
  useLiveRefresh((notice) => notice.kind === "task");
  return null;
}

/** After a move to another page, focus goes to its content, so that readers start there; on the same page only where what had it is gone. */
function FocusOnNavigation() {
  const { pathname, search } = useLocation();
  const stood = useRef(pathname);
  useEffect(() => {
    const isMoved = stood.current !== pathname;
    stood.current = pathname;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isMoved || (search !== "" && isLost)) document.getElementById("content")?.focus({ preventScroll: true });
  }, [pathname, search]);
  return null;
}

/** True once something has lasted long enough to be worth a sign. */
function useSlow(active: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!active) {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), 200);
    return () => clearTimeout(timer);
  }, [active]);
  return slow;
}

export function ErrorBoundary({ error, loaderData }: Route.ErrorBoundaryProps) {
  if (!loaderData) {
    return (
      <main className="plain-page">
        <FaultBlock error={error} />
      </main>
    );
  }
  return (
    <Frame view={loaderData}>
      <TopBar title="Not available" />
      <main id="content" className="content" tabIndex={-1}>
        <FaultBlock error={error} />
      </main>
    </Frame>
  );
}
