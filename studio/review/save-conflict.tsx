/** Two people changed the same definition: what differs, and which of both is to stand. Nothing is lost either way. */
import "./review.css";
import { useMemo, useState } from "react";
import { diffJson } from "#engine/core/diff/json-diff.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { Theirs } from "../document/save-machine.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { JsonChanges } from "./json-changes.tsx";

export function SaveConflict({ theirs, mine, onTake, onKeep }: { theirs: Theirs; mine: JsonObject; onTake: () => void; onKeep: () => void }) {
  const [isOpen, setIsOpen] = useState(false);
  const changes = useMemo(() => (theirs.content === null ? [] : diffJson(theirs.content, mine)), [theirs, mine]);
  if (theirs.content === null) return <TakenOut onTake={onTake} onKeep={onKeep} />;
  const places = `${changes.length} ${changes.length === 1 ? "place" : "places"}`;
  return (
    <section className="save-conflict" aria-label="Changed by two people">
      <div className="line" role="alert">
        <Icon name="person" />
        <p>
          <b>{theirs.by} saved this</b>
          {theirs.at === null ? null : (
            <>
              {" "}
              <RelativeTime at={theirs.at} />
            </>
          )}
          , while you changed it too. Yours is kept here and not saved; it differs in {places}.
        </p>
      </div>
      <div className="acts">
        <Button small aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          What differs
        </Button>
        <Button small title="Undo brings yours back" onClick={onTake}>
          Take theirs
        </Button>
        <Button small onClick={onKeep}>
          Save mine over theirs
        </Button>
      </div>
      {isOpen ? (
        <div className="places">
          <JsonChanges title="What differs" changes={changes} sides={["Theirs", "Yours"]} />
        </div>
      ) : null}
    </section>
  );
}

/** There is nothing to compare with: it goes back into the draft, or stays out of it. */
function TakenOut({ onTake, onKeep }: { onTake: () => void; onKeep: () => void }) {
  return (
    <section className="save-conflict" aria-label="Taken out of the draft">
      <div className="line" role="alert">
        <Icon name="person" />
        <p>
          <b>Somebody took this out of the draft</b>, while you changed it. Yours is kept here and not saved.
        </p>
      </div>
      <div className="acts">
        <Button small title="What you wrote here is gone with it" onClick={onTake}>
          Leave it out
        </Button>
        <Button small onClick={onKeep}>
          Put mine back
        </Button>
      </div>
    </section>
  );
}
