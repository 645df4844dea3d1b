//! A line with its arrow, and its label.

import { memo } from "react";
import type { SceneEdge } from "../api/shapes";
import { arrowPath, linePath, middle } from "../model/lines";

/** `taken` is how often; null where that is not known. */
export const EdgeLine = memo(function EdgeLine({ edge, taken }: { edge: SceneEdge; taken: number | null }) {
  const arrow = arrowPath(edge);
  return (
    <g className={`edge edge-${edge.kind}`} data-id={edge.id} data-taken={taken === null ? undefined : taken > 0}>
      <path className="edge-line" d={linePath(edge)} />
      {arrow && <path className="edge-arrow" d={arrow} />}
    </g>
  );
});

export const EdgeLabel = memo(function EdgeLabel({ edge, taken }: { edge: SceneEdge; taken: number | null }) {
  const times = taken !== null && taken > 1 ? `×${taken}` : "";
  const { label } = edge;
  if (label === undefined && times === "") return null;
  if (label === undefined) {
    const [x, y] = middle(edge);
    const width = 10 + 7 * times.length;
    return (
      <g className="edge-label" data-taken>
        <rect x={x - width / 2} y={y - 9} width={width} height={18} rx={9} />
        <text x={x} y={y + 4} textAnchor="middle">
          {times}
        </text>
      </g>
    );
  }
  const [x, y, width, height] = label.rect;
  return (
    <g className={`edge-label edge-label-${edge.kind}`} data-taken={taken === null ? undefined : taken > 0}>
      <title>{edge.title ?? label.text}</title>
      <rect x={x + 0.5} y={y + 0.5} width={width - 1} height={height - 1} rx={height / 2} />
      <text x={x + width / 2} y={y + height / 2 + 4} textAnchor="middle">
        {label.text}
      </text>
      {times && (
        <text className="edge-times" x={x + width / 2 + 5} y={y + height + 11}>
          {times}
        </text>
      )}
    </g>
  );
});
