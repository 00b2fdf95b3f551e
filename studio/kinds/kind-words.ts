/** What each kind is called, its icon, and where its page stands below /studio. */
import type { Kind } from "#engine/schema/definition-base.ts";
import type { IconName } from "../ui/icon.tsx";

export interface KindWords {
  readonly one: string;
  readonly many: string;
  readonly icon: IconName;
  /** Path below the studio's root; the key follows. */
  readonly path: string;
}

export const KIND_WORDS: Readonly<Record<Kind, KindWords>> = {
  machine: { one: "Machine", many: "Machines", icon: "nodes", path: "machines" },
  ruleset: { one: "Rule set", many: "Rule sets", icon: "list", path: "rulesets" },
  table: { one: "Table", many: "Tables", icon: "table", path: "tables" },
  mail: { one: "Template", many: "Templates", icon: "mail", path: "mail" },
  document: { one: "Document", many: "Documents", icon: "doc", path: "documents" },
  fact: { one: "Fact", many: "Facts", icon: "bolt", path: "model/fact" },
  type: { one: "Record type", many: "Record types", icon: "box", path: "model/type" },
  view: { one: "View", many: "Views", icon: "grid", path: "model/view" },
  settings: { one: "Settings", many: "Settings", icon: "gear", path: "model/settings" },
  contract: { one: "Contract", many: "Contracts", icon: "swap", path: "model/contract" },
  access: { one: "Access", many: "Access", icon: "shield", path: "model/access" },
};

/** Address of a definition's page. */
export function definitionPath(kind: Kind, key: string, draft: string | null): string {
  return `/studio/${KIND_WORDS[kind].path}/${encodeURIComponent(key)}${draft === null ? "" : `?draft=${draft}`}`;
}
