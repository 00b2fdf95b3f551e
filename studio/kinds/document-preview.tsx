/** A paper as its template makes it: the page in a frame without scripts. Rendered here, while it is edited, with plausible values. */
import { useMemo } from "react";
import { sampleObject } from "#engine/core/sample-value.ts";
import { compileTemplate } from "#engine/core/templates/compile-mail.ts";
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";

import { Notice } from "../ui/states.tsx";
import { SAMPLE_BRANDING } from "./sample-branding.ts";

export function DocumentPreview({ content }: { content: JsonObject }) {
  const rendered = useMemo(() => render(content), [content]);
  return (
    <section className="mail-preview" aria-label="Preview">
      <div className="line">
        <h3>Preview</h3>
        <span className="push small quiet">{pageOf(content)}</span>
      </div>
      {"fault" in rendered ? (
        <Notice tone="blocked">{rendered.fault}</Notice>
      ) : (
        <iframe className="mail-frame is-page" title="The paper as HTML" sandbox="" srcDoc={rendered.html} />
      )}
    </section>
  );
}

function render(content: JsonObject): { readonly html: string } | { readonly fault: string } {
  const templates = isJsonObject(content["templates"]) ? content["templates"] : {};
  if (typeof templates["html"] !== "string") return { fault: "The template has no HTML yet." };
  try {
    const variables = isJsonObject(content["variables"]) ? sampleObject(content["variables"]) : {};
    return { html: compileTemplate(templates["html"], "html").render({ ...variables, branding: SAMPLE_BRANDING, number: 1 }) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

function pageOf(content: JsonObject): string {
  const page = isJsonObject(content["page"]) ? content["page"] : {};
  return `${String(page["size"] ?? "A4")}, ${String(page["orientation"] ?? "portrait")}`;
}
