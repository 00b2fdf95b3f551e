/** Columns beside an open side panel: those that have no room give way from the last on, for the panel says what they said. */
import { useLayoutEffect, useRef, useState } from "react";

interface Sized {
  readonly width?: number | string;
}

/** The page's margins lie inside the outer columns; a fixed width is the room for what is in the cell. */
export const MARGIN = 16;
export const PICK = 52;
const FLEXIBLE = 144;
const ALWAYS = 2;
const PHONE = "(max-width: 640px)";

/** Fixed columns keep their width, the others at least 144 px; a narrower place scrolls sideways. */
export const leastWidth = (columns: readonly Sized[], hasPick: boolean): number =>
  columns.reduce((sum, column) => sum + (typeof column.width === "number" ? column.width : FLEXIBLE), 2 * MARGIN + (hasPick ? PICK : 0));

/** The columns from the first on that fit into `room` px, at least two; all where there is no limit (null). */
export function fittingColumns<C extends Sized>(columns: readonly C[], hasPick: boolean, room: number | null): readonly C[] {
  let count = columns.length;
  while (room !== null && count > ALWAYS && leastWidth(columns.slice(0, count), hasPick) > room) count -= 1;
  return columns.slice(0, count);
}

/** The width of the element while the list stands beside a panel; null otherwise, and on a phone, where rows are cards. */
export function useRoom(isBeside: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<number | null>(null);
  useLayoutEffect(() => {
    const list = element.current;
    if (!isBeside || list === null) {
      setRoom(null);
      return;
    }
    const measure = (): void => setRoom(matchMedia(PHONE).matches ? null : list.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list);
    return () => observer.disconnect();
  }, [isBeside]);
  return { element, room };
}
