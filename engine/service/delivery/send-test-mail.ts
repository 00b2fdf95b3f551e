/** Sends a mail of settings (`x-members: "mail"`) to the person who asks, with made-up values: how the org's words and looks arrive. */
import { EngineError } from "../../core/errors.ts";
import { feelName, idOf } from "../../core/program.ts";
import { sampleObject } from "../../core/sample-value.ts";
import { memberKind } from "../../core/settings-members.ts";
import type { TemplateMode } from "../../core/templates/check-template.ts";
import type { CompiledMail } from "../../core/templates/compile-mail.ts";
import { faultOfWords, withOwnWords } from "../../core/templates/own-words.ts";
import { isJsonObject, type JsonObject } from "../../schema/json.ts";
import { runCascade } from "../instances/cascade.ts";
import { startFromCascade } from "../instances/start-from-cascade.ts";
import { payloadInvalid } from "../records/payload.ts";
import { dayIn } from "../work/ask-decision.ts";
import { authorize } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateOne } from "../work/expression.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";

export interface TestMailInput {
  /** Settings whose members are mails. */
  readonly key: string;
  /** Key, id or FEEL name of the mail. */
  readonly mail: string;
  /** Words to try in place of the definition's; they need not be saved. */
  readonly words?: JsonObject | null;
  readonly idempotency?: Idempotency;
}

/** Audience of a test mail: the mail's machine may treat it apart. */
export const TEST_AUDIENCE = "test";

/**
 * Needs the permission to change the settings.
 *
 * - throws EngineError `definition_not_found`, `permission_denied`, `payload_invalid`, `org_required`
 */
export async function sendTestMail(engine: Engine, scope: Scope, input: TestMailInput): Promise<Answer<{ readonly to: string; readonly subject: string }>> {
  return await inWork(engine, scope, requireOneOrg(scope), (work) => once(work, input.idempotency, 201, () => write(work, input)));
}

async function write(work: Work, input: TestMailInput): Promise<{ readonly to: string; readonly subject: string }> {
  const { program } = work.ruling;
  const settings = program.settings(input.key);
  const mail = settings === null || memberKind(settings.schema) !== "mail" ? null : program.mail(input.mail);
  if (settings === null || mail === null) throw new EngineError("definition_not_found", `There is no mail "${input.mail.slice(0, 100)}" in these settings.`);
  const act = { orgId: work.org.id, permissions: [settings.permission], verb: "edit", hidden: "definition_not_found", forbidden: "permission_denied" } as const;
  authorize(program, work.scope, work.actor, { ...act, what: `To send a test of ${mail.key}` }, { now: work.at, today: dayIn(work.org.timeZone, work.at) });
  const to = work.actor.email;
  if (to === undefined) throw new EngineError("permission_denied", "A test goes to the address of the person who asks; this account has none.");
  const words = input.words ?? null;
  refuseFaults(mail, words);
  const branding = await brandingOf(work, mail);
  const content = withOwnWords(mail, words).render(sampleObject(mail.definition.variables), branding);
  const id = freshId(work.at, work.engine.seed(), `test ${mail.key}`);
  const key = `test:${mail.type}:${id}`;
  const payload = {
    ...{ type: mail.type, key, audience: TEST_AUDIENCE, recipients: [to], verdict: "send", code: "TEST", source: TEST_AUDIENCE },
    ...{ ...content, from: senderOf(branding, work.org.name), version: mail.version, about: null },
  };
  const machine = program.resolve("machine", mail.definition.machine) ?? mail.definition.machine;
  const started = await startFromCascade(work, { kind: "start", cause: key, machine, event: null, payload, unique: key, instanceId: id });
  if (started.outcome.kind === "moved") await runCascade(work, started.outcome.cascade);
  work.audit.push({
    ...{ orgId: work.org.id, at: work.at, actorId: work.actor.id, action: "test_mail_sent" },
    ...{ subject: { type: "mail", id: mail.key }, detail: { to, subject: content.subject } },
  });
  return { to, subject: content.subject };
}

function refuseFaults(mail: CompiledMail, words: JsonObject | null): void {
  const errors = Object.entries(words ?? {}).flatMap(([part, source]) => {
    if (typeof source !== "string" || !isPart(part))
      return source === null ? [] : [{ path: `/words/${part}`, message: "must be a text: subject, html or text" }];
    const message = faultOfWords(mail, part, source);
    return message === null ? [] : [{ path: `/words/${part}`, message }];
  });
  if (errors.length > 0) throw payloadInvalid(errors);
}

const isPart = (name: string): name is TemplateMode => name === "subject" || name === "html" || name === "text";

/** What the mail looks like in the org, as a mail of its own machine would. */
export async function brandingOf(work: Work, mail: CompiledMail): Promise<JsonObject> {
  const text = mail.definition.branding;
  if (text === undefined) return work.org.branding;
  const value = await evaluateOne(work, { extra: { mail: { type: feelName(idOf(mail.key)) } } }, text);
  return isJsonObject(value) ? value : work.org.branding;
}

function senderOf(branding: JsonObject, orgName: string): JsonObject {
  const { from, name, mail_from: address } = branding;
  if (isJsonObject(from)) return from;
  const sender = typeof from === "string" ? from : address;
  return { name: typeof name === "string" ? name : orgName, address: typeof sender === "string" ? sender : "" };
}
