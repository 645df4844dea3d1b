//! One state as a box, one container, one mark.

import type { SceneNode } from "../api/shapes";
import { look as lookOf } from "../model/status";
import type { StateLook } from "./Canvas";
import { BADGES, GLYPHS } from "./glyphs";

/** Where the name begins, px from the box's left; as crates/diagram leaves room for it. */
const NAME_LEFT = 50;
const BADGE_STEP = 20;
const HEAD = 56;
const PILL = 18;

export function StateBox({ node, look, isSelected }: { node: SceneNode; look: StateLook | undefined; isSelected: boolean }) {
  const [x, y, width, height] = node.rect;
  const status = look?.status;
  const classes = ["state", node.isContainer && "container", node.isUnreachable && "unreachable", isSelected && "selected"].filter(Boolean).join(" ");
  const badges = node.badges ?? [];
  return (
    <g className={classes} data-status={status} data-kind={node.kind}>
      {node.kind === "Map" && node.isContainer && <rect className="box behind" x={x + 5.5} y={y + 5.5} width={width - 1} height={height - 1} rx={8} />}
      {isSelected && <rect className="halo" x={x - 3.5} y={y - 3.5} width={width + 7} height={height + 7} rx={11} />}
      <rect className="box" x={x + 0.5} y={y + 0.5} width={width - 1} height={height - 1} rx={8} />
      {look?.heat !== undefined && look.heat > 0 && (
        <rect className="heat" x={x + 1} y={y + 1} width={width - 2} height={(node.isContainer ? HEAD : height) - 2} rx={7} opacity={0.12 + 0.5 * look.heat} />
      )}
      <rect className="tile" x={x + 12} y={y + 14} width={28} height={28} rx={6} />
      {node.glyph && <path className="glyph" transform={`translate(${x + 16} ${y + 18})`} d={GLYPHS[node.glyph] ?? GLYPHS["unknown"]} />}
      <text className="name" x={x + NAME_LEFT} y={y + 25}>
        {node.label}
      </text>
      <text className="sub" x={x + NAME_LEFT} y={y + 43}>
        {node.subtitle}
      </text>
      {badges.map((badge, place) => (
        <g key={badge.kind} className="badge" transform={`translate(${x + width - 8 - (badges.length - place) * BADGE_STEP} ${y + 13})`}>
          <path d={BADGES[badge.kind]} />
        </g>
      ))}
      {status !== undefined && status !== "IDLE" && <Stamp status={status} x={x} y={y} />}
      {look?.progress && <Progress {...look.progress} x={x + width - 140} y={y + 18} />}
      {look?.note && <Note text={look.note} right={x + width - 10} y={y + (node.isContainer ? HEAD - 16 : height)} />}
    </g>
  );
}

/** The status as a mark on the tile's corner: a form, not just a colour. */
function Stamp({ status, x, y }: { status: string; x: number; y: number }) {
  const glyph = STAMPS[lookOf(status).glyph];
  return (
    <g className={`stamp ${status === "RUNNING" ? "turning" : ""}`} transform={`translate(${x} ${y})`}>
      <circle r={9} />
      {glyph && <path className={glyph.isFilled ? "filled" : ""} d={glyph.path} />}
    </g>
  );
}

const STAMPS: Record<string, { path: string; isFilled?: boolean }> = {
  half: { path: "M0 -4.5A4.5 4.5 0 0 1 0 4.5Z", isFilled: true },
  pause: { path: "M-1.8 -3V3M1.8 -3V3" },
  check: { path: "M-3.8 .4L-1.2 3L4 -3" },
  cross: { path: "M-3 -3L3 3M3 -3L-3 3" },
  clock: { path: "M0 -4V0L2.6 1.8" },
  warning: { path: "M0 -4.2V.8M0 3.6V3.9" },
  again: { path: "M3 -2.6A4 4 0 1 0 4 1M3.4 -5V-2.2H.6" },
  square: { path: "M-3 -3H3V3H-3Z", isFilled: true },
};

function Note({ text, right, y }: { text: string; right: number; y: number }) {
  const width = 12 + Math.round(6.4 * [...text].length);
  return (
    <g className="note" transform={`translate(${right - width} ${y - PILL / 2})`}>
      <rect width={width} height={PILL} rx={PILL / 2} />
      <text x={width / 2} y={13} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}

function Progress({ done, failed, total, x, y }: { done: number; failed: number; total: number; x: number; y: number }) {
  const width = 130;
  const share = (part: number) => (total === 0 ? 0 : (width * part) / total);
  return (
    <g className="progress" transform={`translate(${x} ${y})`}>
      <rect className="all" width={width} height={5} rx={2.5} />
      <rect className="done" width={share(done)} height={5} rx={2.5} />
      <rect className="failed" x={share(done - failed)} width={share(failed)} height={5} rx={2.5} />
    </g>
  );
}

/** What is no state: where it starts, ends, branches. */
export function Mark({ node, isTaken }: { node: SceneNode; isTaken: boolean | null }) {
  const [x, y, width, height] = node.rect;
  const isRound = node.kind === "Start" || node.kind === "End" || node.kind === "Dot" || node.kind === "Link";
  const text = node.kind === "Missing" ? `? ${node.label}` : node.kind === "Link" ? `→ ${node.label}` : node.kind === "Start" || node.kind === "End" ? node.label : "";
  return (
    <g className={`mark mark-${node.kind}`} data-taken={isTaken === null ? undefined : isTaken} aria-hidden>
      <rect x={x + 0.5} y={y + 0.5} width={width - 1} height={height - 1} rx={isRound ? height / 2 : 8} />
      {text && (
        <text x={x + width / 2} y={y + height / 2 + 4} textAnchor="middle">
          {text}
        </text>
      )}
    </g>
  );
}
