/** What changes in the orgs in scope, as it is committed. A notice names the thing; its reader asks for the content. */
import type { ChangeNotice } from "../../service/work/change-feed.ts";
import { type StreamEvent, sendEvents } from "../event-stream.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name } from "../schemas/vocabulary.ts";

/** A reader that falls this far behind is told to start over. */
const MAX_WAITING = 1_000;

export function streamRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/stream",
      id: "watchChanges",
      tag: "platform",
      summary: "Changes as server-sent events",
      query: { org: name(40, { description: "As X-Org, for readers that cannot send headers." }) },
      takesOrgQuery: true,
      answers: {
        200: {
          description: "Events `instance`, `record`, `task`, `settings`, `release`: `{org, kind, of, id, seq?}`; `reset` where some were missed.",
          contentType: "text/event-stream",
        },
      },
      async handle({ reply, scope }) {
        const codes = new Map(scope.orgs.map((org) => [org.id, org.code]));
        await sendEvents(reply, async function* (signal): AsyncGenerator<StreamEvent> {
          const waiting: ChangeNotice[] = [];
          let isBehind = false;
          let wake = () => {};
          const unsubscribe = engine.changes.subscribe((notice) => {
            if (!codes.has(notice.orgId)) return;
            if (waiting.length < MAX_WAITING) waiting.push(notice);
            else isBehind = true;
            wake();
          });
          signal.addEventListener("abort", () => wake(), { once: true });
          try {
            yield { event: "ready", data: { orgs: [...codes.values()] } };
            while (!signal.aborted) {
              if (isBehind) {
                isBehind = false;
                waiting.length = 0;
                yield { event: "reset", data: {} };
              }
              const notice = waiting.shift();
              if (notice === undefined) {
                await new Promise<void>((resolve) => {
                  wake = resolve;
                });
                continue;
              }
              const { orgId, ...rest } = notice;
              yield { event: notice.kind, data: { org: codes.get(orgId), ...rest } };
            }
          } finally {
            unsubscribe();
          }
        });
      },
    },
  ];
}
