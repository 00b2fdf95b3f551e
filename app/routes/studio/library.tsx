import { getDraft } from "#engine/service/releases/drafts.ts";
import { library } from "#engine/service/releases/studio-library.ts";
import { draftChoices, draftSummary, openStudio } from "../../doors/studio.server.ts";
import { LibraryScreen } from "../../screens/studio/library-screen.tsx";
import type { Route } from "./+types/library.ts";

export const meta = () => [{ title: "Studio · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const { engine, scope } = door;
  const url = new URL(request.url);
  const draftId = url.searchParams.get("draft");
  const q = (url.searchParams.get("q") ?? "").slice(0, 120);
  return await door.ask(async () => {
    const shelf = await library(engine, scope, { draft: draftId, q });
    const draft = draftId === null ? null : await draftSummary(engine, scope, await getDraft(engine, scope, { id: draftId }));
    return { shelf, draft, q, kind: url.searchParams.get("kind"), drafts: shelf.mayEdit ? await draftChoices(engine, scope) : [] };
  });
}

export default function Library({ loaderData }: Route.ComponentProps) {
  return <LibraryScreen {...loaderData} />;
}
