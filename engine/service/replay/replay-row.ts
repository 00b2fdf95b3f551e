/** A row of the event log as replay reads it: parsed where it is read, for most of it is only compared, letter by letter. */
import type { ReplayRow } from "../../core/replay.ts";
import type { Actor, CompactDecision, Effect, EngineEvent, Instant, OrgContext, OverrideRequest, StateValue } from "../../core/step-types.ts";
import type { PlayedRow } from "../../store/played-rows.ts";

/** Parsed actors by their text: a log has many rows and few actors. */
export type Actors = Map<string, Actor>;
const MAX_ACTORS = 1_000;

/** The rows of one instance, in their order. What one row says in the same letters as the row before it is parsed once. */
export function recordedRows(rows: readonly PlayedRow[], org: OrgContext, actors: Actors): readonly RecordedRow[] {
  const made: RecordedRow[] = [];
  let before: RecordedRow | null = null;
  for (const row of rows) {
    const actor: Actor = before !== null && before.texts.actor === row.actor ? before.actor : actorOf(row.actor, actors);
    before = new RecordedRow(row, org, actor, before);
    made.push(before);
  }
  return made;
}

function actorOf(text: string, actors: Actors): Actor {
  let actor = actors.get(text);
  if (actor === undefined) {
    actor = JSON.parse(text) as Actor;
    if (actors.size >= MAX_ACTORS) actors.clear();
    actors.set(text, actor);
  }
  return actor;
}

export class RecordedRow implements ReplayRow {
  readonly seq: number;
  readonly now: Instant;
  readonly seed: string;
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly event: EngineEvent;
  readonly facts: ReplayRow["facts"];
  readonly texts: PlayedRow;

  constructor(row: PlayedRow, org: OrgContext, actor: Actor, before: RecordedRow | null) {
    this.seq = row.seq;
    this.now = row.at;
    this.seed = row.seed;
    this.actor = actor;
    this.org = org;
    const event = JSON.parse(row.event) as EngineEvent;
    this.event = row.override === null ? event : { ...event, override: JSON.parse(row.override) as OverrideRequest };
    this.facts = before !== null && before.texts.facts === row.facts ? before.facts : (JSON.parse(row.facts) as ReplayRow["facts"]);
    this.texts = row;
  }
  get to(): StateValue {
    return JSON.parse(this.texts.to) as StateValue;
  }
  get decisions(): readonly CompactDecision[] {
    return JSON.parse(this.texts.decisions) as readonly CompactDecision[];
  }
  get effects(): readonly Effect[] {
    return JSON.parse(this.texts.effects) as readonly Effect[];
  }
}
