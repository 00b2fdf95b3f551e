/** Definition versions, content-addressed and immutable; the text is stored as it was hashed. */
import type { Kind } from "../schema/definition-base.ts";
import { statement, type Tx } from "./tx.ts";

export interface DefinitionVersion {
  /** SHA-256 (hex) of the canonical JSON. */
  readonly hash: string;
  readonly kind: Kind;
  readonly key: string;
  readonly content: string;
}

const SAVE = statement(
  "definitions_save",
  `with saved as (insert into definition_version (hash, kind, key, content, created_by, created_at)
     select r.*, $5, $6 from unnest($1::text[], $2::text[], $3::text[], $4::text[]) r on conflict (hash) do nothing returning 1) select count(*) from saved`,
);
const LOAD = statement("definitions_load", "select hash, kind, key, content from definition_version where hash = any ($1::text[])");
const HISTORY = statement(
  "definitions_history",
  `select hash, created_at as "createdAt", created_by as "createdBy" from definition_version where kind = $1 and key = $2 order by created_at desc, hash`,
);

/** Those that are there already stay; gives how many are new. */
export async function saveDefinitions(tx: Tx, versions: readonly DefinitionVersion[], by: string, at: string): Promise<number> {
  const unique = [...new Map(versions.map((version) => [version.hash, version])).values()];
  const [row] = await tx.query<{ count: number }>(SAVE, [
    unique.map((v) => v.hash),
    unique.map((v) => v.kind),
    unique.map((v) => v.key),
    unique.map((v) => v.content),
    by,
    at,
  ]);
  return row?.count ?? 0;
}

export async function loadDefinitions(tx: Tx, hashes: readonly string[]): Promise<readonly DefinitionVersion[]> {
  return tx.query<DefinitionVersion>(LOAD, [hashes]);
}

/** Every stored version of one definition, newest first. */
export async function definitionHistory(
  tx: Tx,
  kind: Kind,
  key: string,
): Promise<readonly { readonly hash: string; readonly createdAt: string; readonly createdBy: string }[]> {
  return tx.query(HISTORY, [kind, key]);
}
