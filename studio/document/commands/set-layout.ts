/** Sets the machine's whole layout, or removes it (null): automatic arrangement, and the inverse of a move. */
import type { Json } from "#engine/schema/json.ts";
import type { CanvasLayout, StudioDocument } from "../document.ts";
import { type SetValue, setValue } from "./set-value.ts";

export interface SetLayout {
  readonly type: "set-layout";
  readonly layout: CanvasLayout | null;
}

export function setLayout(document: StudioDocument, command: SetLayout): { document: StudioDocument; inverse: SetValue } {
  return setValue(document, { type: "set-value", path: ["layout"], value: command.layout === null ? undefined : (command.layout as unknown as Json) });
}
