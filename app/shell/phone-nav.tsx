import { Drawer } from "@mantine/core";
import { useState } from "react";
import { NavLink, useLocation } from "react-router";
import { Icon } from "#studio/ui/icon.tsx";
import type { ShellView } from "../screens/shell.ts";
import { OrgSwitch, type Place, placesOf, UserMenu } from "./rail.tsx";

const BAR = 3;

/** What the account works with stands in the bar: the inbox, then its views, or the system's places where none of the views is its own. */
function barOf(groups: ReturnType<typeof placesOf>, worksInViews: boolean): readonly Place[] {
  const [inbox = [], views = [], system = []] = ["Work", "Views", "System"].map((title) => groups.find((group) => group.title === title)?.places ?? []);
  return [...inbox, ...(worksInViews ? [...views, ...system] : [...system, ...views])].slice(0, BAR);
}

/** The rail of a phone: three places and a drawer with all of them. */
export function PhoneNav({ view }: { view: ShellView }) {
  const [openAt, setOpenAt] = useState<string | null>(null);
  const { pathname } = useLocation();
  const groups = placesOf(view);
  const first = barOf(groups, view.worksInViews);
  return (
    <>
      <nav className="phone-nav" aria-label="Main">
        {first.map((place) => (
          <NavLink key={place.href} to={place.href}>
            <Icon name={place.icon} />
            <span className="clip" style={{ maxWidth: 96 }}>
              {place.title}
            </span>
          </NavLink>
        ))}
        <button type="button" onClick={() => setOpenAt(pathname)} aria-expanded={openAt === pathname}>
          <Icon name="menu" />
          More
        </button>
      </nav>
      <Drawer
        opened={openAt === pathname}
        onClose={() => setOpenAt(null)}
        position="bottom"
        size="auto"
        title="Gatehouse"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <div className="stack drawer-places">
          <OrgSwitch view={view} />
          {groups.map((group) => (
            <div key={group.title}>
              <h4>{group.title}</h4>
              <ul>
                {group.places.map((place) => (
                  <li key={place.href}>
                    <NavLink to={place.href} className="drawer-link">
                      <Icon name={place.icon} />
                      {place.title}
                      {place.count === null || place.count === 0 ? null : <span className="push quiet small">{place.count}</span>}
                    </NavLink>
                  </li>
                ))}
              </ul>
            </div>
          ))}
          <UserMenu view={view} />
        </div>
      </Drawer>
    </>
  );
}
