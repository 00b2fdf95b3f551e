/** An org's settings: what holds, what is its own, what was changed when and by whom. */
import { EngineError } from "#engine/core/errors.ts";
import { memberKind } from "#engine/core/settings-members.ts";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import { sendTestMail } from "#engine/service/delivery/send-test-mail.ts";
import { listSettings, listSettingVersions, updateSettings } from "#engine/service/editing/settings.ts";
import { recordTitles } from "#engine/service/queries/record-titles.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { NONE } from "#studio/ui/cell.tsx";
import { propertiesOf, titleOf } from "#studio/ui/form/schema-kind.ts";
import { toRefusal } from "../problem.server.ts";
import type { ActResult, Field } from "../screens/guided.ts";
import type { SettingsPage } from "../screens/settings.ts";
import type { VersionLine } from "../screens/version-list.tsx";
import { fieldsOf } from "./cells.ts";
import { routedMail, routedMails } from "./routed-mails.server.ts";

const MOST_VERSIONS = 20;
const LONGEST = 80;

/** `key` null: the first one. */
export async function settings(engine: Engine, scope: Scope, key: string | null, member: string | null = null): Promise<SettingsPage> {
  const { items } = await listSettings(engine, scope);
  const shown = key === null ? items[0] : items.find((item) => item.key === key);
  if (shown === undefined) {
    // In the words of the page: "definition" is the studio's word for what somebody looks for here.
    if (items.length === 0) throw new EngineError("permission_denied", "These settings are seen by those who set them, and by those who work in the studio.");
    throw new EngineError("not_found", `There are no settings "${(key ?? "").slice(0, 100)}".`);
  }
  const versions = (await listSettingVersions(engine, scope, { key: shown.key })).items.slice(0, MOST_VERSIONS);
  return await inReading(engine, scope, async (reading) => {
    const [work] = reading.works;
    const routed = memberKind(shown.schema) === "mail";
    const mails = routed ? await routedMails(reading, shown.values) : null;
    const mail = routed && member !== null ? await routedMail(reading, shown, member) : null;
    const titles: Record<string, string> = {};
    for (const { values } of versions) for (const { id, title } of Object.values(await recordTitles(work, shown, values))) titles[id] = title;
    const groups = new Map(work.ruling.program.all("settings").map(({ content }) => [content.key, content.group ?? ""]));
    return {
      org: shown.org,
      links: items.map((item) => ({ key: item.key, title: item.title, group: groups.get(item.key) ?? "", own: Object.keys(item.own).length })),
      key: shown.key,
      ...{ mails, mail },
      title: shown.title,
      etag: shown.etag,
      mayEdit: work.actor.permissions.includes(shown.permission),
      schema: shown.schema,
      values: shown.values,
      changed: Object.keys(shown.own).map((name) => ({
        name,
        title: titleAt(shown.schema, name),
        fallback: cellAt(shown.schema, name, shown.defaults[name]),
      })),
      fields: fieldsOf(shown.schema, shown.values, {}, true),
      versions: versions.map((version, index): VersionLine => {
        const before = { ...shown.defaults, ...versions[index + 1]?.values };
        const after = { ...shown.defaults, ...version.values };
        const differing = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
        return {
          version: version.version,
          at: version.updatedAt,
          by: version.updatedBy === scope.principal.id ? "you" : (version.updatedByName ?? version.updatedBy),
          changes: differing.map((name) => ({
            title: titleAt(shown.schema, name),
            before: cellAt(shown.schema, name, withTitles(before[name], titles)),
            after: cellAt(shown.schema, name, withTitles(after[name], titles)),
          })),
        };
      }),
    };
  });
}

export async function saveSettings(engine: Engine, scope: Scope, key: string, etag: string, changes: JsonObject): Promise<ActResult> {
  try {
    const { body } = await updateSettings(engine, scope, { key, values: changes, ifMatch: etag });
    return { ok: true, message: `${body.title} of ${body.org} are saved` };
  } catch (error) {
    return toRefusal(error);
  }
}

/** Sends a mail of the settings to the person who asks. */
export async function testMail(engine: Engine, scope: Scope, key: string, mail: string, words: JsonObject | null): Promise<ActResult> {
  try {
    const { body } = await sendTestMail(engine, scope, { key, mail, words });
    return { ok: true, message: `A test is on its way to ${body.to}` };
  } catch (error) {
    return toRefusal(error);
  }
}

/** The value with the titles of what it names in place of their ids, and long texts cut: for a line of history. */
function withTitles(value: Json | undefined, titles: Readonly<Record<string, string>>): Json | undefined {
  if (typeof value === "string") return Object.hasOwn(titles, value) ? titles[value] : value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => withTitles(each, titles) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTitles(each, titles) ?? null]));
}

function titleAt(schema: JsonSchema, name: string): string {
  const property = propertiesOf(schema).find(([candidate]) => candidate === name)?.[1];
  return property === undefined ? name : titleOf(property, name);
}

function cellAt(schema: JsonSchema, name: string, value: Json | undefined): Field["cell"] {
  const property = propertiesOf(schema).filter(([candidate]) => candidate === name);
  return fieldsOf({ ...schema, properties: Object.fromEntries(property), required: [] }, { [name]: value ?? null }, {}, true)[0]?.cell ?? NONE;
}
