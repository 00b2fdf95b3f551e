/** Recorded history against another release or draft. */
import { getReplay, listReplayDiffs, listReplays } from "../../service/replay/replay-queries.ts";
import { cancelReplay, startReplay } from "../../service/replay/run-replay.ts";
import { answered, pageOf } from "../answer.ts";
import { pause, type StreamEvent, sendEvents } from "../event-stream.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { integer, list, name, object, oneOf, PAGING, page, ref, text, when } from "../schemas/vocabulary.ts";

const POLL_MS = 400;
const ENDED = new Set(["done", "failed", "cancelled"]);

export function replayRoutes({ engine }: RouteContext): RouteSpec[] {
  const idOf = (params: Readonly<Record<string, string>>) => ({ id: params["id"] as string });
  return [
    {
      method: "POST",
      path: "/api/v1/replays",
      id: "startReplay",
      tag: "replay",
      summary: "Replay history",
      body: object(
        {
          against: { anyOf: [object({ release: integer(1, 2_147_483_647) }, ["release"]), object({ draft: name(100) }, ["draft"])] },
          machines: list(name(200), 200),
          from: when,
          to: when,
          filter: text(4_000, {
            description:
              "FEEL over an instance as it stands now (`record`, `context`, `state`, `states`, `instance`, `org`, ...): only those for which it is true.",
          }),
          missingFacts: oneOf("asOf", "recorded", "unknown"),
        },
        ["against"],
      ),
      answers: { 202: { description: "Under way.", schema: object({ id: { type: "string", format: "uuid" } }, ["id"]) } },
      async handle(call) {
        const { id } = answered(call, await startReplay(engine, call.scope, { ...call.body, ...idempotencyOf(call.request) }));
        return { id };
      },
    },
    {
      method: "GET",
      path: "/api/v1/replays",
      id: "listReplays",
      tag: "replay",
      summary: "Replays of the org, newest first",
      query: { ...PAGING },
      answers: { 200: { description: "A page.", schema: page("Replay") } },
      handle: async ({ scope, query }) => pageOf(await listReplays(engine, scope, { limit: 200 }), query),
    },
    {
      method: "GET",
      path: "/api/v1/replays/:id",
      id: "getReplay",
      tag: "replay",
      summary: "Progress and totals",
      answers: { 200: { description: "The replay.", schema: ref("Replay") } },
      handle: ({ scope, params }) => getReplay(engine, scope, idOf(params)),
    },
    {
      method: "GET",
      path: "/api/v1/replays/:id/diffs",
      id: "listReplayDiffs",
      tag: "replay",
      summary: "What would have gone differently",
      query: { ...PAGING, cause: name(400) },
      answers: { 200: { description: "A page.", schema: page("ReplayDiff") } },
      handle: ({ scope, params, query }) => listReplayDiffs(engine, scope, { ...idOf(params), ...query }),
    },
    {
      method: "GET",
      path: "/api/v1/replays/:id/events",
      id: "watchReplay",
      tag: "replay",
      summary: "Progress as server-sent events, until it ends",
      answers: { 200: { description: "Events `progress`, then `end`, each with the replay.", contentType: "text/event-stream" } },
      async handle({ reply, scope, params }) {
        const first = await getReplay(engine, scope, idOf(params));
        await sendEvents(reply, async function* (signal): AsyncGenerator<StreamEvent> {
          for (let replay = first; ; replay = await getReplay(engine, scope, idOf(params))) {
            const isEnd = ENDED.has(replay.status);
            yield { event: isEnd ? "end" : "progress", data: replay };
            if (isEnd) return;
            await pause(POLL_MS, signal);
            if (signal.aborted) return;
          }
        });
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/replays/:id",
      id: "cancelReplay",
      tag: "replay",
      summary: "Cancel a replay",
      answers: { 200: { description: "The replay as it stands.", schema: ref("Replay") } },
      handle: ({ scope, params }) => cancelReplay(engine, scope, idOf(params)),
    },
  ];
}
