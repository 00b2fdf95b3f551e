/** Definition versions, content-addressed and immutable; the text is stored as it was hashed. */
import type { Kind } from "../schema/types.ts";
import type { Tx } from "./tx.ts";

export interface DefinitionVersion {
  /** SHA-256 (hex) of the canonical JSON. */
  readonly hash: string;
  readonly kind: Kind;
  readonly key: string;
  readonly content: string;
}
/** Those that are there already stay; gives how many are new. */
export declare function saveDefinitions(tx: Tx, versions: readonly DefinitionVersion[], by: string, at: string): Promise<number>;
export declare function loadDefinitions(tx: Tx, hashes: readonly string[]): Promise<readonly DefinitionVersion[]>;
/** Every published version of one definition, newest first. */
export declare function definitionHistory(
  tx: Tx,
  kind: Kind,
  key: string,
): Promise<readonly { readonly hash: string; readonly createdAt: string; readonly createdBy: string }[]>;
