import { redirect } from "react-router";
import { EngineError } from "#engine/core/errors.ts";
import { checkDraft } from "#engine/service/releases/check-draft.ts";
import { getDraft } from "#engine/service/releases/drafts.ts";
import { createRelease } from "#engine/service/releases/publish-release.ts";
import { getReplay } from "#engine/service/replay/replay-queries.ts";
import { startReplay } from "#engine/service/replay/run-replay.ts";
import { reviewPage } from "../../doors/review.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import { type ReviewAnswer, ReviewScreen } from "../../screens/studio/review-screen.tsx";
import type { Route } from "./+types/review.ts";

export const meta = () => [{ title: "Review · Studio · Gatehouse" }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const replay = new URL(request.url).searchParams.get("replay");
  return await door.ask(async () => ({
    page: await reviewPage(door, params.id),
    replay: replay === null ? null : await getReplay(door.engine, door.scope, { id: replay }),
  }));
}

const DAYS = 30;
const DAY_MS = 86_400_000;

/** Runs the checks, starts the impact replay, or publishes. */
export async function action({ request, context, params }: Route.ActionArgs): Promise<ReviewAnswer> {
  const { engine, scope } = await openStudio(request, context);
  const form = await request.formData();
  const text = (name: string): string => String(form.get(name) ?? "");
  try {
    if (text("act") === "check") return { kind: "checked", report: await checkDraft(engine, scope, { id: params.id, replayDays: 0 }) };
    if (text("act") === "replay") {
      await getDraft(engine, scope, { id: params.id });
      const from = new Date(Date.parse(engine.clock.now()) - DAYS * DAY_MS).toISOString();
      try {
        const { body: job } = await startReplay(engine, scope, { against: { draft: params.id }, from, missingFacts: "asOf" });
        return { kind: "replaying", id: job.id };
      } catch (error) {
        // Who may not run replays sees what the check itself counts: no instances, and as many as it gets to in some seconds.
        if (!(error instanceof EngineError) || error.code !== "permission_denied") throw error;
        return { kind: "checked", report: await checkDraft(engine, scope, { id: params.id, replayDays: DAYS }) };
      }
    }
    const { body: release } = await createRelease(engine, scope, {
      draft: params.id,
      note: text("note"),
      ...(text("replay") === "" ? {} : { replay: text("replay") }),
    });
    throw redirect(`/studio/releases?at=${release.number}`);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "internal") throw error;
    return { kind: "refused", why: error.message, code: error.code };
  }
}

export default function Review({ loaderData }: Route.ComponentProps) {
  return <ReviewScreen {...loaderData} />;
}
