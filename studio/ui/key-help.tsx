import { Modal } from "@mantine/core";
import { useState } from "react";
import { useKeys } from "./keys.ts";

export interface KeyLine {
  readonly keys: readonly string[];
  readonly does: string;
}

const EVERYWHERE: readonly KeyLine[] = [
  { keys: ["Ctrl", "K"], does: "search or run an act" },
  { keys: ["?"], does: "all keys" },
  { keys: ["Esc"], does: "closes what is on top" },
];

/** The keys of lists; pages add their own. */
export const LIST_KEYS: readonly KeyLine[] = [
  { keys: ["J", "K"], does: "move, down and up" },
  { keys: ["Enter"], does: "opens" },
  { keys: ["X"], does: "selects" },
  { keys: ["/"], does: "searches" },
];

/** Keys of a list whose rows are not selected. */
export const READING_KEYS: readonly KeyLine[] = LIST_KEYS.filter((line) => line.does !== "selects");

/** The sheet behind "?"; lists every key of this page. */
export function KeyHelp({ lines }: { lines: readonly KeyLine[] }) {
  const [open, setOpen] = useState(false);
  useKeys({ "?": () => setOpen(true) });
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys" size="sm" closeButtonProps={{ "aria-label": "Close" }}>
      <dl className="facts" style={{ gridTemplateColumns: "112px minmax(0, 1fr)", gap: 8 }}>
        {[...lines, ...EVERYWHERE].map((line) => (
          <div key={line.does} style={{ display: "contents" }}>
            <dt>
              {line.keys.map((key) => (
                <kbd key={key} style={{ marginRight: 4 }}>
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{line.does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

/** The short line of keys under a list. */
export function KeyLineHint({ lines = LIST_KEYS }: { lines?: readonly KeyLine[] }) {
  return (
    <span className="key-hint" aria-hidden="true">
      {lines.map((line) => (
        <span key={line.does} className="nowrap">
          {line.keys.map((key) => (
            <kbd key={key} style={{ marginRight: 4 }}>
              {key}
            </kbd>
          ))}
          {line.does.split(",")[0]}
        </span>
      ))}
      <span className="nowrap">
        <kbd>?</kbd> all keys
      </span>
    </span>
  );
}
