import { redirect } from "react-router";
import { EngineError } from "#engine/core/errors.ts";
import { startReplay } from "#engine/service/replay/run-replay.ts";
import { newReplayPage } from "../../doors/replay.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import { ReplayListScreen } from "../../screens/replay/replay-list-screen.tsx";
import type { Route } from "./+types/list.ts";

export const meta = () => [{ title: "Replay · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  return await door.ask(() => newReplayPage(door));
}

/** Starts a replay and goes to its page. */
export async function action({ request, context }: Route.ActionArgs) {
  const { engine, scope } = await openStudio(request, context);
  const form = await request.formData();
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const [kind, id = ""] = text("against").split(":");
  const missing = text("missingFacts");
  try {
    const { body: job } = await startReplay(engine, scope, {
      against: kind === "draft" ? { draft: id } : { release: Number(id) },
      machines: form.getAll("machines").map(String),
      ...(text("from") === "" ? {} : { from: text("from") }),
      ...(text("to") === "" ? {} : { to: text("to") }),
      ...(text("filter") === "" ? {} : { filter: text("filter") }),
      missingFacts: missing === "recorded" || missing === "unknown" ? missing : "asOf",
    });
    throw redirect(`/replay/${job.id}`);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "internal") throw error;
    return { why: error.message };
  }
}

export default function Replays({ loaderData }: Route.ComponentProps) {
  return <ReplayListScreen page={loaderData} />;
}
