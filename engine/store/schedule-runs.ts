/** Up to where each scheduled mail of an org has told what happened. */
import { statement, type Tx } from "./tx.ts";

const TOLD = statement("schedule_told", `select s.told_until as at from schedule_run s where s.org_id = $1 and s.mail = $2 for update`);
const TELL = statement(
  "schedule_tell",
  `insert into schedule_run as s (org_id, mail, told_until) values ($1, $2, $3)
   on conflict (org_id, mail) do update set told_until = greatest(s.told_until, excluded.told_until)`,
);

/** null before the first run. Another transaction that is at the same run is waited for. */
export async function toldUntil(tx: Tx, orgId: string, mail: string): Promise<string | null> {
  return (await tx.query<{ readonly at: string }>(TOLD, [orgId, mail]))[0]?.at ?? null;
}

/** Never goes back. */
export async function noteTold(tx: Tx, orgId: string, mail: string, at: string): Promise<void> {
  await tx.query(TELL, [orgId, mail, at]);
}
