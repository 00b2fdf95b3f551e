/** Grants by which orgs see rows of restricted global types (`TypeDefinition.visibleThrough`): kept with the rows that give them. */
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import type { Catalogue } from "./catalogue.ts";
import { statement, type Tx } from "./tx.ts";

const ADD = statement("grant_add", "insert into record_grant (org_id, record_id, via_id) values ($1, $2, $3) on conflict do nothing");
const ADD_OWN = statement(
  "grants_own",
  "insert into record_grant (org_id, record_id, via_id) select $1, o.id, o.id from unnest($2::uuid[]) o(id) on conflict do nothing",
);
const REMOVE = statement("grant_drop", "delete from record_grant where org_id = $1 and via_id = $2");

/** Fields of `type` through which rows of another type become visible. */
function grantingFields(catalogue: Catalogue, type: TypeDefinition): readonly string[] {
  return catalogue
    .types()
    .flatMap((other) =>
      other.visibleThrough !== undefined && catalogue.type(other.visibleThrough.type)?.key === type.key ? [other.visibleThrough.field] : [],
    );
}

/** Queued. `before` null: a new row. */
export function keepGrants(
  tx: Tx,
  catalogue: Catalogue,
  type: TypeDefinition,
  orgId: string,
  viaId: string,
  before: JsonObject | null,
  after: JsonObject,
): void {
  const fields = grantingFields(catalogue, type);
  if (fields.length === 0 || (before !== null && fields.every((field) => before[field] === after[field]))) return;
  if (before !== null) tx.queue(REMOVE, [orgId, viaId]);
  for (const field of fields) {
    if (typeof after[field] === "string") tx.queue(ADD, [orgId, after[field], viaId]);
  }
}

/** Queued. Whoever makes rows sees them before another row of their org names them: else nobody could name them. */
export function grantToMaker(tx: Tx, type: TypeDefinition, orgId: string, records: readonly string[]): void {
  if (type.visibleThrough !== undefined) tx.queue(ADD_OWN, [orgId, records]);
}

/** Queued. */
export function dropGrants(tx: Tx, catalogue: Catalogue, type: TypeDefinition, orgId: string, viaId: string): void {
  if (grantingFields(catalogue, type).length > 0) tx.queue(REMOVE, [orgId, viaId]);
}
