/** Orthogonal ways as SVG: corners rounded, needless points dropped. */
import type { Point } from "../document/document.ts";

/** Drops points that repeat or lie on the straight line between their neighbours. */
export function simplify(points: readonly Point[]): Point[] {
  const result: Point[] = [];
  for (const point of points) {
    const last = result.at(-1);
    const before = result.at(-2);
    if (last !== undefined && last.x === point.x && last.y === point.y) continue;
    if (last !== undefined && before !== undefined && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y)))
      result.pop();
    result.push(point);
  }
  return result;
}

/** SVG path data with corners of `radius`, less where a leg is short. */
export function roundedPath(points: readonly Point[], radius = 8): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const before = points[index] as Point;
    const after = points[index + 2];
    if (after === undefined) {
      path += `L${point.x} ${point.y}`;
      return;
    }
    const reach = Math.min(radius, length(before, point) / 2, length(point, after) / 2);
    const from = toward(point, before, reach);
    const to = toward(point, after, reach);
    path += `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
  });
  return path;
}

export const length = (a: Point, b: Point): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

function toward(from: Point, to: Point, distance: number): Point {
  const whole = Math.hypot(to.x - from.x, to.y - from.y);
  if (whole === 0) return from;
  return { x: from.x + ((to.x - from.x) * distance) / whole, y: from.y + ((to.y - from.y) * distance) / whole };
}
