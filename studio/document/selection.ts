/** What is selected on a canvas: states and transitions by their ids. The last one picked leads: the inspector shows it. */
export interface Picked {
  readonly kind: "state" | "transition";
  readonly id: string;
}
export type Selection = readonly Picked[];

export const NOTHING: Selection = [];

const same = (a: Picked, b: Picked): boolean => a.kind === b.kind && a.id === b.id;

export function pick(picked: Picked): Selection {
  return [picked];
}

/** Adds it, or takes it out where it was selected: shift-click. */
export function toggle(selection: Selection, picked: Picked): Selection {
  return selection.some((other) => same(other, picked)) ? selection.filter((other) => !same(other, picked)) : [...selection, picked];
}

export function isPicked(selection: Selection, kind: Picked["kind"], id: string): boolean {
  return selection.some((other) => other.kind === kind && other.id === id);
}

export const leading = (selection: Selection): Picked | null => selection.at(-1) ?? null;

/** Drops what a change has removed. `exists` tells whether a state or transition is still there. */
export function prune(selection: Selection, exists: (picked: Picked) => boolean): Selection {
  const kept = selection.filter(exists);
  return kept.length === selection.length ? selection : kept;
}
