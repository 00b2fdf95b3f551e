/** The `mail` action: who gets it, whether it is sent, and its rendered text. The mail machine carries it from there. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import { askDecision, noteDecision } from "../facts/ask-decision.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { fromFeel } from "../feel/convert.ts";
import { type FeelContext, type FeelValue, isContext, isList, LazyContext, Unknown } from "../feel/values.ts";
import type { MailActionCode } from "../machine/code.ts";
import { feelName } from "../program.ts";
import type { CompactDecision, MailAttachment, MailMessage } from "../step-types.ts";
import type { CompiledMail } from "../templates/compile-mail.ts";
import { withOwnWords } from "../templates/own-words.ts";
import { escapeHtml } from "../templates/render-template.ts";
import { isOutOfTime } from "../time-limit.ts";
import { type ActRun, asObject, evaluateOr, textOf } from "./act-run.ts";

interface Route {
  readonly recipients: readonly string[];
  readonly verdict: MailMessage["verdict"];
  readonly code: string;
  readonly source: string;
}

export function mail(run: ActRun, scope: ExpressionScope, action: MailActionCode): void {
  const { world } = run;
  const compiled = world.program.mail(action.mail);
  if (compiled === null) throw new EngineError("internal", `There is no mail "${action.mail}" in this release`, { reference: action.mail });
  const ref = textOf((action.ref ?? compiled.ref).evaluate(scope));
  const defaults = addressesOf((action.to ?? compiled.recipients).evaluate(scope));
  const routed = route(scope, compiled, defaults);
  const inMail = scope.with({ mail: mailContext(compiled, routed.recipients) });
  const variables: Record<string, Json> = {};
  for (const [name, expression] of [...compiled.vars, ...action.vars]) {
    const json = fromFeel(expression.evaluate(inMail));
    if (json === undefined) delete variables[name];
    else variables[name] = json;
  }
  const branding = asObject(compiled.branding === null ? world.org.branding : fromFeel(compiled.branding.evaluate(inMail))) ?? world.org.branding;
  const subject = textOf(evaluateOr(action.subject, inMail, null));
  const text = textOf(evaluateOr(action.text, inMail, null));
  const words = asObject(fromFeel(evaluateOr(compiled.words, inMail, null)));
  const attached = attachmentsOf(fromFeel(evaluateOr(compiled.attachments, inMail, null)));
  const machine = world.program.resolve("machine", compiled.definition.machine);
  if (machine === null)
    throw new EngineError("internal", `There is no machine "${compiled.definition.machine}" in this release`, { reference: compiled.definition.machine });
  // A pass that lacks facts is thrown away: there is nothing to render yet.
  if (world.requests.pending) return;
  const content = rendered(compiled, words, variables, branding);
  const failed = content.missing === null ? routed : { ...routed, verdict: "unknown" as const, code: content.missing };
  run.add({
    ...{ kind: "mail", mail: compiled.key, machine, ref: ref ?? "" },
    message: {
      ...{ type: compiled.type, key: `${compiled.type}:${ref ?? world.instance?.id ?? ""}`, audience: compiled.definition.audience },
      ...{ recipients: failed.recipients, verdict: failed.verdict, code: failed.code, source: failed.source },
      subject: subject === null ? content.subject : subject.replace(/\s+/g, " ").trim(),
      html: text === null ? content.html : paragraphs(text),
      text: text ?? content.text,
      from: senderOf(branding, world.org.name),
      version: compiled.version,
      ...(attached.length === 0 ? {} : { attachments: attached }),
    },
  });
}

/** What policy and recipients tables see as `mail`. */
function mailContext(compiled: CompiledMail, recipients: readonly string[]): FeelContext {
  const { definition } = compiled;
  return {
    ...((definition.traits ?? {}) as FeelContext),
    ...{
      type: compiled.type,
      audience: definition.audience,
      policy: definition.policy,
      opt_out: definition.optOut ?? null,
      delivery: definition.delivery,
      recipients,
    },
  };
}

/** Recipients table first, then the policy with the recipients that it gave. Verdict "unknown" keeps the mail for a person. */
function route(scope: ExpressionScope, compiled: CompiledMail, defaults: readonly string[]): Route {
  const { definition } = compiled;
  let recipients = defaults;
  let source = "";
  if (definition.recipientsTable !== undefined) {
    const decision = ask(scope, compiled, definition.recipientsTable, defaults);
    if (decision !== null) {
      recipients = addressesOf((decision.output["recipients"] ?? null) as FeelValue);
      source = typeof decision.output["source"] === "string" ? decision.output["source"] : "";
    }
  }
  const policy = ask(scope, compiled, definition.policyTable, recipients);
  const verdict = policy?.output["verdict"];
  const code = policy?.output["code"];
  return {
    recipients,
    verdict: verdict === "send" || verdict === "suppress" ? verdict : "unknown",
    code: typeof code === "string" ? code : "",
    source: typeof policy?.output["source"] === "string" ? policy.output["source"] : source,
  };
}

function ask(scope: ExpressionScope, compiled: CompiledMail, table: string, recipients: readonly string[]): CompactDecision | null {
  const { world } = scope;
  const decision = askDecision(scope.with({ mail: mailContext(compiled, recipients) }), table, {
    at: `mail:${feelName(compiled.type)}`,
    program: world.program,
  });
  if (decision !== null) noteDecision(world.decisions, decision);
  return decision;
}

/** Addresses of texts and of people, each once however it is written, in order. */
function addressesOf(value: FeelValue): readonly string[] {
  const found = new Map<string, string>();
  const add = (address: string): void => {
    const key = address.toLowerCase();
    if (!found.has(key)) found.set(key, address);
  };
  const visit = (each: FeelValue): void => {
    if (isList(each)) for (const inner of each) visit(inner);
    else if (typeof each === "string" && each !== "") add(each);
    else if (each instanceof Unknown || each === null) return;
    else if (isContext(each) && Object.hasOwn(each, "email")) visit(each["email"]!);
    else if (each instanceof LazyContext) visit(each.lookup("email") ?? null);
  };
  visit(value);
  return [...found.values()];
}

/** Each once, in order; what names neither a document nor a file is left out. */
function attachmentsOf(value: Json | undefined): readonly MailAttachment[] {
  const found = new Map<string, MailAttachment>();
  for (const item of Array.isArray(value) ? (value as readonly Json[]) : []) {
    const { document, file, name } = asObject(item) ?? {};
    if (typeof document === "string") found.set(`document ${document}`, { document });
    else if (typeof file === "string") found.set(`file ${file}`, { file, ...(typeof name === "string" ? { name } : {}) });
  }
  return [...found.values()];
}

function rendered(
  compiled: CompiledMail,
  words: JsonObject | null,
  variables: JsonObject,
  branding: JsonObject,
): { subject: string; html: string; text: string; missing: string | null } {
  try {
    return { ...withOwnWords(compiled, words).render(variables, branding), missing: null };
  } catch (error) {
    if (!(error instanceof EngineError) || isOutOfTime(error)) throw error;
    const variable = error.data["variable"];
    return {
      subject: "",
      html: "",
      text: "",
      missing: typeof variable === "string" ? `VARIABLE_MISSING:${variable}` : error.code === "definition_invalid" ? "TEMPLATE_INVALID" : "TEMPLATE_LIMIT",
    };
  }
}

const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeHtml(part.trim()).replaceAll("\n", "<br>")}</p>`)
    .join("");

function senderOf(branding: JsonObject, orgName: string): JsonObject {
  const from = branding["from"];
  const object = asObject(from);
  if (object !== null) return object;
  const address = typeof from === "string" ? from : branding["mail_from"];
  const name = branding["name"];
  return { name: typeof name === "string" ? name : orgName, address: typeof address === "string" ? address : "" };
}
