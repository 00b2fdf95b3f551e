import { createContext, useContext, useEffect, useRef, useState } from "react";
import { useRevalidator } from "react-router";
import { useClock } from "#studio/ui/clock.tsx";
import { clockText } from "#studio/ui/time.ts";
import { noteStream } from "./connection.ts";

/** A change that the engine committed; it names what changed, never its content. */
export interface Notice {
  readonly kind: string;
  readonly id: string;
  readonly of: string;
  readonly seq?: number;
}
/** Names of the stream's events; after `reset` some were missed and everything is read again. */
const KINDS = ["instance", "record", "task", "settings", "release"] as const;
type Listener = (notice: Notice) => void;

interface Live {
  readonly state: "connecting" | "on" | "off";
  readonly subscribe: (listener: Listener) => () => void;
}
const LiveContext = createContext<Live>({ state: "connecting", subscribe: () => () => undefined });

/** Holds one stream of changes for the whole app. The browser reconnects by itself; while it is off the pages still work. */
export function LiveProvider({ scope, children }: { scope: string; children: React.ReactNode }) {
  const listeners = useRef(new Set<Listener>());
  const [state, setState] = useState<Live["state"]>("connecting");
  useEffect(() => {
    const source = new EventSource(`/api/v1/stream?org=${encodeURIComponent(scope)}`);
    const note = (is: "on" | "off"): void => {
      setState(is);
      noteStream(is === "off");
    };
    source.onopen = () => note("on");
    source.onerror = () => note("off");
    const onMessage = (event: MessageEvent<string>): void => {
      const notice = parseNotice(event.data);
      if (notice !== null) for (const listener of listeners.current) listener(notice);
    };
    const onReset = (): void => {
      for (const listener of listeners.current) listener({ kind: "reset", id: "", of: "" });
    };
    for (const kind of KINDS) source.addEventListener(kind, onMessage);
    source.addEventListener("reset", onReset);
    return () => {
      source.close();
      noteStream(false);
    };
  }, [scope]);
  const [subscribe] = useState<Live["subscribe"]>(() => (listener: Listener) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  });
  return <LiveContext value={{ state, subscribe }}>{children}</LiveContext>;
}

function parseNotice(text: string): Notice | null {
  try {
    const value = JSON.parse(text) as Partial<Notice>;
    return typeof value.id === "string" && typeof value.kind === "string"
      ? { kind: value.kind, id: value.id, of: value.of ?? "", ...(value.seq === undefined ? {} : { seq: value.seq }) }
      : null;
  } catch {
    return null;
  }
}

/**
 * Reads the page's data again when something it shows has changed elsewhere. Several changes within a moment are one read, and a
 * hidden tab waits until it is looked at.
 */
export function useLiveRefresh(concerns: (notice: Notice) => boolean): void {
  const { subscribe } = useContext(LiveContext);
  const { revalidate } = useRevalidator();
  const check = useRef(concerns);
  check.current = concerns;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let missed = false;
    const refresh = (): void => {
      if (document.visibilityState === "hidden") {
        missed = true;
        return;
      }
      missed = false;
      void revalidate();
    };
    const end = subscribe((notice) => {
      if (notice.kind !== "reset" && !check.current(notice)) return;
      clearTimeout(timer);
      timer = setTimeout(refresh, 250);
    });
    const onVisible = (): void => {
      if (missed) refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearTimeout(timer);
      end();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [subscribe, revalidate]);
}

/** The dot: whether changes arrive by themselves, and what time the engine has. */
export function LiveDot() {
  const { state } = useContext(LiveContext);
  const { now, zone } = useClock();
  const word = state === "off" ? "Reconnecting" : "Live";
  return (
    <span
      className={`live off-phone-word ${state === "on" ? "is-on" : state === "off" ? "is-off" : ""}`}
      title={state === "on" ? "Changes appear by themselves" : state === "off" ? "Changes do not arrive at the moment; the page still works" : "Connecting"}
    >
      <i aria-hidden="true" />
      {word}, {clockText(now, zone)}
    </span>
  );
}
