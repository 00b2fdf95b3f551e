/**
 * Moves or resizes boxes and bends the routes that the move touches. One command per gesture: a drag that makes a container grow
 * changes several boxes, and undo takes all of it back.
 */
import type { Json } from "#engine/schema/json.ts";
import { type Box, EMPTY_LAYOUT, layoutOf, type Route, type StudioDocument } from "../document.ts";
import { type SetValue, setValue } from "./set-value.ts";

export interface MoveNode {
  readonly type: "move-node";
  /** State path -> its new box. */
  readonly nodes: Readonly<Record<string, Box>>;
  /** Transition id -> its new way; null forgets it, so that it is routed afresh. */
  readonly routes: Readonly<Record<string, Route | null>>;
}

export function moveNode(document: StudioDocument, command: MoveNode): { document: StudioDocument; inverse: SetValue } {
  const layout = layoutOf(document) ?? EMPTY_LAYOUT;
  const routes: Record<string, Route> = { ...layout.routes };
  for (const [id, route] of Object.entries(command.routes)) {
    if (route === null) delete routes[id];
    else routes[id] = route;
  }
  const next = { nodes: { ...layout.nodes, ...command.nodes }, routes };
  return setValue(document, { type: "set-value", path: ["layout"], value: next as unknown as Json });
}
