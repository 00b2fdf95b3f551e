/** Mails as an org has routed them: a row each, and the page of one with its last verdicts. */
import { EngineError } from "#engine/core/errors.ts";
import { feelName, idOf } from "#engine/core/program.ts";
import type { CompiledMail } from "#engine/core/templates/compile-mail.ts";
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { MailDefinition } from "#engine/schema/mail.ts";
import { brandingOf } from "#engine/service/delivery/send-test-mail.ts";
import type { SettingsAnswer } from "#engine/service/editing/settings.ts";
import { type MailAnswer, mailsIn } from "#engine/service/queries/mails.ts";
import { recordTitles } from "#engine/service/queries/record-titles.ts";
import type { Reading } from "#engine/service/work/reading.ts";
import { words } from "#studio/ui/describe-value.ts";
import { schemaAt, titleOf } from "#studio/ui/form/schema-kind.ts";
import { meaningOf } from "#studio/ui/status-badge.tsx";
import type { Field } from "../screens/guided.ts";
import type { MailVerdict, RoutedMail, RoutedMailPage } from "../screens/settings.ts";

const MOST_VERDICTS = 20;
const NEWEST = 200;
/** Members of a row that name who gets the mail. */
const RECIPIENTS = ["recipients", "roles", "users"];

/** Every mail of the release by title, with the newest verdict that is among the last ones. */
export async function routedMails(reading: Reading, values: JsonObject): Promise<readonly RoutedMail[]> {
  const { program } = reading.works[0].ruling;
  const newest = await verdictsOf(reading, { limit: NEWEST });
  return program
    .all("mail")
    .map(({ key, content }) => {
      const name = feelName(idOf(key));
      const value = schemaAt(values[name]);
      const last = newest.find(({ type }) => type === name);
      return {
        ...{ name, title: content.title, sent: sentCell(content, value), to: recipientsIn(content, value) },
        ...{ changed: Object.values(value).some((each) => !isBlank(each)), last: last === undefined ? null : verdictIn(reading, last) },
      };
    })
    .sort((a, b) => a.title.localeCompare(b.title));
}

/** - throws EngineError `definition_not_found` */
export async function routedMail(reading: Reading, settings: SettingsAnswer, member: string): Promise<RoutedMailPage> {
  const [work] = reading.works;
  const mail = work.ruling.program.mail(member);
  const schema = shownOf(mail, schemaAt(schemaAt(settings.schema["properties"])[mail?.type ?? ""]));
  if (mail === null || Object.keys(schema).length === 0) throw new EngineError("definition_not_found", `There is no mail "${member.slice(0, 100)}".`);
  const value = schemaAt(settings.values[mail.type]);
  const titles = await recordTitles(work, { schema }, value);
  return {
    ...{ name: mail.type, title: titleOf(schema, mail.type), note: policyNote(mail), schema, value },
    titles: Object.fromEntries(Object.values(titles).map(({ id, title }) => [id, title])),
    content: mail.definition as unknown as JsonObject,
    // A page loads no pictures from elsewhere: the name stands in the logo's place.
    branding: { ...(await brandingOf(work, mail)), logo: "" },
    verdicts: (await verdictsOf(reading, { type: mail.type, limit: MOST_VERDICTS })).map((each) => verdictIn(reading, each)),
  };
}

/** A mail that no table gives other recipients is not offered any. */
function shownOf(mail: CompiledMail | null, schema: JsonSchema): JsonSchema {
  if (mail === null || mail.definition.recipientsTable !== undefined) return schema;
  const properties = Object.entries(schemaAt(schema["properties"])).filter(([name]) => !RECIPIENTS.includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** None for those who may not see mails. */
async function verdictsOf(reading: Reading, input: { readonly type?: string; readonly limit: number }): Promise<readonly MailAnswer[]> {
  try {
    return (await mailsIn(reading, input)).items;
  } catch (error) {
    if (error instanceof EngineError && error.code === "not_found") return [];
    throw error;
  }
}

function verdictIn(reading: Reading, mail: MailAnswer): MailVerdict {
  return {
    ...{ id: mail.id, at: mail.createdAt, subject: mail.subject, to: mail.recipients.join(", "), about: mail.record?.code ?? null },
    state: { as: "badge", meaning: mail.state === "queued" ? "waitsUntil" : meaningOf(mail.state), text: words(mail.state) },
    why: whyOf(reading, mail),
    href: mail.instance === null ? null : `/work/${mail.instance}`,
  };
}

/** The policy's own sentence for the code; the code where it has none. */
function whyOf(reading: Reading, mail: MailAnswer): string {
  const { code } = mail.decision;
  if (code === null || code === "") return "";
  if (code === "TEST") return "A test that was asked for.";
  const { program } = reading.works[0].ruling;
  const table = program.stored("table", program.mail(mail.type)?.definition.policyTable ?? "")?.content as { readonly messages?: JsonObject } | undefined;
  const message = table?.messages?.[code];
  const source = mail.decision.source === null || mail.decision.source === "" ? "" : ` Recipients by ${words(mail.decision.source).toLowerCase()}.`;
  return `${typeof message === "string" ? message : code}${source}`;
}

const POLICIES: Readonly<Record<MailDefinition["policy"], { readonly word: string; readonly note: string }>> = {
  mandatory: { word: "Always", note: "It is always sent; the switch changes nothing." },
  on: { word: "On by default", note: "It is on unless the org switches it off." },
  off: { word: "Off by default", note: "It is off unless the org switches it on." },
  locked_off: { word: "Locked off", note: "It is locked off in this version; the switch changes nothing." },
  never: { word: "Never", note: "It is never sent by itself; it is logged only." },
};

function sentCell({ policy }: MailDefinition, value: JsonObject): Field["cell"] {
  const isOpen = policy === "on" || policy === "off";
  const { enabled } = value;
  if (isOpen && enabled === true) return { as: "badge", meaning: "open", text: "On" };
  if (isOpen && enabled === false) return { as: "badge", meaning: "blocked", text: "Off" };
  return { as: "text", text: POLICIES[policy].word, quiet: policy !== "on" && policy !== "mandatory" };
}

const policyNote = (mail: CompiledMail): string => POLICIES[mail.definition.policy].note;

/** "2 addresses, Sales manager, 1 person"; the mail's own recipients where nobody is named, or where no table asks for others. */
function recipientsIn(mail: MailDefinition, value: JsonObject): string {
  const count = (name: string): number => (Array.isArray(value[name]) ? value[name].length : 0);
  const several = (n: number, one: string, many: string): readonly string[] => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]);
  const roles = Array.isArray(value["roles"]) ? value["roles"].map((role) => words(String(role))) : [];
  const named =
    mail.recipientsTable === undefined
      ? []
      : [...several(count("recipients"), "address", "addresses"), ...roles, ...several(count("users"), "person", "people")];
  const copies = several(count("cc"), "copy", "copies");
  return [...(named.length === 0 ? [mail.audience === "internal" ? "Standard recipients" : words(mail.audience)] : named), ...copies].join(", ");
}

const isBlank = (value: unknown): boolean => value === null || value === undefined || (Array.isArray(value) && value.length === 0);
