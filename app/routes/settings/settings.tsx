import { openDoor } from "../../engine.server.ts";
import { readJson } from "../../read-json.server.ts";
import { asObject } from "../../screens/guided.ts";
import { SettingsScreen } from "../../screens/settings/settings-screen.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/settings.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.title ?? "Settings"} · Gatehouse` }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return await door.settings(params.key ?? null, new URL(request.url).searchParams.get("of"));
}

export async function action({ request, context, params }: Route.ActionArgs) {
  const body = await readJson(request);
  const door = await openDoor(request, context);
  const key = String(params.key ?? body["key"] ?? "");
  if (typeof body["test"] === "string") return await door.testMail(key, body["test"], body["words"] === null ? null : asObject(body["words"]));
  return await door.saveSettings(key, String(body["etag"] ?? ""), asObject(body["changes"]));
}

export default function SettingsRoute({ loaderData: page }: Route.ComponentProps) {
  useLiveRefresh((notice) => notice.kind === "settings" && notice.id === page.key);
  return (
    <>
      <TopBar title="Settings" />
      <main id="content" className="content" tabIndex={-1}>
        <SettingsScreen page={page} />
      </main>
    </>
  );
}
