//! From state to state with the arrow keys: along the lines, and sideways to what stands beside.

import type { Scene, SceneNode } from "../api/shapes";

export type Direction = "up" | "down" | "left" | "right" | "in" | "out" | "first" | "last";

const MARKS = new Set(["Branch", "Start", "Dot", "End", "Missing", "Link"]);

export function isState(node: SceneNode): boolean {
  return !MARKS.has(node.kind);
}

/** The nearest state around a node; undefined at the top. */
export function enclosing(scene: Scene, node: SceneNode): SceneNode | undefined {
  let around = node.parent === undefined ? undefined : scene.nodes[node.parent];
  while (around !== undefined && !isState(around)) around = around.parent === undefined ? undefined : scene.nodes[around.parent];
  return around;
}

/** How many states are around it. */
export function depth(scene: Scene, node: SceneNode): number {
  const around = enclosing(scene, node);
  return around === undefined ? 0 : 1 + depth(scene, around);
}

/** Where a key leads, by id. Null: nowhere, stay. */
export function walk(scene: Scene, from: string | null, direction: Direction): string | null {
  const states = scene.nodes.filter(isState);
  const at = scene.nodes.findIndex((node) => node.id === from);
  const node = scene.nodes[at];
  if (node === undefined || direction === "first") return states[0]?.id ?? null;
  switch (direction) {
    case "last":
      return states.at(-1)?.id ?? null;
    case "down":
      return along(scene, scene.edges.filter((edge) => edge.from === at && !edge.isLoop).map((edge) => edge.to));
    case "up":
      return along(scene, scene.edges.filter((edge) => edge.to === at && !edge.isLoop).map((edge) => edge.from)) ?? enclosing(scene, node)?.id ?? null;
    case "in":
      return states.find((other) => enclosing(scene, other) === node)?.id ?? null;
    case "out":
      return enclosing(scene, node)?.id ?? null;
    case "left":
    case "right":
      return beside(scene, node, direction);
  }
}

function along(scene: Scene, targets: number[]): string | null {
  for (const target of targets) {
    const node = scene.nodes[target];
    if (node === undefined) continue;
    if (isState(node)) return node.id;
    // A mark that stands for a state far away has its name.
    const meant = node.kind === "Link" ? scene.nodes.find((other) => isState(other) && other.name === node.name && other.parent === node.parent) : undefined;
    if (meant !== undefined) return meant.id;
  }
  return null;
}

/** What is at about the same height, the nearest first; states in other branches of the same Parallel are beside each other. */
function beside(scene: Scene, node: SceneNode, direction: "left" | "right"): string | null {
  const [x, y, width, height] = node.rect;
  const around = enclosing(scene, node);
  let best: { id: string; distance: number } | null = null;
  for (const other of scene.nodes) {
    if (!isState(other) || other === node || enclosing(scene, other) !== around) continue;
    const [otherX, otherY, otherWidth, otherHeight] = other.rect;
    if (otherY >= y + height || otherY + otherHeight <= y) continue;
    const distance = direction === "right" ? otherX - (x + width) : x - (otherX + otherWidth);
    if (distance < 0 || (best !== null && best.distance <= distance)) continue;
    best = { id: other.id, distance };
  }
  return best?.id ?? null;
}
