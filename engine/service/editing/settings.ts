/** An org's settings: the definition's defaults with the org's own values on top. Each change is audited and kept as a version. */
import { EngineError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { SettingsDefinition } from "../../schema/settings.ts";
import { loadPerson } from "../../store/people.ts";
import { loadSetting, type SettingRow, saveSetting, settingVersions } from "../../store/settings.ts";
import { checkPayload, payloadErrors, payloadInvalid, withReferences } from "../records/payload.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import { dayIn } from "../work/ask-decision.ts";
import { askToRearm } from "../work/ask-to-rearm.ts";
import { authorize, judge } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { templateErrors } from "./setting-texts.ts";

export interface SettingsAnswer {
  readonly key: string;
  readonly title: string;
  readonly org: string;
  /** What holds: defaults with the org's own values on top. */
  readonly values: JsonObject;
  /** The org's own values only. */
  readonly own: JsonObject;
  readonly defaults: JsonObject;
  readonly schema: JsonObject;
  readonly permission: string;
  readonly etag: string;
  readonly updatedAt: string | null;
  readonly updatedBy: string | null;
}

/**
 * Any one of these opens settings to a reader: the right to set them, or the studio's, whose rules are set by them. Decisions show
 * the values that they stand on to everybody who sees the decision.
 */
export const readersOf = ({ permission }: Pick<SettingsDefinition, "permission">): readonly string[] => [permission, "rules.view", "rules.edit"];

/** - throws EngineError `definition_not_found`, also where the reader may not see them; `org_required` */
export async function getSettings(engine: Engine, scope: Scope, input: { readonly key: string }): Promise<SettingsAnswer> {
  return await inWork(engine, scope, requireOneOrg(scope), async (work) => {
    const definition = readable(work, input.key);
    return answerSettings(work, definition, await loadSetting(work.tx, work.org.id, definition.key));
  });
}

export interface UpdateSettingsInput {
  readonly key: string;
  /** Members to change, merged one level deep. null goes back to the default where the schema has no null there. */
  readonly values: unknown;
  readonly ifMatch?: string;
  readonly idempotency?: Idempotency;
}

/**
 * Changes the org's own values. Timers whose delay reads them follow.
 *
 * - throws EngineError `definition_not_found`, `permission_denied`, `payload_invalid`, `record_changed`, `org_required`
 */
export async function updateSettings(engine: Engine, scope: Scope, input: UpdateSettingsInput): Promise<Answer<SettingsAnswer>> {
  return await inWork(engine, scope, requireOneOrg(scope), (work) =>
    once(work, input.idempotency, 200, async () => {
      const definition = definitionOf(work, input.key);
      const act = {
        orgId: work.org.id,
        permissions: [definition.permission],
        verb: "edit",
        hidden: "definition_not_found",
        forbidden: "permission_denied",
        what: `To change ${definition.key}`,
      } as const;
      authorize(work.ruling.program, scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) });
      const before = await loadSetting(work.tx, work.org.id, definition.key);
      refuseOldEtag(before, input.ifMatch);
      const own = await accepted(work, definition, merged(definition, before?.values ?? {}, input.values), input.values);
      const row = await saveSetting(work.tx, {
        orgId: work.org.id,
        key: definition.key,
        values: own,
        ...(before === null ? {} : { ifVersion: before.version }),
        by: work.actor.id,
        at: work.at,
      });
      work.audit.push({
        orgId: work.org.id,
        at: work.at,
        actorId: work.actor.id,
        action: "settings_changed",
        subject: { type: "settings", id: definition.key },
        detail: { was: before?.values ?? {}, now: own, version: row.version },
      });
      await askToRearm(work, { settings: definition.key, from: before?.version ?? 0, to: row.version });
      work.notices.push({ orgId: work.org.id, kind: "settings", id: definition.key, of: definition.key });
      return answerSettings(work, definition, row);
    }),
  );
}

/** Every version of the org's own values, newest first. @throws definition_not_found */
export async function listSettingVersions(
  engine: Engine,
  scope: Scope,
  input: { readonly key: string },
): Promise<{ readonly items: readonly (SettingRow & { readonly updatedByName: string | null })[] }> {
  return await inWork(engine, scope, requireOneOrg(scope), async (work) => {
    const definition = readable(work, input.key);
    const versions = await settingVersions(work.tx, work.org.id, definition.key);
    const names = new Map<string, string | null>();
    for (const { updatedBy } of versions) {
      if (!names.has(updatedBy)) names.set(updatedBy, isUuid(updatedBy) ? ((await loadPerson(work.tx, updatedBy))?.name ?? null) : null);
    }
    return { items: versions.map((version) => ({ ...version, updatedByName: names.get(version.updatedBy) ?? null })) };
  });
}

/** The settings of the release that the reader may see, with what holds in the org, by key. */
export async function listSettings(engine: Engine, scope: Scope): Promise<{ readonly items: readonly SettingsAnswer[] }> {
  return await inWork(engine, scope, requireOneOrg(scope), async (work) => {
    const items: SettingsAnswer[] = [];
    for (const { key } of work.ruling.program.all("settings")) {
      const definition = definitionOf(work, key);
      if (!mayRead(work, definition)) continue;
      items.push(answerSettings(work, definition, await loadSetting(work.tx, work.org.id, definition.key)));
    }
    return { items };
  });
}

function definitionOf(work: Work, key: string): SettingsDefinition {
  const definition = work.ruling.program.settings(key);
  if (definition === null) throw noSettings(key);
  return definition;
}

/** What the reader may not see is answered as what is not there. */
function readable(work: Work, key: string): SettingsDefinition {
  const definition = definitionOf(work, key);
  if (!mayRead(work, definition)) throw noSettings(key);
  return definition;
}

function mayRead(work: Work, definition: SettingsDefinition): boolean {
  const held = readersOf(definition).find((permission) => work.actor.permissions.includes(permission));
  const act = { orgId: work.org.id, permissions: [held ?? definition.permission], verb: "view" };
  return judge(work.ruling.program, work.scope, work.actor, act, { now: work.at, today: dayIn(work.org.timeZone, work.at) }).allow;
}

const noSettings = (key: string): EngineError => new EngineError("definition_not_found", `There are no settings "${key}".`);

function refuseOldEtag(row: SettingRow | null, ifMatch: string | undefined): void {
  const etag = String(row?.version ?? 0);
  if (ifMatch === undefined || ifMatch.trim() === "*" || ifMatch.replaceAll('"', "") === etag) return;
  throw new EngineError("record_changed", `The settings are at ${etag}.`, { etag });
}

/** The org's own values after a change: what equals nothing in the schema is refused, what is reset is gone. */
function merged(definition: SettingsDefinition, own: JsonObject, change: unknown): JsonObject {
  const given = checkPayload(undefined, change);
  const next: Record<string, Json> = { ...own };
  for (const [name, value] of Object.entries(given)) {
    if (value === null && payloadErrors(definition.schema, { ...definition.defaults, [name]: null }).length > 0) delete next[name];
    else next[name] = mergedValue(own[name] ?? definition.defaults[name], value);
  }
  const effective = checkPayload(definition.schema, { ...definition.defaults, ...next });
  return Object.fromEntries(Object.keys(next).flatMap((name) => (Object.hasOwn(effective, name) ? [[name, effective[name] as Json]] : [])));
}

/** What the change names must be there and what it says must be usable; what stood there before is not asked again. */
async function accepted(work: Work, definition: SettingsDefinition, own: JsonObject, change: unknown): Promise<JsonObject> {
  const names = Object.keys(checkPayload(undefined, change));
  const changed = Object.fromEntries(Object.entries(own).filter(([name]) => names.includes(name)));
  const errors = templateErrors(work.ruling.program, definition.schema, changed);
  if (errors.length > 0) throw payloadInvalid(errors);
  return { ...own, ...(await withReferences(definition.schema, changed, lookupOf(work))) };
}

/** Objects are merged one level deep, so that one routing rule can be changed without sending all of them. */
function mergedValue(before: Json | undefined, value: Json): Json {
  return isJsonObject(before) && isJsonObject(value) ? { ...before, ...value } : value;
}

function answerSettings(work: Work, definition: SettingsDefinition, row: SettingRow | null): SettingsAnswer {
  return {
    key: definition.key,
    title: definition.title,
    org: work.org.code,
    values: { ...definition.defaults, ...row?.values },
    own: row?.values ?? {},
    defaults: definition.defaults,
    schema: definition.schema,
    permission: definition.permission,
    etag: String(row?.version ?? 0),
    updatedAt: row?.updatedAt ?? null,
    updatedBy: row?.updatedBy ?? null,
  };
}
