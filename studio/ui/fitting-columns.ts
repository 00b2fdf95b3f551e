/**
 * How wide columns are. In a narrow list all of them give of their width alike, down to their least; beside an open side panel those that
 * have no room even so give way from the last on, for the panel says what they said.
 */
import { useLayoutEffect, useRef, useState } from "react";

interface Sized {
  readonly width?: number | string;
  /** What a narrow list leaves it; without one a fixed column keeps its width, and any other 144 px. */
  readonly least?: number;
}

/** The page's margins lie inside the outer columns; a fixed width is the room for what is in the cell. */
export const MARGIN = 16;
export const PICK = 52;
const FLEXIBLE = 144;
const ALWAYS = 2;
const PHONE = "(max-width: 640px)";

const wanted = ({ width }: Sized): number => (typeof width === "number" ? width : FLEXIBLE);
const least = (column: Sized): number => Math.min(column.least ?? wanted(column), wanted(column));
const sumOf = (columns: readonly Sized[], hasPick: boolean, each: (column: Sized) => number): number =>
  columns.reduce((sum, column) => sum + each(column), 2 * MARGIN + (hasPick ? PICK : 0));

/** Every column at its least; a narrower place scrolls sideways. */
export const leastWidth = (columns: readonly Sized[], hasPick: boolean): number => sumOf(columns, hasPick, least);

/**
 * The width of each column as CSS, for a table in a size container: the same before and after scripts run. A fixed one goes from its
 * least to its width as the list goes from the least to what all of them want; the others share the rest.
 */
export function columnWidths(columns: readonly Sized[], hasPick: boolean): readonly (number | string | undefined)[] {
  const from = sumOf(columns, hasPick, least);
  const spread = sumOf(columns, hasPick, wanted) - from;
  return columns.map((column, index) => {
    const { width } = column;
    if (typeof width !== "number") return width;
    const margin = (index === 0 && !hasPick) || index === columns.length - 1 ? MARGIN : 0;
    const [low, high] = [least(column) + margin, width + margin];
    if (low === high) return high;
    return `clamp(${low}px, calc(${low}px + ${((high - low) / spread).toFixed(4)} * (100cqw - ${from}px)), ${high}px)`;
  });
}

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
