import { openDoor } from "../../engine.server.ts";
import { DetailScreen } from "../../screens/lists/detail-screen.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/detail.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.guided.code ?? "Decision"} · Gatehouse` }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return await door.detail(params.slug, params.page, params.code);
}

export default function Detail({ loaderData: view }: Route.ComponentProps) {
  useLiveRefresh((notice) => notice.id === view.guided.id || notice.id === view.guided.record.id || notice.kind === "instance");
  return (
    <>
      <TopBar crumbs={[{ title: view.viewTitle, href: `/${view.slug}` }]} title={view.title} />
      <main id="content" className="content" tabIndex={-1}>
        <DetailScreen key={view.guided.id} view={view} />
      </main>
    </>
  );
}
