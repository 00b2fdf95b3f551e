import { Menu, useMantineColorScheme } from "@mantine/core";
import { NavLink, useFetcher, useSubmit } from "react-router";
import { Icon, type IconName, isIconName } from "#studio/ui/icon.tsx";
import { formatDecimal } from "#studio/ui/money.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import type { ShellView } from "../screens/shell.ts";
import { Brand } from "./brand.tsx";

export interface Place {
  readonly href: string;
  readonly title: string;
  readonly icon: IconName;
  readonly count: number | null;
}

/** View slug -> how much waits there. */
export type Waiting = Readonly<Record<string, number>>;
const MOST_SHOWN = 999;

/** The places of the rail, in groups; the palette and the phone's menu list the same. */
export function placesOf(view: ShellView, waiting: Waiting = {}): readonly { readonly title: string; readonly places: readonly Place[] }[] {
  const system: Place[] = [];
  if (view.may.studio) system.push({ href: "/studio", title: "Studio", icon: "nodes", count: null });
  if (view.may.replay) system.push({ href: "/replay", title: "Replay", icon: "replay", count: null });
  if (view.may.operations) system.push({ href: "/operations", title: "Operations", icon: "pulse", count: null });
  if (view.may.settings) system.push({ href: "/settings", title: "Settings", icon: "gear", count: null });
  return [
    { title: "Work", places: [{ href: "/work", title: "Inbox", icon: "inbox" as const, count: view.inbox }] },
    {
      title: "Views",
      places: view.views.map((place) => ({
        href: `/${place.slug}`,
        title: place.title,
        icon: isIconName(place.icon ?? undefined) ? (place.icon as IconName) : "list",
        count: waiting[place.slug] ?? null,
      })),
    },
    { title: "System", places: system },
  ].filter((group) => group.places.length > 0);
}

export function Rail({ view, narrow, waiting }: { view: ShellView; narrow: boolean; waiting: Waiting }) {
  return (
    <aside className="rail" aria-label="Places">
      <Brand short={narrow} />
      <OrgSwitch view={view} />
      <nav aria-label="Main">
        {placesOf(view, waiting).map((group) => (
          <div key={group.title}>
            <h4 className="group-name">{group.title}</h4>
            <ul>
              {group.places.map((place) => (
                <li key={place.href}>
                  <NavLink
                    to={place.href}
                    prefetch="intent"
                    title={narrow ? place.title : undefined}
                    className={({ isPending }) => (isPending ? "is-pending" : "")}
                  >
                    <Icon name={place.icon} />
                    <span className="name clip">{place.title}</span>
                    {place.count === null || place.count === 0 ? null : (
                      <span className="count">{place.count > MOST_SHOWN ? `${MOST_SHOWN}+` : formatDecimal(place.count)}</span>
                    )}
                  </NavLink>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <UserMenu view={view} />
    </aside>
  );
}

/** One org: its name. Several: a switch between each and all; figures of several are never summed. */
export function OrgSwitch({ view }: { view: ShellView }) {
  const fetcher = useFetcher();
  const chosen = String(fetcher.formData?.get("org") ?? view.scope);
  const only = view.orgs[0];
  if (view.orgs.length === 0) return null;
  if (view.orgs.length === 1 && only !== undefined) {
    return (
      <div className="org-one">
        <OrgBadge code={only.code} title={only.name} />
        <small className="quiet">your only org</small>
      </div>
    );
  }
  const options = [{ code: "all", name: "All orgs" }, ...view.orgs];
  const move = (event: React.KeyboardEvent, index: number): void => {
    const by = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const target = event.currentTarget.parentElement?.children[(index + by + options.length) % options.length];
    if (target instanceof HTMLElement) target.focus();
  };
  return (
    <fetcher.Form method="post" action="/session/org" className="org-switch">
      <div className="options" role="radiogroup" aria-label="Org scope">
        {options.map((org, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a submit button that acts as a radio works without scripts too
          <button
            key={org.code}
            type="submit"
            name="org"
            value={org.code}
            role="radio"
            aria-checked={chosen === org.code}
            title={org.name}
            tabIndex={chosen === org.code ? 0 : -1}
            onKeyDown={(event) => move(event, index)}
          >
            {org.code === "all" ? "All" : org.code}
          </button>
        ))}
      </div>
      <small className="scope quiet">
        {chosen === "all" ? `${view.orgs.map((org) => org.code).join(" and ")}, never summed` : (view.orgs.find((org) => org.code === chosen)?.name ?? "")}
      </small>
    </fetcher.Form>
  );
}

export function UserMenu({ view, children }: { view: ShellView; children?: React.ReactNode }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const submit = useSubmit();
  return (
    <Menu position="top-start" width={208} shadow="md">
      <Menu.Target>
        {children ?? (
          <button type="button" className="who" aria-label={`${view.person.name}: theme and sign out`}>
            <span className="avatar" aria-hidden="true">
              {view.person.initials}
            </span>
            <span>
              <span className="clip" style={{ display: "block" }}>
                {view.person.name}
              </span>
              <small className="quiet clip" style={{ display: "block" }}>
                {view.person.role}
              </small>
            </span>
          </button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Theme</Menu.Label>
        {(["light", "dark", "auto"] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={scheme === "light" ? "sun" : scheme === "dark" ? "moon" : "gear"} />}
            rightSection={colorScheme === scheme ? <Icon name="check" label="chosen" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {scheme === "auto" ? "As the system" : scheme === "light" ? "Light" : "Dark"}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="exit" />} onClick={() => void submit(null, { method: "post", action: "/session/end" })}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
