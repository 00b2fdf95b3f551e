/** Access: permissions, roles, security levels. */
import type { DefinitionBase } from "./definition-base.ts";

export interface AccessDefinition extends DefinitionBase {
  readonly kind: "access";
  readonly permissions: Readonly<Record<string, string>>;
  readonly roles: Readonly<
    Record<
      string,
      { readonly title: string; readonly parent?: string; readonly permissions: readonly string[]; readonly sales?: boolean; readonly home?: string }
    >
  >;
  readonly levels: Readonly<Record<string, { readonly title: string; readonly rank: number; readonly default?: boolean }>>;
  /** Table asked for every act of a person or client; its inputs are those of engine/service/authorize. */
  readonly decision?: string;
  /** Permission to take lists away as files; missing: whoever may see them. */
  readonly export?: string;
  /** Names that FEEL finds in `actor`: name -> true where the actor holds none (`noneOf`) or any (`anyOf`) of the permissions. */
  readonly traits?: Readonly<Record<string, { readonly noneOf?: readonly string[]; readonly anyOf?: readonly string[] }>>;
}
