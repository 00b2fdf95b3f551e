import { releaseSidesPage } from "../../doors/releases.server.ts";
import { openStudio } from "../../doors/studio.server.ts";
import { CompareScreen } from "../../screens/studio/compare-screen.tsx";
import type { Route } from "./+types/compare.ts";

export const meta = ({ loaderData }: Route.MetaArgs) => [{ title: `Release ${loaderData?.number ?? ""} · Studio · Gatehouse` }];

/** `?against=<number>`: another release than the one it was made on. */
export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const against = Number(new URL(request.url).searchParams.get("against"));
  return await door.ask(() => releaseSidesPage(door, { number: Number(params.number) || 0, against: against || null }));
}

export default function Compare({ loaderData }: Route.ComponentProps) {
  return <CompareScreen page={loaderData} />;
}
