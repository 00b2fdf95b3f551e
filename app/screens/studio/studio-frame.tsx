import { Menu } from "@mantine/core";
import { useMemo } from "react";
import { useSearchParams, useSubmit } from "react-router";
import type { Kind } from "#engine/schema/definition-base.ts";
import type { SaveState } from "#studio/document/save-machine.ts";
import { definitionPath } from "#studio/kinds/kind-words.ts";
import { type StudioLinks, StudioLinksProvider } from "#studio/kinds/links.ts";
import { DraftBar, type DraftSummary } from "#studio/review/draft-bar.tsx";
import { Button } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { RelativeTime } from "#studio/ui/relative-time.tsx";
import { TopBar } from "../../shell/top-bar.tsx";
import type { DraftChoice } from "./pages.ts";
import "#studio/kinds/parts.css";
import "./studio.css";

export interface FrameProps {
  readonly title: string;
  readonly crumbs: readonly { readonly title: string; readonly href: string }[];
  /** Between the crumbs and the search: modes and views of the page. */
  readonly extra?: React.ReactNode;
  readonly draft: DraftSummary | null;
  readonly save?: SaveState;
  readonly onReview?: boolean;
  /** Between the draft bar and the page: what has to be decided first. */
  readonly notice?: React.ReactNode;
  readonly index?: readonly { readonly kind: Kind; readonly key: string; readonly title: string }[];
  readonly children: React.ReactNode;
}

/** A page of the studio: top bar, the draft bar while one works in a draft, and the page itself at full height. */
export function StudioFrame({ title, crumbs, extra, draft, save = { kind: "saved" }, onReview = false, notice, index = [], children }: FrameProps) {
  const [params, setParams] = useSearchParams();
  const submit = useSubmit();
  const links = useStudioLinksOf(index, draft?.id ?? null);
  const leave = params.has("draft")
    ? () =>
        setParams((now) => {
          now.delete("draft");
          return now;
        })
    : undefined;
  return (
    <StudioLinksProvider value={links}>
      <TopBar title={title} crumbs={crumbs} extra={extra} isHead={!onReview} />
      <main id="content" className="content studio-content" tabIndex={-1}>
        {draft === null ? null : (
          <DraftBar
            draft={draft}
            save={save}
            reviewHref={onReview ? null : `/studio/drafts/${draft.id}/review`}
            onLeave={onReview ? undefined : leave}
            onRebase={() => void submit({ act: "rebase" }, { method: "post", action: `/studio/drafts/${draft.id}/save`, navigate: false })}
          />
        )}
        {notice}
        <div className="studio-page">{children}</div>
      </main>
    </StudioLinksProvider>
  );
}

function useStudioLinksOf(index: NonNullable<FrameProps["index"]>, draft: string | null): StudioLinks {
  return useMemo(() => {
    const byRef = new Map<string, { readonly key: string; readonly title: string }>();
    for (const one of index) {
      byRef.set(`${one.kind}/${one.key}`, one);
      byRef.set(`${one.kind}/${one.key.slice(one.key.indexOf(".") + 1)}`, one);
    }
    return {
      definition: (kind, ref) => {
        const found = byRef.get(`${kind}/${ref}`);
        return found === undefined ? null : definitionPath(kind, found.key, draft);
      },
      title: (kind, ref) => byRef.get(`${kind}/${ref}`)?.title ?? null,
    };
  }, [index, draft]);
}

/** Where editing begins: in one of the open drafts, or in a new one. */
export function EditMenu({ drafts, name }: { drafts: readonly DraftChoice[]; name: string }) {
  const [params, setParams] = useSearchParams();
  const submit = useSubmit();
  const enter = (id: string): void => {
    const next = new URLSearchParams(params);
    next.set("draft", id);
    setParams(next);
  };
  return (
    <Menu position="bottom-end" width={288} shadow="md">
      <Menu.Target>
        <Button icon="pencil">Edit in a draft</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {drafts.length === 0 ? null : <Menu.Label>Open drafts</Menu.Label>}
        {drafts.slice(0, 8).map((draft) => (
          <Menu.Item
            key={draft.id}
            leftSection={<Icon name="branch" />}
            rightSection={<small className="quiet">{draft.changed}</small>}
            onClick={() => enter(draft.id)}
          >
            {draft.name}{" "}
            <small className="quiet">
              <RelativeTime at={draft.updatedAt} />
            </small>
          </Menu.Item>
        ))}
        {drafts.length === 0 ? null : <Menu.Divider />}
        <Menu.Item
          leftSection={<Icon name="plus" />}
          onClick={() => void submit({ name, back: `${location.pathname}${location.search}` }, { method: "post", action: "/studio/drafts" })}
        >
          Start a new draft
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
