import { useEffect, useRef, useState } from "react";
import { useFetcher, useNavigate } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";
import { Button } from "#studio/ui/button.tsx";
import { checkValue, type FieldError } from "#studio/ui/form/check-value.ts";
import { SchemaForm } from "#studio/ui/form/schema-form.tsx";
import { blankOf } from "#studio/ui/form/schema-kind.ts";
import { freshKey } from "#studio/ui/fresh-key.ts";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { useAlive } from "#studio/ui/use-alive.ts";
import { announce } from "../announce.tsx";
import { Refusal } from "../guided/act-form.tsx";
import { formPorts } from "../guided/form-ports.ts";
import type { ActResult } from "../guided.ts";
import type { BeginView } from "../lists.ts";

/** The form that begins something new, beside the list that it will join. */
export function BeginPanel({ begin, closeHref, several }: { begin: BeginView; closeHref: string; several: boolean }) {
  const alive = useAlive();
  const [value, setValue] = useState<JsonObject>(() => blankOf(begin.schema));
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const fetcher = useFetcher<ActResult>();
  const navigate = useNavigate();
  const once = useRef<string | null>(null);
  const { data, state } = fetcher;
  useEffect(() => {
    if (data === undefined || state !== "idle" || once.current === null) return;
    once.current = null;
    if (!data.ok) return;
    announce(data);
    void navigate(data.href ?? closeHref);
  }, [data, state, navigate, closeHref]);
  const refusal = state === "idle" && data?.ok === false ? data : null;
  return (
    <aside className="inspector" aria-label={begin.title}>
      <div className="panel-title">
        <div className="line">
          <h2>{begin.title}</h2>
          <span className="push" />
          <Anchor className="button plain small square" href={closeHref} aria-label="Close the panel">
            <Icon name="x" />
          </Anchor>
        </div>
      </div>
      <form
        inert={!alive}
        aria-label={begin.title}
        style={{ display: "contents" }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const found = checkValue(begin.schema, value);
          setErrors(found);
          if (found.length > 0) return;
          once.current ??= freshKey();
          void fetcher.submit({ begin: begin.id, payload: value, once: once.current } as never, { method: "post", encType: "application/json" });
        }}
      >
        <div className="panel-scroll">
          <section className="stack">
            {several ? <Notice icon="building">Choose one org at the top left first: this belongs to one.</Notice> : null}
            <SchemaForm
              schema={begin.schema}
              value={value}
              onChange={setValue}
              errors={errors.length > 0 ? errors : (refusal?.errors ?? [])}
              ports={formPorts}
              disabled={state !== "idle"}
            />
            <Refusal refusal={refusal} />
          </section>
        </div>
        <div className="panel-foot">
          <div className="acts">
            <Button tone="primary" type="submit" busy={state !== "idle"} disabled={several}>
              {begin.title}
            </Button>
          </div>
        </div>
      </form>
    </aside>
  );
}
