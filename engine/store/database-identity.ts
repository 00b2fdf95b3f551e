/** What tells one database from every other, whatever address it is reached by: the same for all processes of an installation. */
import type { Tx } from "./tx.ts";

export async function databaseIdentity(tx: Tx): Promise<string> {
  const [row] = await tx.query<{ cluster: string; name: string }>(
    "select system_identifier::text as cluster, current_database() as name from pg_control_system()",
  );
  return `${row?.cluster} ${row?.name}`;
}
