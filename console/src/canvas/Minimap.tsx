//! The whole picture small, with what is in sight; a press moves there.

import { type ZoomTransform, zoomIdentity } from "d3-zoom";
import type { PointerEvent, RefObject } from "react";
import type { Scene } from "../api/shapes";
import { isState } from "../model/walk";
import type { StateLook } from "./Canvas";

/** px at most */
const WIDTH = 160;
const HEIGHT = 300;
/** px: nothing can be told from less. */
const LEAST = 18;

export function Minimap({
  scene,
  looks,
  view,
  host,
  onMove,
}: {
  scene: Scene;
  looks: ReadonlyMap<string, StateLook>;
  view: ZoomTransform;
  host: RefObject<SVGSVGElement | null>;
  onMove: (transform: ZoomTransform) => void;
}) {
  const scale = Math.min(WIDTH / scene.width, HEIGHT / scene.height);
  if (Math.min(scene.width, scene.height) * scale < LEAST) return null;
  const box = host.current?.getBoundingClientRect();
  const move = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1 || !box) return;
    const place = event.currentTarget.getBoundingClientRect();
    const [x, y] = [(event.clientX - place.left) / scale, (event.clientY - place.top) / scale];
    onMove(zoomIdentity.translate(box.width / 2 - x * view.k, box.height / 2 - y * view.k).scale(view.k));
  };
  return (
    <svg
      aria-hidden
      className="minimap touch-none rounded-control border border-line bg-raised"
      width={scene.width * scale}
      height={scene.height * scale}
      viewBox={`0 0 ${scene.width} ${scene.height}`}
      onPointerDown={move}
      onPointerMove={move}
    >
      {scene.nodes.filter(isState).map((node) => (
        <rect
          key={node.id}
          data-status={looks.get(node.id)?.status ?? "IDLE"}
          className={node.isContainer ? "outer" : "inner"}
          x={node.rect[0]}
          y={node.rect[1]}
          width={node.rect[2]}
          height={node.rect[3]}
        />
      ))}
      {box && (
        <rect className="sight" x={-view.x / view.k} y={-view.y / view.k} width={box.width / view.k} height={box.height / view.k} strokeWidth={1.5 / scale} />
      )}
    </svg>
  );
}
