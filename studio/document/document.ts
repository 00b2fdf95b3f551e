/**
 * One definition as the studio edits it. The definition JSON is the only truth: canvas, grid and JSON pane are drawn from it,
 * and it changes only through the commands of `commands/`, each of which answers with its inverse.
 */
import type { Kind } from "#engine/schema/definition-base.ts";
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";

export interface StudioDocument {
  readonly kind: Kind;
  readonly key: string;
  readonly content: JsonObject;
}

/** A box on the canvas, relative to its container's top left corner, in pixels at 100 %. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
/** The way of one transition: absolute corner points from source to target, and the centre of its pill. */
export interface Route {
  readonly points: readonly Point[];
  readonly label: Point;
}
/** What a machine's `layout` holds: boxes by state path ("" is the machine itself) and routes by transition id. */
export interface CanvasLayout {
  readonly nodes: Readonly<Record<string, Box>>;
  readonly routes: Readonly<Record<string, Route>>;
}

export const EMPTY_LAYOUT: CanvasLayout = { nodes: {}, routes: {} };

/** The document of a definition. Its kind and key are the address that it was opened under, whatever the JSON says. */
export function createDocument(kind: Kind, key: string, content: JsonObject): StudioDocument {
  return { kind, key, content };
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isPoint = (value: unknown): value is Point => isJsonObject(value) && isNumber(value["x"]) && isNumber(value["y"]);

/** The saved layout, with whatever is malformed left out; null where nothing is saved. */
export function layoutOf(document: StudioDocument): CanvasLayout | null {
  const layout = document.content["layout"];
  if (!isJsonObject(layout) || !isJsonObject(layout["nodes"])) return null;
  const nodes: Record<string, Box> = {};
  for (const [path, box] of Object.entries(layout["nodes"])) {
    if (isJsonObject(box) && isNumber(box["x"]) && isNumber(box["y"]) && isNumber(box["w"]) && isNumber(box["h"])) {
      nodes[path] = { x: box["x"], y: box["y"], w: box["w"], h: box["h"] };
    }
  }
  const routes: Record<string, Route> = {};
  for (const [id, route] of Object.entries(isJsonObject(layout["routes"]) ? layout["routes"] : {})) {
    if (!isJsonObject(route) || !Array.isArray(route["points"]) || !isPoint(route["label"])) continue;
    const points = route["points"].filter(isPoint);
    if (points.length >= 2) routes[id] = { points, label: route["label"] };
  }
  return { nodes, routes };
}
