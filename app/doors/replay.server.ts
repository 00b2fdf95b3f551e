/** The replay pages and the engine. */
import { namesOf } from "#engine/service/queries/person-names.ts";
import { listDrafts } from "#engine/service/releases/drafts.ts";
import { listDefinitions, listReleases } from "#engine/service/releases/studio-queries.ts";
import { getReplay, listReplayDiffs, listReplays, type ReplayDiffView, type ReplayView } from "#engine/service/replay/replay-queries.ts";
import type { DiffContent } from "#studio/replay/side-by-side.tsx";
import type { NewReplayPage, ReplayDiffLine, ReplayPage } from "../screens/replay/pages.ts";
import type { StudioDoor } from "./studio.server.ts";

export async function newReplayPage({ engine, scope }: StudioDoor): Promise<NewReplayPage> {
  const [releases, drafts, machines, replays] = await Promise.all([
    listReleases(engine, scope, { limit: 30 }),
    listDrafts(engine, scope),
    listDefinitions(engine, scope, { kind: "machine" }),
    listReplays(engine, scope),
  ]);
  const names = await namesOf(
    engine,
    scope,
    replays.map((replay) => replay.createdBy),
  );
  return {
    releases: releases.items.map((release) => ({ number: release.number, note: release.note, state: release.state })),
    drafts: drafts.map((draft) => ({ id: draft.id, name: draft.name, changed: draft.definitions.length })),
    machines: machines.map((machine) => ({ key: machine.key, title: machine.title })),
    replays: replays.map((replay) => ({
      ...replay,
      against: againstOf(replay, new Map(drafts.map((draft) => [draft.id, draft.name]))),
      by: names.get(replay.createdBy) ?? replay.createdBy,
    })),
    today: engine.clock.now().slice(0, 10),
    orgs: scope.orgs.map((org) => org.code),
  };
}

function againstOf(replay: ReplayView, drafts: ReadonlyMap<string, string>): string {
  const against = replay.request["against"] as { readonly release?: number; readonly draft?: string } | undefined;
  if (against?.release !== undefined) return `Release ${against.release}`;
  return against?.draft === undefined ? "nothing" : `draft ${drafts.get(against.draft) ?? against.draft.slice(0, 8)}`;
}

const toLine = (view: ReplayDiffView): ReplayDiffLine => ({ n: view.n, cause: view.cause, diff: view.diff as unknown as DiffContent });

export async function replayPage(
  { engine, scope }: StudioDoor,
  input: { readonly id: string; readonly cause: string | null; readonly cursor: string | null; readonly at: number | null },
): Promise<ReplayPage> {
  const replay = await getReplay(engine, scope, { id: input.id });
  const drafts = await listDrafts(engine, scope);
  const diffs = await listReplayDiffs(engine, scope, {
    id: input.id,
    limit: 100,
    cursor: input.cursor,
    ...(input.cause === null ? {} : { cause: input.cause }),
  });
  const lines = diffs.items.map(toLine);
  return {
    replay,
    against: againstOf(replay, new Map(drafts.map((draft) => [draft.id, draft.name]))),
    lines,
    next: diffs.next,
    cause: input.cause,
    at: lines.find((line) => line.n === input.at) ?? lines[0] ?? null,
  };
}

/** Every difference, page by page. CSV cells that a sheet would read as formulas are kept as text. */
export async function exportReplay({ engine, scope }: StudioDoor, id: string, format: "csv" | "json"): Promise<string> {
  const replay = await getReplay(engine, scope, { id });
  const all: ReplayDiffView[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listReplayDiffs>> = await listReplayDiffs(engine, scope, { id, limit: 200, cursor });
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  if (format === "json") return JSON.stringify({ replay, diffs: all }, null, 2);
  const rows = all.map((view) => {
    const diff = view.diff as unknown as DiffContent;
    return [
      diff.org ?? "",
      diff.instance.machine ?? "",
      diff.instance.code ?? diff.instance.id,
      String(view.seq),
      diff.event,
      diff.at,
      view.cause,
      diff.was.outcome,
      diff.now.outcome,
      JSON.stringify(diff.was.state),
      JSON.stringify(diff.now.state),
    ];
  });
  const head = ["org", "machine", "instance", "seq", "event", "at", "cause", "was", "now", "was_state", "now_state"];
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
