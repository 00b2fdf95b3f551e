/**
 * Orthogonal routes that never run through a card: for what ELK does not route (between lanes, into parallel states), for what
 * a person has moved, and for transitions that unfold for a moment. A* over the lines beside and through the middle of the
 * boxes; bends, crossings and running along another route cost extra. Pure and deterministic.
 */
import type { Box, Point, Route } from "../document/document.ts";
import { simplify } from "./path.ts";

export interface RouteRequest {
  readonly from: Box;
  readonly to: Box;
  /** Cards and foreign containers; `from` and `to` may be among them. */
  readonly obstacles: readonly Box[];
  /** Routes that are there already. */
  readonly taken: readonly (readonly Point[])[];
  readonly pill: { readonly w: number; readonly h: number };
  /** Pills that are there already: a new one keeps off them. */
  readonly pills?: readonly Box[];
}

const MARGIN = 16;
const CLEARANCE = 6;
const BEND = 48;
const ALONG = 6;
const CROSSING = 24;

/** 0 right, 1 down, 2 left, 3 up. */
const DX = [1, 0, -1, 0] as const;
const DY = [0, 1, 0, -1] as const;

interface Port extends Point {
  readonly direction: number;
}

function ports(box: Box): Port[] {
  const across = (size: number): number[] =>
    size >= 96 ? [size * 0.25, size * 0.5, size * 0.75] : size >= 40 ? [size * 0.3, size * 0.5, size * 0.7] : [size * 0.5];
  const result: Port[] = [];
  for (const dy of across(box.h))
    result.push({ x: box.x + box.w, y: Math.round(box.y + dy), direction: 0 }, { x: box.x, y: Math.round(box.y + dy), direction: 2 });
  for (const dx of across(box.w))
    result.push({ x: Math.round(box.x + dx), y: box.y + box.h, direction: 1 }, { x: Math.round(box.x + dx), y: box.y, direction: 3 });
  return result;
}

const grown = (box: Box, by: number): Box => ({ x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by });

/** Whether the axis-parallel leg runs through the box; touching its border does not count. */
export function legHitsBox(a: Point, b: Point, box: Box): boolean {
  return Math.max(a.x, b.x) > box.x && Math.min(a.x, b.x) < box.x + box.w && Math.max(a.y, b.y) > box.y && Math.min(a.y, b.y) < box.y + box.h;
}

export const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;

/** The cheapest way and the place of its pill. Where every way is walled in, the straight corner way. */
export function findRoute(request: RouteRequest): Route {
  const { from, to } = request;
  if (from.x === to.x && from.y === to.y && from.w === to.w) return loopRoute(from, request.pill);
  const walls = request.obstacles.map((box) => grown(box, CLEARANCE)).filter((box) => !isInside(box, from, to));
  const points = search(request, walls) ?? cornerWay(from, to);
  return { points, label: placePill(points, request) };
}

/** A wall that encloses one end cannot be one: it is a container around it. */
const isInside = (wall: Box, from: Box, to: Box): boolean => {
  const own = (box: Box): boolean => wall.x === box.x - CLEARANCE && wall.y === box.y - CLEARANCE && wall.w === box.w + 2 * CLEARANCE;
  if (own(from) || own(to)) return contains(grown(from, CLEARANCE), to) || contains(grown(to, CLEARANCE), from);
  return contains(wall, from) || contains(wall, to);
};

/** Self transitions loop at the top right. */
function loopRoute(box: Box, pill: RouteRequest["pill"]): Route {
  const reach = Math.min(40, box.w / 3);
  const right = box.x + box.w;
  const top = box.y - 22;
  const points = [
    { x: right - reach, y: box.y },
    { x: right - reach, y: top },
    { x: right + 16, y: top },
    { x: right + 16, y: box.y + 18 },
    { x: right, y: box.y + 18 },
  ];
  return { points, label: { x: Math.round(right - reach / 2 + 8 - Math.max(0, pill.w - 96) / 2), y: top } };
}

function cornerWay(from: Box, to: Box): Point[] {
  const a = { x: from.x + from.w / 2, y: from.y + from.h / 2 };
  const b = { x: to.x + to.w / 2, y: to.y + to.h / 2 };
  return simplify([a, { x: b.x, y: a.y }, b]);
}

function search(request: RouteRequest, walls: readonly Box[]): Point[] | null {
  const { from, to } = request;
  const starts = ports(from);
  const within = contains(grown(from, 1), to) || contains(grown(to, 1), from);
  const ends = ports(to);
  const xs = lines(
    [...request.obstacles, from, to].flatMap((box) => [box.x - MARGIN, box.x + box.w + MARGIN]),
    [...starts, ...ends].map((port) => port.x),
  );
  const ys = lines(
    [...request.obstacles, from, to].flatMap((box) => [box.y - MARGIN, box.y + box.h + MARGIN]),
    [...starts, ...ends].map((port) => port.y),
  );
  const width = xs.length;
  const total = width * ys.length * 4;
  const cost = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(total).fill(-1);
  const queue = createQueue();
  const indexX = new Map(xs.map((x, index) => [x, index]));
  const indexY = new Map(ys.map((y, index) => [y, index]));
  const id = (x: number, y: number, direction: number): number => (y * width + x) * 4 + direction;
  const goals = new Map<number, Port>();
  const inner = contains(grown(from, 1), to) ? from : contains(grown(to, 1), from) ? to : null;
  for (const port of ends) {
    const inward = inner === to && within ? port.direction : (port.direction + 2) % 4;
    goals.set(id(indexX.get(port.x) as number, indexY.get(port.y) as number, inward), port);
  }
  const target = { x: to.x + to.w / 2, y: to.y + to.h / 2 };
  const guess = (x: number, y: number): number =>
    Math.max(0, Math.abs((xs[x] as number) - target.x) - to.w / 2) + Math.max(0, Math.abs((ys[y] as number) - target.y) - to.h / 2);
  for (const port of starts) {
    const direction = inner === from && within ? (port.direction + 2) % 4 : port.direction;
    const at = id(indexX.get(port.x) as number, indexY.get(port.y) as number, direction);
    const offCentre = Math.abs(port.x - from.x - from.w / 2) + Math.abs(port.y - from.y - from.h / 2);
    cost[at] = offCentre * 0.02;
    queue.push(at, cost[at] as number);
  }
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (goals.has(at)) return walkBack(at, before, xs, ys, width);
    const direction = at % 4;
    const cell = (at - direction) / 4;
    const x = cell % width;
    const y = (cell - x) / width;
    for (let turn = 0; turn < 4; turn += 1) {
      if (turn === (direction + 2) % 4) continue;
      if (before[at] === -1 && turn !== direction) continue;
      const nx = x + (DX[turn] as number);
      const ny = y + (DY[turn] as number);
      if (nx < 0 || ny < 0 || nx >= width || ny >= ys.length) continue;
      const a = { x: xs[x] as number, y: ys[y] as number };
      const b = { x: xs[nx] as number, y: ys[ny] as number };
      const next = id(nx, ny, turn);
      if (walls.some((wall) => legHitsBox(a, b, wall)) && !isStub(a, b, from, to)) continue;
      const leg = Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
      const total = (cost[at] as number) + leg + (turn === direction ? 0 : BEND) + friction(a, b, request.taken);
      if (total >= (cost[next] as number)) continue;
      cost[next] = total;
      before[next] = at;
      queue.push(next, total + guess(nx, ny));
    }
  }
  return null;
}

/** The first and last leg may touch the margin of their own box, not run through the box. */
function isStub(a: Point, b: Point, from: Box, to: Box): boolean {
  return [from, to].some((box) => legHitsBox(a, b, grown(box, CLEARANCE)) && !legHitsBox(a, b, box) && (onBorder(a, box) || onBorder(b, box)));
}

const onBorder = (point: Point, box: Box): boolean =>
  ((point.x === box.x || point.x === box.x + box.w) && point.y >= box.y && point.y <= box.y + box.h) ||
  ((point.y === box.y || point.y === box.y + box.h) && point.x >= box.x && point.x <= box.x + box.w);

function lines(free: readonly number[], fixed: readonly number[]): number[] {
  return [...new Set([...free, ...fixed])].toSorted((a, b) => a - b);
}

/** What it costs to run along or across the routes that are there. */
function friction(a: Point, b: Point, taken: readonly (readonly Point[])[]): number {
  let sum = 0;
  const flat = a.y === b.y;
  for (const points of taken) {
    for (let index = 1; index < points.length; index += 1) {
      const c = points[index - 1] as Point;
      const d = points[index] as Point;
      if ((c.y === d.y) !== flat) {
        const crosses = flat ? between(c.x, a.x, b.x) && between(a.y, c.y, d.y) : between(c.y, a.y, b.y) && between(a.x, c.x, d.x);
        if (crosses) sum += CROSSING;
      } else if (Math.abs(flat ? a.y - c.y : a.x - c.x) < 10) {
        const overlap = flat
          ? Math.min(Math.max(a.x, b.x), Math.max(c.x, d.x)) - Math.max(Math.min(a.x, b.x), Math.min(c.x, d.x))
          : Math.min(Math.max(a.y, b.y), Math.max(c.y, d.y)) - Math.max(Math.min(a.y, b.y), Math.min(c.y, d.y));
        if (overlap > 0) sum += overlap * ALONG;
      }
    }
  }
  return sum;
}

const between = (value: number, a: number, b: number): boolean => value > Math.min(a, b) && value < Math.max(a, b);

function walkBack(goal: number, before: Int32Array, xs: readonly number[], ys: readonly number[], width: number): Point[] {
  const points: Point[] = [];
  for (let at = goal; at !== -1; at = before[at] as number) {
    const cell = Math.floor(at / 4);
    points.push({ x: xs[cell % width] as number, y: ys[Math.floor(cell / width)] as number });
  }
  return simplify(points.toReversed());
}

/** The middle of the leg where the pill lies freest: off cards and other routes, on a long flat leg. */
export function placePill(points: readonly Point[], request: Pick<RouteRequest, "obstacles" | "taken" | "pill" | "pills">): Point {
  let best: { point: Point; cost: number } | null = null;
  for (let index = 1; index < points.length; index += 1) {
    const a = points[index - 1] as Point;
    const b = points[index] as Point;
    const flat = a.y === b.y;
    const leg = Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
    for (const share of [0.5, 0.3, 0.7, 0.15, 0.85]) {
      const point = { x: Math.round(a.x + (b.x - a.x) * share), y: Math.round(a.y + (b.y - a.y) * share) };
      const box = { x: point.x - request.pill.w / 2, y: point.y - request.pill.h / 2, w: request.pill.w, h: request.pill.h };
      const covered = request.obstacles.filter((other) => overlaps(box, other) && !contains(other, box)).length;
      const hidden = (request.pills ?? []).filter((other) => overlaps(box, other)).length;
      const crossed = request.taken.filter((other) => other.some((corner, at) => at > 0 && legHitsBox(other[at - 1] as Point, corner, box))).length;
      const cost =
        covered * 1000 +
        hidden * 500 +
        crossed * 60 +
        (flat ? Math.max(0, request.pill.w + 12 - leg) * 4 : 40 + Math.max(0, 40 - leg) * 4) -
        Math.min(leg, 200) * 0.1 +
        Math.abs(share - 0.5) * 20;
      if (best === null || cost < best.cost) best = { point, cost };
    }
  }
  return best?.point ?? points[0] ?? { x: 0, y: 0 };
}

const overlaps = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** A binary heap of (value, rank), smallest rank first; ties in order of insertion. */
function createQueue(): { push(value: number, rank: number): void; pop(): number | undefined } {
  const heap: { value: number; rank: number; order: number }[] = [];
  let order = 0;
  const less = (a: number, b: number): boolean => {
    const x = heap[a] as { rank: number; order: number };
    const y = heap[b] as { rank: number; order: number };
    return x.rank < y.rank || (x.rank === y.rank && x.order < y.order);
  };
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[number], heap[a] as (typeof heap)[number]];
  };
  return {
    push(value, rank) {
      heap.push({ value, rank, order: order++ });
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!less(at, parent)) break;
        swap(at, parent);
        at = parent;
      }
    },
    pop() {
      const [top] = heap;
      if (top === undefined) return undefined;
      const last = heap.pop() as (typeof heap)[number];
      if (heap.length > 0) {
        heap[0] = last;
        for (let at = 0; ; ) {
          const left = at * 2 + 1;
          const least = [left, left + 1].reduce((best, child) => (child < heap.length && less(child, best) ? child : best), at);
          if (least === at) break;
          swap(at, least);
          at = least;
        }
      }
      return top.value;
    },
  };
}
