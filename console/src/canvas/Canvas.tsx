//! A scene that can be looked at: pan, zoom, walk, select. What the states look like comes from outside, so that this is the same picture for a
//! definition, for an execution at some moment, and for what many executions did.

import { select } from "d3-selection";
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, type ReactNode, memo, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Scene, SceneEdge, SceneNode, Status } from "../api/shapes";
import { IconButton } from "../components/controls";
import { look } from "../model/status";
import { depth, isState, walk, type Direction } from "../model/walk";
import { EdgeLine, EdgeLabel } from "./EdgeLine";
import { Minimap } from "./Minimap";
import { Mark, StateBox } from "./StateBox";

/** What a state shows beside its name. */
export interface StateLook {
  status?: Status;
  /** Short words at the lower right, such as `×3` or `p95 80 ms`. */
  note?: string;
  /** Words for a screen reader, after the state's own. */
  words?: string;
  /** 0 to 1: how strongly the box is tinted. */
  heat?: number;
  /** A bar in the head of a container. */
  progress?: { done: number; failed: number; total: number };
}

export interface CanvasProps {
  label: string;
  scene: Scene;
  looks: ReadonlyMap<string, StateLook>;
  /** How often each line was taken; null if that is not what is shown. */
  taken: Readonly<Record<string, number>> | null;
  selected: string | null;
  onSelect: (id: string | null) => void;
  /** Enter on a state. */
  onOpen?: (id: string) => void;
  /** What comes into sight first instead of the beginning. */
  focus?: string | null;
  onHover?: (id: string | null) => void;
  /** What lies over the upper left corner: the beginning is not put under it. px */
  corner?: [number, number];
  children?: ReactNode;
}

const NOTHING: [number, number] = [0, 0];
const SCALE: [number, number] = [0.08, 4];
/** Below this nothing can be read: a large picture begins at its head instead. */
const READABLE = 0.66;
const MARGIN = 24;
const MINIMAP_FROM = 60;
const STEP = 1.3;

export function Canvas({ label, scene, looks, taken, selected, onSelect, onOpen, focus, onHover, corner = NOTHING, children }: CanvasProps) {
  const svg = useRef<SVGSVGElement>(null);
  const layer = useRef<SVGGElement>(null);
  const behavior = useRef<ZoomBehavior<SVGSVGElement, unknown> | null>(null);
  const [view, setView] = useState<ZoomTransform>(zoomIdentity);
  const prefix = useId();
  const states = useMemo(() => scene.nodes.filter(isState), [scene]);
  const [active, setActive] = useState<string | null>(null);
  const current = selected ?? active ?? states[0]?.id ?? null;

  useLayoutEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent(SCALE)
      .filter((event: MouseEvent & WheelEvent) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : event.button === 0 || event.button === 1))
      .clickDistance(4)
      .on("zoom", ({ transform }: { transform: ZoomTransform }) => {
        layer.current?.setAttribute("transform", transform.toString());
        element.dataset["zoom"] = transform.k < 0.22 ? "blocks" : transform.k < 0.42 ? "names" : "all";
        scheduleView(transform);
      });
    let frame = 0;
    const scheduleView = (transform: ZoomTransform) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setView(transform));
    };
    behavior.current = zooming;
    const selection = select(element);
    selection.call(zooming).on("dblclick.zoom", null);
    const pan = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const scale = element.__zoom?.k ?? 1;
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      selection.call(zooming.translateBy, -dx / scale, -dy / scale);
    };
    element.addEventListener("wheel", pan, { passive: false });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("wheel", pan);
      selection.on(".zoom", null);
    };
  }, []);

  const moveTo = useCallback((transform: ZoomTransform) => {
    if (svg.current && behavior.current) select(svg.current).call(behavior.current.transform, transform);
  }, []);

  const fit = useCallback(() => {
    const box = svg.current?.getBoundingClientRect();
    if (!box || box.width === 0) return;
    const scale = fitScale(scene, box);
    moveTo(zoomIdentity.translate((box.width - scene.width * scale) / 2, Math.max(MARGIN / 2, (box.height - scene.height * scale) / 2)).scale(scale));
  }, [scene, moveTo]);

  const bring = useCallback(
    (id: string, scale?: number) => {
      const box = svg.current?.getBoundingClientRect();
      const node = scene.nodes.find((each) => each.id === id);
      if (!box || !node) return;
      const k = scale ?? svg.current?.__zoom?.k ?? 1;
      const [x, y, width, height] = node.rect;
      const tall = Math.min(height, box.height / k - 2 * MARGIN);
      // No more of the void around the picture than need be.
      const within = (wanted: number, room: number, length: number) =>
        length + 2 * MARGIN < room ? (room - length) / 2 : Math.min(MARGIN, Math.max(room - length - MARGIN, wanted));
      const broad = Math.min(width, box.width / k - 2 * MARGIN);
      const left = within(box.width / 2 - (x + broad / 2) * k, box.width, scene.width * k);
      const top = within(box.height / 2 - (y + tall / 2) * k, box.height, scene.height * k);
      moveTo(zoomIdentity.translate(left, top).scale(k));
    },
    [scene, moveTo],
  );

  // Only the first picture of a definition is brought into place; later ones leave the reader where they are.
  const shown = useRef<string | null>(null);
  const picture = `${scene.width} ${scene.height} ${scene.nodes.length}`;
  useLayoutEffect(() => {
    if (shown.current === picture) return;
    shown.current = picture;
    const box = svg.current?.getBoundingClientRect();
    if (!box || box.width === 0) return;
    const whole = fitScale(scene, box);
    if (whole >= READABLE) {
      fit();
    } else if (focus) {
      bring(focus, Math.max(whole, 0.85));
    } else {
      const fits = (box.width - 2 * MARGIN) / scene.width;
      const scale = fits >= READABLE ? Math.min(1, fits) : READABLE + 0.1;
      const start = scene.nodes.find((node) => node.kind === "Start");
      const centre = start ? start.rect[0] + start.rect[2] / 2 : scene.width / 2;
      // The beginning is in the middle, unless that would cut off what has room.
      const ends = [MARGIN, box.width - MARGIN - scene.width * scale];
      const left = Math.min(Math.max(...ends), Math.max(Math.min(...ends), box.width / 2 - centre * scale));
      const isUnder = left + (start?.rect[0] ?? 0) * scale < corner[0];
      moveTo(zoomIdentity.translate(left, isUnder ? corner[1] : MARGIN / 2).scale(scale));
    }
  }, [picture, scene, fit, focus, bring, moveTo, corner]);

  const known = useRef(selected);
  const select_ = (id: string | null) => {
    known.current = id;
    onSelect(id);
    if (id !== null) setActive(id);
  };

  const showIfHidden = (id: string) => {
    const box = svg.current?.getBoundingClientRect();
    const node = scene.nodes.find((each) => each.id === id);
    const transform = svg.current?.__zoom;
    if (!box || !node || !transform) return;
    const [left, top] = transform.apply([node.rect[0], node.rect[1]]);
    const [right, bottom] = transform.apply([node.rect[0] + node.rect[2], node.rect[1] + Math.min(node.rect[3], 56)]);
    if (left < 0 || top < 0 || right > box.width || bottom > box.height) bring(id);
  };

  // What was selected elsewhere is brought into sight.
  useEffect(() => {
    if (selected !== null && selected !== known.current) showIfHidden(selected);
    known.current = selected;
  }, [selected]);

  const typed = useRef({ text: "", at: 0 });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const go = (id: string | null) => {
      if (id === null) return;
      select_(id);
      showIfHidden(id);
    };
    if (direction !== undefined) {
      go(selected === null && direction !== "last" ? current : walk(scene, current, direction));
    } else if (event.key === "Enter" && current !== null) {
      const inside = event.shiftKey ? walk(scene, current, "in") : null;
      if (inside !== null) go(inside);
      else {
        select_(current);
        onOpen?.(current);
      }
    } else if (event.key === "Escape") {
      const around = current === null ? null : walk(scene, current, "out");
      if (around !== null && selected !== null) go(around);
      else if (selected !== null) select_(null);
      else return;
    } else if ((event.key === "f" || event.key === "F") && typed.current.text === "") fit();
    else if (event.key === "+" || event.key === "=") zoomBy(STEP);
    else if (event.key === "-") zoomBy(1 / STEP);
    else if (event.key === "0") zoomTo(1);
    else if (event.key.length === 1 && /\S/.test(event.key) && !"[]".includes(event.key)) {
      const now = Date.now();
      typed.current = { text: now - typed.current.at < 800 ? typed.current.text + event.key : event.key, at: now };
      const text = typed.current.text.toLowerCase();
      setTimeout(() => (typed.current.text = ""), 900);
      go(states.find((node) => node.name?.toLowerCase().startsWith(text))?.id ?? null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const zoomBy = (factor: number) => {
    if (svg.current && behavior.current) select(svg.current).call(behavior.current.scaleBy, factor);
  };
  const zoomTo = (scale: number) => {
    if (svg.current && behavior.current) select(svg.current).call(behavior.current.scaleTo, scale);
  };

  const idOf = (id: string) => `${prefix}${scene.nodes.findIndex((node) => node.id === id)}`;
  const containers = scene.nodes.map((node, place) => ({ node, place })).filter(({ node }) => node.isContainer || node.kind === "Branch");
  const leaves = scene.nodes.map((node, place) => ({ node, place })).filter(({ node }) => !node.isContainer && node.kind !== "Branch");
  const one = ({ node, place }: { node: SceneNode; place: number }) =>
    isState(node) ? (
      <Item
        key={node.id}
        id={`${prefix}${place}`}
        node={node}
        level={depth(scene, node) + 1}
        look={looks.get(node.id)}
        isSelected={selected === node.id}
        onSelect={select_}
        onHover={onHover}
      />
    ) : (
      <Mark key={node.id} node={node} isTaken={taken === null ? null : isReached(scene, place, taken)} />
    );
  return (
    <div className="relative h-full min-h-0 w-full overflow-hidden bg-canvas">
      <svg
        ref={svg}
        className="canvas ring-inset block h-full w-full touch-none"
        data-zoom="all"
        data-traced={taken !== null}
        tabIndex={0}
        role="tree"
        aria-label={`${label}. ${states.length} states. Arrow keys walk along the lines, Enter shows details, F fits the picture.`}
        aria-activedescendant={current === null ? undefined : idOf(current)}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          if (event.target === svg.current) select_(null);
        }}
      >
        <g ref={layer} role="presentation">
          {containers.map(one)}
          <Edges edges={scene.edges} taken={taken} />
          {leaves.map(one)}
          <Labels edges={scene.edges} taken={taken} />
        </g>
      </svg>
      <div className="absolute right-3 bottom-3 flex flex-col items-end gap-2">
        {scene.nodes.length > MINIMAP_FROM && <Minimap scene={scene} looks={looks} view={view} host={svg} onMove={moveTo} />}
        <div className="flex rounded-control border border-line bg-raised" role="group" aria-label="Zoom">
          <IconButton label="Zoom out" shortcut="−" onPress={() => zoomBy(1 / STEP)}>
            <Minus size={14} aria-hidden />
          </IconButton>
          <IconButton label={`${Math.round(100 * view.k)} %: zoom to 100 %`} shortcut="0" onPress={() => zoomTo(1)} className="w-12! text-caption">
            <span className="tabular">{Math.round(100 * view.k)} %</span>
          </IconButton>
          <IconButton label="Zoom in" shortcut="+" onPress={() => zoomBy(STEP)}>
            <Plus size={14} aria-hidden />
          </IconButton>
          <IconButton label="Fit the picture" shortcut="F" onPress={fit}>
            <Maximize size={14} aria-hidden />
          </IconButton>
        </div>
      </div>
      {scene.omitted !== undefined && (
        <p className="absolute bottom-3 left-3 rounded-control border border-line bg-raised px-2 py-1 text-meta text-muted">
          {scene.omitted} states are too many to draw here. The definition has them all.
        </p>
      )}
      {children}
    </div>
  );
}

const DIRECTIONS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "first",
  End: "last",
};

declare global {
  interface SVGSVGElement {
    /** Where d3-zoom keeps what is in sight. */
    __zoom?: ZoomTransform;
  }
}

function fitScale(scene: Scene, box: { width: number; height: number }): number {
  return Math.min(1, (box.width - MARGIN) / Math.max(1, scene.width), (box.height - MARGIN) / Math.max(1, scene.height));
}

/** Whether any line that leads to a mark, or from it, was taken. */
function isReached(scene: Scene, place: number, taken: Readonly<Record<string, number>>): boolean {
  return scene.edges.some((edge) => (edge.to === place || edge.from === place) && (taken[edge.id] ?? 0) > 0);
}

interface ItemProps {
  id: string;
  node: SceneNode;
  level: number;
  look: StateLook | undefined;
  isSelected: boolean;
  onSelect: (id: string) => void;
  onHover: ((id: string | null) => void) | undefined;
}

const Item = memo(function Item({ id, node, level, look: shown, isSelected, onSelect, onHover }: ItemProps) {
  const kind = node.subtitle?.startsWith(node.kind) ? undefined : node.kind;
  const words = [node.name, kind, node.subtitle, shown?.status && look(shown.status).word, shown?.words, node.title, ...(node.badges ?? []).map((badge) => badge.title), node.isUnreachable && "Nothing leads here"];
  return (
    <g
      id={id}
      role="treeitem"
      aria-level={level}
      aria-selected={isSelected}
      data-id={node.id}
      onClick={() => onSelect(node.id)}
      onMouseEnter={onHover && (() => onHover(node.id))}
      onMouseLeave={onHover && (() => onHover(null))}
    >
      <title>{words.filter(Boolean).join(", ")}</title>
      <StateBox node={node} look={shown} isSelected={isSelected} />
    </g>
  );
}, same);

/** Looks are made anew with every moment; most states look as before. */
function same(before: ItemProps, after: ItemProps): boolean {
  return (
    before.id === after.id &&
    before.node === after.node &&
    before.isSelected === after.isSelected &&
    JSON.stringify(before.look) === JSON.stringify(after.look)
  );
}

const Edges = memo(function Edges({ edges, taken }: { edges: SceneEdge[]; taken: Readonly<Record<string, number>> | null }) {
  // What was taken is drawn above what was not.
  const order = taken === null ? edges : [...edges].sort((a, b) => Math.min(1, taken[a.id] ?? 0) - Math.min(1, taken[b.id] ?? 0));
  return (
    <g aria-hidden>
      {order.map((edge) => (
        <EdgeLine key={edge.id} edge={edge} taken={taken === null ? null : (taken[edge.id] ?? 0)} />
      ))}
    </g>
  );
});

const Labels = memo(function Labels({ edges, taken }: { edges: SceneEdge[]; taken: Readonly<Record<string, number>> | null }) {
  return (
    <g aria-hidden>
      {edges.map((edge) => (
        <EdgeLabel key={edge.id} edge={edge} taken={taken === null ? null : (taken[edge.id] ?? 0)} />
      ))}
    </g>
  );
});

