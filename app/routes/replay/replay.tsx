import { cancelReplay } from "#engine/service/replay/run-replay.ts";
import { replayPage } from "../../doors/replay.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import { ReplayScreen } from "../../screens/replay/replay-screen.tsx";
import type { Route } from "./+types/replay.ts";

export const meta = () => [{ title: "Replay · Gatehouse" }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const url = new URL(request.url);
  return await door.ask(() =>
    replayPage(door, {
      id: params.id,
      cause: url.searchParams.get("cause"),
      cursor: url.searchParams.get("cursor"),
      at: Number(url.searchParams.get("at")) || null,
    }),
  );
}

/** Stops it. What it found so far stays. */
export async function action({ request, context, params }: Route.ActionArgs) {
  const door = await openStudio(request, context);
  return await door.ask(() => cancelReplay(door.engine, door.scope, { id: params.id }));
}

export default function Replay({ loaderData }: Route.ComponentProps) {
  return <ReplayScreen page={loaderData} />;
}
