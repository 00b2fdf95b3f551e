/** What every definition has, whatever its kind. Each is JSON, content-addressed, and held against `<kind>.schema.json` before anything reads it through its type. */
export const KINDS = ["machine", "ruleset", "table", "fact", "settings", "mail", "document", "type", "view", "contract", "access"] as const;

export type Kind = (typeof KINDS)[number];

/** What every definition has. `key` is `<pack>.<id>`; `id` is kebab-case. */
export interface DefinitionBase {
  readonly $schema?: string;
  readonly kind: Kind;
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  /** Ids of the stories or requirements that this definition answers. */
  readonly stories?: readonly string[];
}
