/** Find a state by its title or path: typing narrows, Enter goes there. */
import { useEffect, useRef, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import type { Chart } from "./chart.ts";

export function FindState({ chart, onFind, onClose }: { chart: Chart; onFind: (state: string) => void; onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const wanted = text.trim().toLowerCase();
  const found = [...chart.states.values()].filter((state) => state.id !== "" && `${state.title} ${state.id}`.toLowerCase().includes(wanted)).slice(0, 8);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && found[at] !== undefined) onFind(found[at].id);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp")
      setAt((now) => (now + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="find-state">
      <div className="line">
        <Icon name="search" />
        <input
          ref={field}
          value={text}
          role="combobox"
          aria-expanded="true"
          aria-controls="found-states"
          aria-activedescendant={found[at] === undefined ? undefined : `found-${found[at].id}`}
          aria-label="Find a state"
          placeholder="Find a state"
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          onBlur={onClose}
        />
        <kbd>Esc</kbd>
      </div>
      <div role="listbox" id="found-states" aria-label="States">
        {found.map((state, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field above
          <div
            key={state.id}
            role="option"
            tabIndex={-1}
            id={`found-${state.id}`}
            aria-selected={index === at}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onFind(state.id)}
          >
            <span>{state.title}</span>
            <code className="quiet">{state.id}</code>
          </div>
        ))}
        {found.length === 0 ? <p className="small quiet">No state is called so.</p> : null}
      </div>
    </div>
  );
}
