import { redirect, useSubmit } from "react-router";
import { createDraft } from "#engine/service/releases/drafts.ts";
import { Button } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { Anchor } from "#studio/ui/link.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { EmptyState } from "#studio/ui/states.tsx";
import { draftChoices, openStudio } from "../../doors/studio.server.ts";
import { StudioFrame } from "../../screens/studio/studio-frame.tsx";
import { safePath } from "../../session.server.ts";
import type { Route } from "./+types/drafts.ts";

export const meta = () => [{ title: "Drafts · Studio · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const door = await openStudio(request, context);
  return { drafts: await door.ask(() => draftChoices(door.engine, door.scope)) };
}

/** Opens a draft and goes back to the page that asked for it, now inside the draft. */
export async function action({ request, context }: Route.ActionArgs) {
  const door = await openStudio(request, context);
  const form = await request.formData();
  const { body: draft } = await door.ask(() => createDraft(door.engine, door.scope, { name: String(form.get("name") ?? "Draft").slice(0, 120) }));
  const back = new URL(safePath(String(form.get("back") ?? "/studio")), "http://page");
  back.searchParams.set("draft", draft.id);
  throw redirect(`${back.pathname}${back.search}`);
}

export default function Drafts({ loaderData: { drafts } }: Route.ComponentProps) {
  const submit = useSubmit();
  const start = (): void => void submit({ name: "New draft", back: "/studio" }, { method: "post" });
  return (
    <StudioFrame
      title="Drafts"
      crumbs={[{ title: "Studio", href: "/studio" }]}
      draft={null}
      extra={
        <span className="topbar-acts">
          <Button tone="primary" icon="plus" onClick={start}>
            Start a draft
          </Button>
        </span>
      }
    >
      {drafts.length === 0 ? (
        <EmptyState title="No open drafts" icon="branch">
          A draft holds changes until they are reviewed and published together.
        </EmptyState>
      ) : (
        <ul className="studio-scroll">
          {drafts.map((draft) => (
            <li key={draft.id} className="release-item">
              <p className="line">
                <Icon name="branch" />
                <Anchor href={`/studio?draft=${draft.id}`}>{draft.name}</Anchor>
                <span className="quiet">
                  {draft.changed} {draft.changed === 1 ? "definition" : "definitions"} changed
                </span>
                <span className="push small quiet">
                  <RelativeTime at={draft.updatedAt} />
                </span>
                <Anchor href={`/studio/drafts/${draft.id}/review`} className="small">
                  Review
                </Anchor>
              </p>
            </li>
          ))}
        </ul>
      )}
    </StudioFrame>
  );
}
