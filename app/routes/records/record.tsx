import { openDoor } from "../../engine.server.ts";
import { readJson } from "../../read-json.server.ts";
import { asObject } from "../../screens/guided.ts";
import { RecordScreen } from "../../screens/lists/record-screen.tsx";
import { useLiveRefresh } from "../../shell/live.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { Route } from "./+types/record.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.code ?? loaderData?.title ?? "Record"} · Gatehouse` }];

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openDoor(request, context);
  return await door.record(params.type, params.id);
}

export async function action({ request, context, params }: Route.ActionArgs) {
  const body = await readJson(request);
  const door = await openDoor(request, context);
  return await door.saveRecord(params.type, params.id, String(body["etag"] ?? ""), asObject(body["changes"]));
}

export default function RecordRoute({ loaderData: record }: Route.ComponentProps) {
  useLiveRefresh((notice) => notice.id === record.id);
  return (
    <>
      <TopBar crumbs={[{ title: "Inbox", href: "/work" }]} code={record.code} title={record.title} />
      <main id="content" className="content" tabIndex={-1}>
        <RecordScreen key={record.id} record={record} />
      </main>
    </>
  );
}
