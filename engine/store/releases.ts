/** Releases: numbered, immutable manifests, and what was decided about them. */
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/json.ts";
import { type Page, statement, type Tx } from "./tx.ts";

/** "<kind>/<key>" -> version hash. */
export type Manifest = Readonly<Record<string, string>>;
export interface ReleaseRow {
  readonly number: number;
  readonly state: "pending" | "approved" | "rejected";
  /** Release that the draft was based on. */
  readonly base: number | null;
  /** Everybody who edited the draft: none of them may approve. */
  readonly authors: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly note: string;
  readonly manifest: Manifest;
  readonly checks: Json;
}
export interface ReleaseDecision {
  readonly number: number;
  readonly decision: "approved" | "rejected";
  readonly by: string;
  readonly at: string;
  readonly note: string;
}

const COLUMNS = `number, state, base, authors, note, manifest, checks, created_by as "createdBy", created_at as "createdAt"`;
const LOCK = statement("release_lock", "select pg_advisory_xact_lock(hashtextextended('gatehouse:release', 0))");
const CREATE = statement(
  "release_create",
  `insert into release (number, state, base, authors, note, manifest, checks, created_by, created_at)
   values ((select coalesce(max(number), 0) + 1 from release), $1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
);
const LOAD = statement("release_load", `select ${COLUMNS} from release where number = $1`);
const LIST = statement("release_list", `select ${COLUMNS} from release where number < $1 order by number desc limit $2`);
const DECIDE = statement("release_decide", `update release set state = $2 where number = $1 and state = 'pending' returning ${COLUMNS}`);
const RECORD = statement("release_decided", "insert into release_decision (number, decision, decided_by, at, note) values ($1, $2, $3, $4, $5)");
const DECISIONS = statement("release_decisions", `select number, decision, decided_by as by, at, note from release_decision where number = $1 order by at`);

/** Numbers have no gaps: writers queue for the next one. */
export async function createRelease(tx: Tx, input: Omit<ReleaseRow, "number" | "state"> & { readonly state: "pending" | "approved" }): Promise<ReleaseRow> {
  tx.queue(LOCK);
  const [row] = await tx.query<ReleaseRow>(CREATE, [
    input.state,
    input.base,
    input.authors,
    input.note,
    JSON.stringify(input.manifest),
    JSON.stringify(input.checks),
    input.createdBy,
    input.createdAt,
  ]);
  return row!;
}

export async function loadRelease(tx: Tx, number: number): Promise<ReleaseRow | null> {
  return (await tx.query<ReleaseRow>(LOAD, [number]))[0] ?? null;
}

/** Newest first; manifests included. The cursor is the last number, as text. */
export async function listReleases(tx: Tx, page: { readonly limit: number; readonly before?: number }): Promise<Page<ReleaseRow>> {
  const rows = await tx.query<ReleaseRow>(LIST, [page.before ?? 2_147_483_647, page.limit + 1]);
  const items = rows.slice(0, page.limit);
  return { items, next: rows.length > page.limit ? String(items.at(-1)?.number) : null };
}

/** @throws not_found, release_decided */
export async function decideRelease(tx: Tx, decision: ReleaseDecision): Promise<ReleaseRow> {
  const [row] = await tx.query<ReleaseRow>(DECIDE, [decision.number, decision.decision]);
  if (row !== undefined) {
    tx.queue(RECORD, [decision.number, decision.decision, decision.by, decision.at, decision.note]);
    return row;
  }
  const release = await loadRelease(tx, decision.number);
  if (release === null) throw new EngineError("not_found", `There is no release ${decision.number}.`);
  throw new EngineError("release_decided", `Release ${decision.number} is ${release.state}.`, { state: release.state });
}

export async function releaseDecisions(tx: Tx, number: number): Promise<readonly ReleaseDecision[]> {
  return tx.query<ReleaseDecision>(DECISIONS, [number]);
}
