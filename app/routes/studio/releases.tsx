import { EngineError } from "#engine/core/errors.ts";
import { activateRelease, cancelActivation } from "#engine/service/releases/activate-release.ts";
import { approveRelease, rejectRelease } from "#engine/service/releases/decide-release.ts";
import { releasesPage } from "../../doors/releases.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import { ReleasesScreen } from "../../screens/studio/releases-screen.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import type { Route } from "./+types/releases.ts";

export const meta = () => [{ title: "Releases · Studio · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const url = new URL(request.url);
  return await door.ask(() => releasesPage(door, { at: Number(url.searchParams.get("at")) || null, cursor: url.searchParams.get("cursor") }));
}

export interface ReleaseAnswer {
  readonly ok: boolean;
  readonly why: string;
}

/** Approves, rejects or activates a release, or takes back an activation to come; activating an older one is a rollback. */
export async function action({ request, context }: Route.ActionArgs): Promise<ReleaseAnswer> {
  const { engine, scope } = await openStudio(request, context);
  const form = await request.formData();
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const number = Number(text("release"));
  try {
    switch (text("act")) {
      case "approve":
        await approveRelease(engine, scope, { number, note: text("note") });
        break;
      case "reject":
        await rejectRelease(engine, scope, { number, note: text("note") });
        break;
      case "cancel":
        await cancelActivation(engine, scope, { id: text("id") });
        break;
      default:
        await activateRelease(engine, scope, {
          release: number,
          note: text("note"),
          percent: text("percent") === "" ? 100 : Number(text("percent")),
          ...(text("at") === "" ? {} : { at: text("at") }),
        });
    }
    return { ok: true, why: "" };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "internal") throw error;
    return { ok: false, why: error.message };
  }
}

export default function Releases({ loaderData }: Route.ComponentProps) {
  useLiveRefresh((notice) => notice.kind === "release");
  return <ReleasesScreen page={loaderData} />;
}
