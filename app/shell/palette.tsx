import { Spotlight, spotlight } from "@mantine/spotlight";
import { createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useFetcher, useNavigate } from "react-router";
import { Icon, type IconName } from "#studio/ui/icon.tsx";
import type { Hit, ShellView } from "../screens/shell.ts";
import { placesOf } from "./rail.tsx";

export interface PaletteAct {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly icon?: IconName;
  readonly run: () => void;
}

interface Registry {
  readonly acts: readonly PaletteAct[];
  readonly set: (owner: string, acts: readonly PaletteAct[]) => void;
}
const RegistryContext = createContext<Registry>({ acts: [], set: () => undefined });

export function PaletteProvider({ children }: { children: React.ReactNode }) {
  const [byOwner, setByOwner] = useState<Readonly<Record<string, readonly PaletteAct[]>>>({});
  const [set] = useState<Registry["set"]>(() => (owner: string, acts: readonly PaletteAct[]) => setByOwner((before) => ({ ...before, [owner]: acts })));
  const value = useMemo(() => ({ acts: Object.values(byOwner).flat(), set }), [byOwner, set]);
  return <RegistryContext value={value}>{children}</RegistryContext>;
}

/** Offers the acts of a page in the palette for as long as the page stands. `key` says when they have changed. */
export function usePaletteActs(owner: string, acts: readonly PaletteAct[], key: string): void {
  const { set } = useContext(RegistryContext);
  const held = useRef(acts);
  held.current = acts;
  useEffect(() => {
    if (key === "") return;
    set(
      owner,
      held.current.map((act) => ({ ...act, run: () => held.current.find((other) => other.id === act.id)?.run() })),
    );
    return () => set(owner, []);
  }, [owner, key, set]);
}

const HIT_ICONS = { instance: "diamond", record: "doc", view: "list", definition: "nodes" } as const satisfies Record<Hit["kind"], IconName>;
const fits = (title: string, query: string): boolean => title.toLowerCase().includes(query.trim().toLowerCase());

/** Ctrl-K: go to a place, find a record, run an act of this page. */
export function Palette({ view }: { view: ShellView }) {
  const navigate = useNavigate();
  const { acts } = useContext(RegistryContext);
  const [query, setQuery] = useState("");
  const search = useFetcher<{ hits: readonly Hit[] }>({ key: "palette" });
  const load = search.load;
  useEffect(() => {
    if (query.trim().length < 2) return;
    const timer = setTimeout(() => void load(`/ui/search?q=${encodeURIComponent(query.trim())}`), 160);
    return () => clearTimeout(timer);
  }, [query, load]);
  const places = placesOf(view).flatMap((group) => group.places.map((place) => ({ ...place, group: group.title })));
  const hits = query.trim().length < 2 ? [] : (search.data?.hits ?? []);
  const go = (href: string): void => {
    spotlight.close();
    void navigate(href);
  };
  const shownActs = acts.filter((act) => fits(act.title, query));
  const shownPlaces = places.filter((place) => fits(place.title, query));
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={["mod + K"]} clearQueryOnClose scrollable maxHeight={420} size={560}>
      <Spotlight.Search placeholder="Search or run an act" leftSection={<Icon name="search" />} aria-label="Search or run an act" />
      <Spotlight.ActionsList>
        {shownActs.length === 0 ? null : (
          <Spotlight.ActionsGroup label="On this page">
            {shownActs.map((act) => (
              <Spotlight.Action key={act.id} onClick={act.run} highlightQuery={false}>
                <Row icon={act.icon ?? "bolt"} title={act.title} note={act.note ?? ""} />
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {hits.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Records">
            {hits.map((hit) => (
              <Spotlight.Action key={hit.id} onClick={() => go(hit.href)}>
                <Row icon={HIT_ICONS[hit.kind]} title={hit.label} note={hit.note} />
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownPlaces.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Go to">
            {shownPlaces.map((place) => (
              <Spotlight.Action key={place.href} onClick={() => go(place.href)}>
                <Row icon={place.icon} title={place.title} note={place.group} />
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownActs.length + hits.length + shownPlaces.length === 0 ? (
          <Spotlight.Empty>{search.state === "idle" ? "Nothing found. Try a code or a name." : "Searching"}</Spotlight.Empty>
        ) : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Row({ icon, title, note }: { icon: IconName; title: string; note: string }) {
  return (
    <span className="line" style={{ width: "100%" }}>
      <Icon name={icon} />
      <span className="clip">{title}</span>
      <span className="palette-note">{note}</span>
    </span>
  );
}

export function SearchButton() {
  return (
    <button type="button" className="search-button" onClick={() => spotlight.open()}>
      <Icon name="search" />
      <span className="clip">Search or run an act</span>
      <kbd className="nowrap">Ctrl K</kbd>
    </button>
  );
}
