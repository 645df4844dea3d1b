//! What many executions did, as looks of states.

import type { Overlay, Scene, StateOverlay } from "../api/shapes";
import { count, duration, percent } from "./time";
import { isState } from "./walk";

export const OVERLAYS = [
  { id: "outcomes", name: "Outcomes" },
  { id: "duration", name: "Duration p95" },
  { id: "failures", name: "Failures" },
  { id: "retries", name: "Retries" },
  { id: "none", name: "None" },
] as const;

export type OverlayKind = (typeof OVERLAYS)[number]["id"];

export interface OverlayLook {
  note?: string;
  words?: string;
  heat?: number;
}

/** One look for each state that the overlay says something about. */
export function overlayLooks(scene: Scene, overlay: Overlay | undefined, kind: OverlayKind): Map<string, OverlayLook> {
  const looks = new Map<string, OverlayLook>();
  if (overlay === undefined || kind === "none") return looks;
  const slowest = Math.max(1, ...Object.values(overlay.states).map((state) => state.p95Ms ?? 0));
  for (const node of scene.nodes) {
    if (!isState(node)) continue;
    const state = overlay.states[node.id];
    if (state === undefined || state.entered === 0) {
      if (kind === "outcomes") looks.set(node.id, { words: "never entered" });
      continue;
    }
    looks.set(node.id, lookOf(state, kind, slowest));
  }
  return looks;
}

function lookOf(state: StateOverlay, kind: OverlayKind, slowest: number): OverlayLook {
  switch (kind) {
    case "outcomes": {
      const parts: string[] = [];
      if (state.succeeded > 0) parts.push(`${count(state.succeeded)} ✓`);
      if (state.failed > 0) parts.push(`${count(state.failed)} ✕`);
      if (state.caught > 0) parts.push(`${count(state.caught)} ⚠`);
      const words = `entered ${state.entered}, succeeded ${state.succeeded}, failed ${state.failed}, caught ${state.caught}, retried ${state.retried}`;
      return { ...(parts.length > 0 ? { note: parts.join("  ") } : {}), words, ...(state.failed > 0 ? { heat: 0.2 * (state.failed / state.entered) } : {}) };
    }
    case "duration":
      if (state.p95Ms === null) return {};
      return {
        note: duration(state.p95Ms),
        words: `p50 ${duration(state.p50Ms)}, p95 ${duration(state.p95Ms)}`,
        heat: state.p95Ms / slowest,
      };
    case "failures": {
      const share = (state.failed + state.caught) / state.entered;
      return share === 0 ? { words: "no failures" } : { note: `${percent(share)} failed`, words: `${percent(share)} failed or were caught`, heat: share };
    }
    case "retries":
      return state.retried === 0 ? { words: "no retries" } : { note: `↻ ${count(state.retried)}`, words: `${state.retried} retries`, heat: Math.min(1, state.retried / state.entered) };
    case "none":
      return {};
  }
}
