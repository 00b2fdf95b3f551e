import { useSearchParams } from "react-router";
import { KeyHelp } from "#studio/ui/key-help.tsx";
import { openDoor } from "../../engine.server.ts";
import { GuidedScreen } from "../../screens/guided/guided-screen.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import { usePaletteActs } from "../../shell/palette.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/guided.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.code ?? loaderData?.title ?? "Work"} · Gatehouse` }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return await door.guided(params.instance);
}

export default function Guided({ loaderData: view }: Route.ComponentProps) {
  const [params, setParams] = useSearchParams();
  const open = params.get("act");
  const onOpen = (type: string | null): void => setParams((before) => withAct(before, type), { replace: true, preventScrollReset: true });
  useLiveRefresh((notice) => notice.id === view.id || notice.id === view.record.id || (notice.kind === "task" && notice.of === view.id));
  usePaletteActs(
    "guided",
    view.acts
      .filter((act) => act.allowed && act.permitted)
      .map((act) => ({ id: act.type, title: act.title, note: view.code ?? "", run: () => onOpen(act.type) })),
    `${view.id} ${view.seq}`,
  );
  return (
    <>
      <TopBar crumbs={[{ title: "Inbox", href: "/work" }]} code={view.code} title={view.title} />
      <main id="content" className="content" tabIndex={-1}>
        <GuidedScreen key={view.id} view={view} open={open} onOpen={onOpen} />
        <KeyHelp lines={[]} />
      </main>
    </>
  );
}

function withAct(before: URLSearchParams, type: string | null): URLSearchParams {
  const next = new URLSearchParams(before);
  if (type === null) next.delete("act");
  else next.set("act", type);
  return next;
}
