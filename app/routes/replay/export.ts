import { exportReplay } from "../../doors/replay.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import type { Route } from "./+types/export.ts";

/** `/replay/:id/export.csv` and `.json`: every difference of a replay, as a file. */
export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const isCsv = new URL(request.url).pathname.endsWith(".csv");
  const body = await door.ask(() => exportReplay(door, params.id, isCsv ? "csv" : "json"));
  return new Response(body, {
    headers: {
      "Content-Type": isCsv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
      "Content-Disposition": `attachment; filename="replay-${params.id.slice(0, 8)}.${isCsv ? "csv" : "json"}"`,
      "Cache-Control": "no-store",
    },
  });
}
