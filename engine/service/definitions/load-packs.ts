/**
 * Reads the packs from their folders and makes them a release: how an empty installation gets its first content, and how a
 * newer set of files becomes a release that an administrator may activate.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { canonicalJson, hashDefinition } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { Definition } from "../../schema/definition.ts";
import { KINDS, type Kind } from "../../schema/definition-base.ts";
import type { JsonObject } from "../../schema/json.ts";
import { type DefinitionVersion, saveDefinitions } from "../../store/definitions.ts";
import { createRelease, listReleases, type Manifest } from "../../store/releases.ts";
import type { Engine } from "../work/engine-context.ts";
import { definitionErrors } from "./definition-schema.ts";

const FOLDERS = ["rules", "machines", "templates"] as const;
const NAME = new RegExp(`^([a-z0-9-]+)\\.(${KINDS.join("|")})\\.json$`);

/**
 * Every definition below `root`, checked against the schema of its kind, sorted by kind and key.
 *
 * - throws EngineError `definition_invalid` naming the file, and what is wrong with it
 */
export function readPacks(root: string): readonly Definition[] {
  const found = new Map<string, { readonly definition: Definition; readonly file: string }>();
  for (const file of FOLDERS.flatMap((folder) => definitionFiles(join(root, folder)))) {
    const definition = readDefinition(file, relative(root, file));
    const name = `${definition.kind}/${definition.key}`;
    const twin = found.get(name);
    if (twin !== undefined) throw invalid(relative(root, file), [{ path: "/key", message: `${name} is also in ${twin.file}` }]);
    found.set(name, { definition, file: relative(root, file) });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { definition }]) => definition);
}

function definitionFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readDefinition(file: string, shown: string): Definition {
  const [, id, kind] = NAME.exec(basename(file)) ?? [];
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw invalid(shown, [{ path: "", message: error instanceof Error ? error.message : "not JSON" }]);
  }
  const inlined = kind === "mail" || kind === "document" ? inlineTemplates(content as WithTemplates, dirname(file)) : content;
  const errors = definitionErrors(kind as Kind, inlined);
  if (errors.length > 0) throw invalid(shown, errors);
  const definition = inlined as Definition;
  const pack = basename(dirname(file));
  if (definition.key !== `${pack}.${id}`) throw invalid(shown, [{ path: "/key", message: `must be ${pack}.${id}, as the file is named` }]);
  return definition;
}

type WithTemplates = { readonly templates?: Readonly<Record<string, string>> };

/** A mail or document names its Handlebars files; the definition that is stored and hashed holds their text. */
function inlineTemplates(definition: WithTemplates, folder: string): WithTemplates {
  const read = (value: string) =>
    value.endsWith(".hbs") && existsSync(join(folder, basename(value))) ? readFileSync(join(folder, basename(value)), "utf8") : value;
  const templates = Object.entries(definition.templates ?? {}).map(([part, value]) => [part, part === "subject" ? read(value).trim() : read(value)]);
  return { ...definition, templates: Object.fromEntries(templates) };
}

function invalid(file: string, errors: readonly { readonly path: string; readonly message: string }[]): EngineError {
  const [first] = errors;
  return new EngineError("definition_invalid", `${file}${first === undefined ? "" : `: ${first.path} ${first.message}`}`, { file, errors });
}

/** Content-addresses definitions: what is stored is their canonical JSON (RFC 8785). */
export function addressDefinitions(definitions: readonly Definition[]): readonly DefinitionVersion[] {
  return definitions.map((definition) => {
    const { $schema: _, ...content } = definition as Definition & JsonObject;
    return { hash: hashDefinition(content), kind: definition.kind, key: definition.key, content: canonicalJson(content) };
  });
}

/**
 * Makes the packs below `root` an approved release unless the newest release already is exactly that.
 *
 * - returns its number
 */
export async function loadPacks(engine: Engine, root: string, note: string): Promise<number> {
  const versions = addressDefinitions(readPacks(root));
  const manifest: Manifest = Object.fromEntries(versions.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
  const at = engine.clock.now();
  return await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const [newest] = (await listReleases(tx, { limit: 1 })).items;
    if (newest !== undefined && canonicalJson(newest.manifest) === canonicalJson(manifest)) return newest.number;
    await saveDefinitions(tx, versions, "system", at);
    const base = newest?.number ?? null;
    return (await createRelease(tx, { state: "approved", base, authors: [], createdBy: "system", createdAt: at, note, manifest, checks: null })).number;
  });
}
