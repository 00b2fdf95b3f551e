/** A mail as it will look: subject, HTML in a frame without scripts, plain text. Rendered here, while it is edited. */
import { useMemo, useState } from "react";
import { sampleObject } from "#engine/core/sample-value.ts";
import { compileMail } from "#engine/core/templates/compile-mail.ts";
import { withOwnWords } from "#engine/core/templates/own-words.ts";
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";
import type { MailDefinition } from "#engine/schema/mail.ts";

import { Notice } from "../ui/states.tsx";
import { SAMPLE_BRANDING } from "./sample-branding.ts";

/** - `words`: an org's own, in place of the definition's templates; `branding`: the org's looks */
export function MailPreview({ content, words = null, branding = SAMPLE_BRANDING }: { content: JsonObject; words?: JsonObject | null; branding?: JsonObject }) {
  const [shape, setShape] = useState<"desktop" | "phone" | "plain">("desktop");
  const rendered = useMemo(() => render(content, words, branding), [content, words, branding]);
  return (
    <section className="mail-preview" aria-label="Preview">
      <div className="line">
        <h3>Preview</h3>
        <fieldset className="segmented push" aria-label="Shape">
          {(["desktop", "phone", "plain"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={shape === one} onClick={() => setShape(one)}>
              {one === "plain" ? "Plain text" : one.charAt(0).toUpperCase() + one.slice(1)}
            </button>
          ))}
        </fieldset>
      </div>
      {"fault" in rendered ? (
        <Notice tone="blocked">{rendered.fault}</Notice>
      ) : (
        <>
          <p className="mail-subject">
            <span className="small quiet">Subject</span> {rendered.subject}
          </p>
          {shape === "plain" ? (
            <pre className="mail-text">{rendered.text}</pre>
          ) : (
            <iframe className={`mail-frame is-${shape}`} title="Mail as HTML" sandbox="" srcDoc={rendered.html} />
          )}
        </>
      )}
    </section>
  );
}

function render(
  content: JsonObject,
  words: JsonObject | null,
  branding: JsonObject,
): { readonly subject: string; readonly html: string; readonly text: string } | { readonly fault: string } {
  try {
    const variables = isJsonObject(content["variables"]) ? sampleObject(content["variables"]) : {};
    return withOwnWords(compileMail(content as unknown as MailDefinition, "preview"), words).render(variables, branding);
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
