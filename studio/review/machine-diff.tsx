/** Added, removed and changed states and transitions on one canvas. */
import { useMemo, useState } from "react";
import type { DefinitionDiff } from "#engine/core/diff/definition-diff.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { MachineCanvas } from "../canvas/machine-canvas.tsx";
import { createDocument } from "../document/document.ts";
import { NOTHING, type Picked, pick, type Selection } from "../document/selection.ts";
import { Button } from "../ui/button.tsx";
import { JsonChanges } from "./json-changes.tsx";
import { focusOnChanges, mergeMachines } from "./merge-machines.ts";

export function MachineDiff({ diff, was, now }: { diff: DefinitionDiff; was: JsonObject | null; now: JsonObject | null }) {
  const [isWhole, setWhole] = useState(false);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const merged = useMemo(() => mergeMachines(was ?? {}, now ?? was ?? {}, diff.parts), [was, now, diff]);
  const focused = useMemo(() => focusOnChanges(merged), [merged]);
  const content = isWhole ? merged.content : focused.content;
  const document = useMemo(() => createDocument("machine", diff.key, content), [diff.key, content]);
  const [chosen] = selection;
  const part = chosen === undefined ? undefined : diff.parts.find((one) => one.part === chosen.kind && one.id === chosen.id);
  const drawn = diff.parts.some((one) => one.part !== "other");
  const others = diff.parts.filter((one) => one.part === "other");
  return (
    <>
      {drawn ? (
        <div className="diff-canvas">
          <MachineCanvas
            document={document}
            mode="diff"
            selection={selection}
            onSelect={(picked: Picked | null) => setSelection(picked === null ? NOTHING : pick(picked))}
            marks={merged.marks}
            showMinimap={false}
          />
        </div>
      ) : null}
      {drawn ? (
        <p className="line small quiet">
          {isWhole || focused.folded === 0 ? null : `${focused.folded} unchanged ${focused.folded === 1 ? "state" : "states"} folded`}
          {focused.folded === 0 ? null : (
            <Button tone="plain" small onClick={() => setWhole(!isWhole)}>
              {isWhole ? "Only what changed" : "Whole machine"}
            </Button>
          )}
        </p>
      ) : null}
      {part?.changes === undefined ? null : <JsonChanges title={part.id} changes={part.changes} />}
      {others.length === 0 ? null : (
        <JsonChanges
          title="Besides the statechart"
          changes={others.map((one) => ({
            path: one.id,
            change: one.change,
            ...(one.was === undefined ? {} : { was: one.was }),
            ...(one.now === undefined ? {} : { now: one.now }),
          }))}
        />
      )}
    </>
  );
}
