import { useEffect } from "react";
import { isRouteErrorResponse } from "react-router";
import type { Kind } from "#engine/schema/definition-base.ts";
import { editorPage, openStudio } from "../../doors/studio.server.ts";
import { DefinitionScreen } from "../../screens/studio/definition-screen.tsx";
import type { EditorPage } from "../../screens/studio/pages.ts";
import type { Route } from "./+types/definition.ts";

const FOLDERS: Readonly<Record<string, Kind>> = { machines: "machine", rulesets: "ruleset", tables: "table", mail: "mail", documents: "document" };
const MODEL: readonly string[] = ["fact", "settings", "type", "view", "contract", "access"];

/** `/studio/machines/:key` and its like, and `/studio/model/:kind/:key`. */
function kindOf(params: { readonly folder?: string | undefined; readonly kind?: string | undefined }): Kind {
  const { folder = "", kind = "" } = params;
  if (Object.hasOwn(FOLDERS, folder)) return FOLDERS[folder] as Kind;
  if (MODEL.includes(kind)) return kind as Kind;
  throw new Response("There is no such page.", { status: 404 });
}

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  const url = new URL(request.url);
  const given: { readonly folder?: string | undefined; readonly kind?: string | undefined; readonly key: string } = params;
  return await door.ask(() =>
    editorPage(door, { kind: kindOf(given), key: given.key, draft: url.searchParams.get("draft"), state: url.searchParams.get("state") }),
  );
}

let onScreen: EditorPage | null = null;

/** What is edited stays, with what was typed, where somebody took it out of the draft before it was read again: the next save tells. */
export async function clientLoader({ serverLoader, request, params }: Route.ClientLoaderArgs) {
  try {
    return await serverLoader();
  } catch (error) {
    const draft = new URL(request.url).searchParams.get("draft");
    if (!isRouteErrorResponse(error) || error.status !== 404) throw error;
    if (onScreen?.kind !== kindOf(params) || onScreen.key !== params.key || onScreen.draft?.id !== draft) throw error;
    return onScreen;
  }
}

export const meta = ({ loaderData }: Route.MetaArgs) => [{ title: `${String(loaderData?.content["title"] ?? "Definition")} · Studio · Gatehouse` }];

export default function Definition({ loaderData }: Route.ComponentProps) {
  useEffect(() => {
    onScreen = loaderData;
    return () => {
      onScreen = null;
    };
  }, [loaderData]);
  return <DefinitionScreen key={`${loaderData.kind}/${loaderData.key}/${loaderData.draft?.id ?? ""}`} page={loaderData} />;
}
