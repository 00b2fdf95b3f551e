/** Documents: papers about a record. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap, JsonSchema } from "./json.ts";
import type { GateParams } from "./statechart.ts";

/** A paper about a record: rendered when a machine's action says so, kept as HTML and PDF with its hash and number, never changed. */
export interface DocumentDefinition extends DefinitionBase {
  readonly kind: "document";
  /** Record type that it is about. */
  readonly record: string;
  /** FEEL: name of the file, without its ending. */
  readonly name: Feel;
  /** View model: variable -> FEEL. The template sees nothing else but `branding` and `number`. */
  readonly vars: FeelMap;
  readonly variables: JsonSchema;
  /** FEEL -> {name, logo, color}. */
  readonly branding?: Feel;
  /** Handlebars; loaded from `<name>.document.hbs` beside the file. */
  readonly templates: { readonly html: string };
  readonly page?: { readonly size?: "A4" | "LETTER"; readonly orientation?: "portrait" | "landscape" };
  /** Asked before the paper is handed out, where `when` (FEEL over the record) is true; `event`: the act that counts a hand-out on screens. */
  readonly download?: { readonly when?: Feel; readonly gate: GateParams; readonly event?: string };
}
