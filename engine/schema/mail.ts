/** E-mails: when, to whom, with which words. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap, JsonObject, JsonSchema } from "./json.ts";

export interface MailDefinition extends DefinitionBase {
  readonly kind: "mail";
  /** Free word that the policy table reads, e.g. "internal". */
  readonly audience: string;
  readonly policy: "mandatory" | "on" | "off" | "locked_off" | "never";
  /** Opt-out class, e.g. "status". */
  readonly optOut?: string;
  /** Free values that the policy and recipients tables may read as `mail.<name>`. */
  readonly traits?: JsonObject;
  /** FEEL in the asking instance's scope: default recipients (list of addresses or people). */
  readonly recipients: Feel;
  /** Machine that carries a message's life; its record gets type, key, recipients, subject, html, text, verdict. */
  readonly machine: string;
  /** Tables: who gets it, and whether it is sent. */
  readonly recipientsTable?: string;
  readonly policyTable: string;
  /** FEEL: part of the exactly-once key. */
  readonly ref: Feel;
  /** View model: variable -> FEEL. The template sees nothing else. */
  readonly vars: FeelMap;
  readonly variables: JsonSchema;
  /** FEEL list of {document: id} or {file: id}, with `name` for a file: what goes with the mail, up to 10 MB; what is larger is linked. */
  readonly attachments?: Feel;
  /** Class A: at most once, `possibly_sent` when unclear; class B: at least once. */
  readonly delivery: "A" | "B";
  /** FEEL -> {name, logo, color, from}; the branding of mails that leave the house. */
  readonly branding?: Feel;
  /** FEEL -> {subject, html, text}, each null or absent where the definition's own template holds: the org's words. */
  readonly words?: Feel;
  /** Handlebars; loaded from `<name>.subject.hbs`, `.html.hbs`, `.text.hbs` beside the file. */
  readonly templates: { readonly subject: string; readonly html: string; readonly text: string };
  readonly schedule?: { readonly cron: string; readonly query?: Feel };
}
