//! The states of a definition as a tree: in the order of the text, branches of a Parallel apart.

import type { Scene, SceneNode } from "../api/shapes";
import { isState } from "./walk";

export interface OutlineRow {
  id: string;
  name: string;
  /** Null of a branch. */
  node: SceneNode | null;
  level: number;
  /** Its number among those beside it, from 1 on. */
  place: number;
  /** How many those are. */
  of: number;
  /** What it is in; null at the top. */
  around: string | null;
  /** Whether there is anything in it, and that is shown; null if there is nothing. */
  isExpanded: boolean | null;
}

/** The rows in sight: what is in `collapsed` ones is left out. */
export function outline(scene: Scene, collapsed: ReadonlySet<string>): OutlineRow[] {
  const inside = new Map<number | undefined, number[]>();
  scene.nodes.forEach((node, place) => {
    if (!isState(node) && node.kind !== "Branch") return;
    const beside = inside.get(node.parent) ?? [];
    if (beside.length === 0) inside.set(node.parent, beside);
    beside.push(place);
  });
  const rows: OutlineRow[] = [];
  const add = (parent: number | undefined, around: string | null, level: number) => {
    const places = (inside.get(parent) ?? []).toSorted((a, b) => (scene.nodes[a]?.span?.[0] ?? 0) - (scene.nodes[b]?.span?.[0] ?? 0));
    // The one branch of a Map is no level of its own.
    const [only] = places;
    if (places.length === 1 && only !== undefined && scene.nodes[only]?.kind === "Branch") {
      add(only, around, level);
      return;
    }
    places.forEach((place, number) => {
      const node = scene.nodes[place];
      if (node === undefined) return;
      const hasMore = inside.has(place);
      const isExpanded = hasMore ? !collapsed.has(node.id) : null;
      rows.push({ id: node.id, name: isState(node) ? (node.name ?? "") : `Branch ${number + 1}`, node: isState(node) ? node : null, level, place: number + 1, of: places.length, around, isExpanded });
      if (isExpanded === true) add(place, node.id, level + 1);
    });
  };
  add(undefined, null, 1);
  return rows;
}

/** Where a key leads from a row, and what it opens or closes. */
export function outlineKey(rows: OutlineRow[], from: string | null, key: string): { to?: string; toggle?: string } | null {
  const at = rows.findIndex((row) => row.id === from);
  const row = rows[at];
  const go = (place: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, place))];
    return next === undefined ? {} : { to: next.id };
  };
  switch (key) {
    case "ArrowDown":
      return go(at + 1);
    case "ArrowUp":
      return go(at < 0 ? 0 : at - 1);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "ArrowRight":
      if (row?.isExpanded == null) return {};
      return row.isExpanded ? go(at + 1) : { toggle: row.id };
    case "ArrowLeft":
      if (row?.isExpanded === true) return { toggle: row.id };
      return row?.around == null ? {} : { to: row.around };
    default:
      return null;
  }
}
