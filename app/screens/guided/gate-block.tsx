import { Select, Textarea } from "@mantine/core";
import { useState } from "react";
import { Button, ButtonLink } from "#studio/ui/button.tsx";
import { ConsequencePreview } from "#studio/ui/consequence-preview.tsx";
import { DecisionExplanation, type Way } from "#studio/ui/decision-explanation.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import type { ActView, GateView, GuidedView } from "../guided.ts";
import { Refusal } from "./act-form.tsx";
import { useAct, usePreview } from "./use-act.ts";

/**
 * A shut gate of an act: why, the ways through with buttons for what this person may do, and the override with its reason.
 * `onAct` opens an act of the same screen.
 */
export function GateBlock({
  view,
  act,
  gate,
  onAct,
  openOverride = false,
}: {
  view: GuidedView;
  act: ActView;
  gate: GateView;
  onAct: (type: string) => void;
  openOverride?: boolean;
}) {
  const [overriding, setOverriding] = useState(openOverride);
  const ways: Way[] = gate.ways.map((way) => ({ title: way.title, note: way.note, act: wayButtons(way, onAct) }));
  if (gate.override !== null) {
    ways.push({
      title: "Override this gate, with a reason",
      note: gate.override.may ? "You may, for this one only. It is logged." : `Needs the permission ${gate.override.permission}.`,
      act: gate.override.may ? (
        <Button small icon={overriding ? undefined : "key"} aria-expanded={overriding} onClick={() => setOverriding(!overriding)}>
          {overriding ? "Close" : "Override"}
        </Button>
      ) : undefined,
    });
  }
  return (
    <DecisionExplanation
      decision={gate.decision}
      ways={ways}
      titles={gate.titles}
      release={view.release ?? undefined}
      checked={
        <>
          checked <RelativeTime at={view.checkedAt} />
        </>
      }
      form={
        overriding && gate.override?.may ? (
          <OverrideForm instance={view.id} seq={view.seq} act={act} gate={gate} reasons={gate.override.reasons} onDone={() => setOverriding(false)} />
        ) : undefined
      }
    />
  );
}

/** A button for each act of a way, called like the act; what is done elsewhere is a link there. */
function wayButtons({ acts }: GateView["ways"][number], onAct: (type: string) => void): React.ReactNode {
  if (acts.length === 0) return undefined;
  return (
    <span className="way-acts">
      {acts.map(({ title, event, here, instance }) =>
        here ? (
          <Button key={`${instance} ${event}`} small onClick={() => onAct(event)}>
            {title}
          </Button>
        ) : (
          <ButtonLink key={`${instance} ${event}`} small href={`/work/${instance}?act=${encodeURIComponent(event)}`}>
            {acts.length === 1 ? "Go there" : title}
          </ButtonLink>
        ),
      )}
    </span>
  );
}

function OverrideForm({
  instance,
  seq,
  act,
  gate,
  reasons,
  onDone,
}: {
  instance: string;
  seq: number;
  act: ActView;
  gate: GateView;
  reasons: readonly { readonly value: string; readonly title: string }[];
  onDone: () => void;
}) {
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const sending = useAct(onDone);
  const override = { gate: gate.decision.key, reason, ...(note.trim() === "" ? {} : { note: note.trim() }) };
  const preview = usePreview(reason === "" ? null : { instance, type: act.type, payload: act.initial, override }, seq);
  return (
    <form
      className="override-form"
      aria-label="Override"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (reason !== "") sending.send({ instance, type: act.type, payload: act.initial, override, expectedSeq: seq });
      }}
    >
      <div className="fields">
        {reasons.length > 0 ? (
          <Select
            label="Reason"
            required
            placeholder="Choose"
            data={reasons.map((option) => ({ value: option.value, label: option.title }))}
            value={reason === "" ? null : reason}
            onChange={(next) => setReason(next ?? "")}
            error={tried && reason === "" ? "A reason is needed" : undefined}
          />
        ) : (
          <Textarea
            label="Reason"
            required
            rows={1}
            autosize
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && reason === "" ? "A reason is needed" : undefined}
          />
        )}
        <Textarea label="Note" rows={1} autosize maxLength={2000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      </div>
      {reason === "" ? null : <ConsequencePreview title="When you override" lines={preview?.lines ?? null} />}
      <Refusal refusal={sending.refusal} />
      <div className="acts">
        <Button tone="override" icon="key" type="submit" busy={sending.busy}>
          Override and {act.title.charAt(0).toLowerCase() + act.title.slice(1)}
        </Button>
      </div>
    </form>
  );
}
