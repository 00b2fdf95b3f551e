import { Modal } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { type Location, useBlocker } from "react-router";
import type { SaveState } from "#studio/document/save-machine.ts";
import { UnsavedProvider } from "#studio/document/unsaved.ts";
import { Button } from "#studio/ui/button.tsx";

/** Before an editor is left: what is on its way is waited for; what cannot be stored is asked about. */
export function LeaveGuard({ save, children }: { save: SaveState; children: React.ReactNode }) {
  const [parts, setParts] = useState<ReadonlySet<string>>(new Set());
  const tell = useCallback((part: string, isUnsaved: boolean) => {
    setParts((now) => {
      if (now.has(part) === isUnsaved) return now;
      const next = new Set(now);
      if (isUnsaved) next.add(part);
      else next.delete(part);
      return next;
    });
  }, []);
  const isBroken = parts.size > 0;
  const isOnItsWay = save.kind === "unsaved" || save.kind === "saving";
  const blocker = useBlocker(({ currentLocation, nextLocation }) => (save.kind !== "saved" || isBroken) && leaves(currentLocation, nextLocation));
  const { state } = blocker;
  useEffect(() => {
    if (state === "blocked" && save.kind === "saved" && !isBroken) blocker.proceed();
  }, [state, save.kind, isBroken, blocker]);
  useEffect(() => {
    if (!isBroken) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isBroken]);
  const stay = (): void => blocker.reset?.();
  return (
    <UnsavedProvider value={tell}>
      {children}
      <Modal
        opened={state === "blocked" && (isBroken || !isOnItsWay)}
        onClose={stay}
        title="Leave without the last change?"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <div className="stack">
          <p>{isBroken ? "The JSON cannot be read as it stands, so the last of it is not saved." : whyNot(save)}</p>
          <span className="line" style={{ justifyContent: "flex-end" }}>
            <Button tone="danger" onClick={() => blocker.proceed?.()}>
              Leave without it
            </Button>
            <Button tone="primary" onClick={stay} data-autofocus>
              Stay
            </Button>
          </span>
        </div>
      </Modal>
    </UnsavedProvider>
  );
}

/** Another page, or another editor in this one. */
function leaves(from: Location, to: Location): boolean {
  if (from.pathname !== to.pathname) return true;
  const [before, after] = [new URLSearchParams(from.search), new URLSearchParams(to.search)];
  return ["draft", "view"].some((name) => before.get(name) !== after.get(name));
}

function whyNot(save: SaveState): string {
  if (save.kind === "refused") return save.why;
  if (save.kind === "conflict" && save.theirs.content === null)
    return "Somebody took this out of the draft while you changed it, so the last change is not saved.";
  if (save.kind === "conflict") return `${save.theirs.by} saved this while you changed it too, so the last change is not saved.`;
  return save.kind === "signedOut"
    ? "You are signed out, so the last change is not saved. Sign in in another window; it is sent then."
    : "There is no connection, so the last change is not saved. It is sent as soon as there is one.";
}
