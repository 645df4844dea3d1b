//! Lines of a scene as paths: round corners, an arrow at the end.

import type { SceneEdge } from "../api/shapes";

type Point = readonly [number, number];

/** px */
const CORNER = 8;
/** px */
const ARROW = 8;
const ARROW_HALF = 4;

const distance = (a: Point, b: Point) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);

function towards(from: Point, to: Point, length: number): Point {
  const whole = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (whole === 0) return from;
  return [from[0] + ((to[0] - from[0]) * length) / whole, from[1] + ((to[1] - from[1]) * length) / whole];
}

/** The line itself. It ends short of the arrow's tip. */
export function linePath(edge: SceneEdge): string {
  const points: Point[] = [...edge.points];
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined) return "";
  if (edge.joins === undefined) points[points.length - 1] = towards(last, before, ARROW - 2);
  let path = `M${points[0]![0]} ${points[0]![1]}`;
  for (let corner = 1; corner < points.length - 1; corner++) {
    const [a, b, c] = [points[corner - 1]!, points[corner]!, points[corner + 1]!];
    const radius = Math.min(CORNER, distance(a, b) / 2, distance(b, c) / 2);
    const start = towards(b, a, radius);
    const end = towards(b, c, radius);
    path += `L${start[0]} ${start[1]}Q${b[0]} ${b[1]} ${end[0]} ${end[1]}`;
  }
  const end = points.at(-1)!;
  return `${path}L${end[0]} ${end[1]}`;
}

/** The arrow's triangle; empty if the line goes on with another. */
export function arrowPath(edge: SceneEdge): string {
  const tip = edge.points.at(-1);
  const before = edge.points.at(-2);
  if (edge.joins !== undefined || tip === undefined || before === undefined) return "";
  const back = towards(tip, before, ARROW);
  const [dx, dy] = [(back[0] - tip[0]) / ARROW, (back[1] - tip[1]) / ARROW];
  const side = (sign: number) => `${back[0] - sign * dy * ARROW_HALF} ${back[1] + sign * dx * ARROW_HALF}`;
  return `M${tip[0]} ${tip[1]}L${side(1)}L${side(-1)}Z`;
}

/** The middle of the longest part: there is room for a number. */
export function middle(edge: SceneEdge): Point {
  let best: Point = edge.points[0] ?? [0, 0];
  let longest = -1;
  for (let part = 1; part < edge.points.length; part++) {
    const [a, b] = [edge.points[part - 1]!, edge.points[part]!];
    if (distance(a, b) <= longest) continue;
    longest = distance(a, b);
    best = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  }
  return best;
}
