/**
 * Reads the content folders as they lie on disk: one entry per definition file, texts of mails inlined as the loader does.
 * Used by the content tests only.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Kind } from "#engine/schema/definition-base.ts";
import { KINDS } from "#engine/schema/definition-base.ts";

export interface ContentFile {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly pack: string;
  readonly name: string;
  readonly kind: Kind;
  readonly content: Record<string, unknown>;
}

export const ROOT = join(import.meta.dirname, "../../..");
export const FOLDERS = {
  machine: "machines",
  type: "machines",
  view: "machines",
  contract: "machines",
  ruleset: "rules",
  table: "rules",
  fact: "rules",
  settings: "rules",
  access: "rules",
  mail: "templates",
  document: "templates",
} as const satisfies Record<Kind, string>;

const isKind = (text: string | undefined): text is Kind => (KINDS as readonly string[]).includes(text ?? "");

/** Every definition of the three content folders, sorted by path. */
export function readContent(): readonly ContentFile[] {
  const found: ContentFile[] = [];
  for (const folder of ["machines", "rules", "templates"]) {
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).sort()) {
      const match = /([^/\\]+)\.([a-z]+)\.json$/.exec(file);
      if (match === null || !isKind(match[2])) continue;
      const path = join(ROOT, folder, file);
      const content = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      if (match[2] === "mail" || match[2] === "document") content["templates"] = inlined(path, content["templates"] as Record<string, string>);
      found.push({ path: relative(ROOT, path), pack: file.split(/[/\\]/)[0] ?? "", name: match[1] ?? "", kind: match[2], content });
    }
  }
  return found;
}

/** The texts of a mail or document, read from the files that the definition names. */
function inlined(path: string, templates: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([part, file]) => [part, readFileSync(join(dirname(path), file), "utf8")]));
}
