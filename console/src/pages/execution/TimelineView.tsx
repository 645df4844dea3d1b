//! When what happened: a row for each visit, a bar for each part of it. Long idle stretches are folded, a range can be dragged out.

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useVisits } from "../../api/queries";
import { Button, More } from "../../components/controls";
import { StatusGlyph } from "../../components/StatusGlyph";
import { Empty, Failure, Loading } from "../../components/states";
import { useNow } from "../../components/When";
import { look } from "../../model/status";
import { clock, duration } from "../../model/time";
import { type Axis, type Bar, type TimelineRow, axis, bars, position, rows, ticks } from "../../model/timeline";
import { useResize } from "../../components/useResize";
import type { ExecutionView } from "./useExecutionView";

const ROW = 26;
const LEAST_PX = 3;
/** Of the whole width, and px. */
const NAMES = { share: 0.32, least: 150, most: 230 };
/** px at the right, for the duration of what ends last. */
const LABEL_PX = 68;
const TICK_PX = 110;

export function TimelineView({ view }: { view: ExecutionView }) {
  const visits = useVisits(view.arn);
  const all = useMemo(() => visits.data?.pages.flatMap((page) => page.items) ?? [], [visits.data]);
  const [folds, setFolds] = useState(true);
  const [toggled, setToggled] = useState(new Set<string>());
  const [range, setRange] = useState<[number, number] | null>(null);
  const now = useNow();
  const { execution } = view;
  const end = execution.stoppedAt ?? Math.max(now, ...all.map((visit) => visit.exitedAt ?? visit.enteredAt));
  const scale = useMemo(() => axis(all, end, folds), [all, end, folds]);
  const shown = useMemo(() => rows(all, toggled), [all, toggled]);
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useResize(host, () => setWidth(host.current?.clientWidth ?? 0));
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => host.current, estimateSize: () => ROW, overscan: 12 });
  if (visits.isPending) return <Loading label="Loading the visits" />;
  if (visits.isError) return <Failure error={visits.error} retry={() => void visits.refetch()} />;
  if (all.length === 0) return <Empty title="No state has been entered" />;
  const names = Math.round(Math.min(NAMES.most, Math.max(NAMES.least, NAMES.share * width)));
  const chart = Math.max(80, width - names - LABEL_PX);
  const [from, to] = range ?? [0, 1];
  /** px from the chart's left */
  const place = (at: number) => ((position(scale, at) - from) / (to - from)) * chart;
  const toggle = (id: string) => {
    const next = new Set(toggled);
    if (!next.delete(id)) next.add(id);
    setToggled(next);
  };
  const hasFolds = axis(all, end, true).stretches.some((stretch) => stretch.isFolded);
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-3 text-meta">
        {hasFolds && (
          <ToggleButton
            isSelected={folds}
            onChange={setFolds}
            className="inline-flex h-7 shrink-0 items-center rounded-control border border-line bg-raised px-2 whitespace-nowrap hover:bg-hover selected:border-accent selected:bg-accent-fill"
          >
            Fold idle time
          </ToggleButton>
        )}
        {range !== null ? (
          <Button onPress={() => setRange(null)}>Show all</Button>
        ) : (
          <span className="truncate text-muted max-md:hidden">Drag over the axis to zoom</span>
        )}
        <Legend isAlone={!hasFolds && range === null} />
      </div>
      <div ref={host} className="min-h-0 grow overflow-x-hidden overflow-y-auto" tabIndex={-1}>
        <Ruler scale={scale} chart={chart} names={names} range={[from, to]} onRange={setRange} start={execution.startedAt} />
        <div role="tree" aria-label="Timeline" className="relative" style={{ height: `${virtual.getTotalSize()}px` }}>
          <svg aria-hidden className="pointer-events-none absolute top-0 h-full" style={{ left: `${names}px` }} width={chart} height={virtual.getTotalSize()}>
            <Folds scale={scale} place={place} chart={chart} height={virtual.getTotalSize()} />
            {execution.stoppedAt === null && <line x1={place(end)} x2={place(end)} y1={0} y2="100%" className="stroke-accent" strokeDasharray="2 3" />}
          </svg>
          {virtual.getVirtualItems().map((item) => {
            const row = shown[item.index];
            if (row === undefined) return null;
            return <Row key={row.visit.id} row={row} view={view} top={item.start} names={names} chart={chart} place={place} end={end} onToggle={() => toggle(row.visit.id)} />;
          })}
        </div>
        <More pages={visits}>More visits</More>
      </div>
    </div>
  );
}

function Row({
  row,
  view,
  top,
  names,
  chart,
  place,
  end,
  onToggle,
}: {
  row: TimelineRow;
  view: ExecutionView;
  top: number;
  names: number;
  chart: number;
  place: (at: number) => number;
  end: number;
  onToggle: () => void;
}) {
  const { visit, depth, inside, isOpen: isUnfolded } = row;
  const isSelected = view.visit === visit.id;
  const isSameState = view.state === visit.stateId;
  const took = duration((visit.exitedAt ?? end) - visit.enteredAt);
  const parts = bars(visit, end);
  const right = Math.max(...parts.map((bar) => place(bar.to)), 0);
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={inside > 0 ? isUnfolded : undefined}
      aria-selected={isSelected || (view.visit === "" && isSameState)}
      tabIndex={0}
      onClick={() => view.select(visit.stateId, visit.id)}
      onKeyDown={(event) => {
        const sibling = event.key === "ArrowDown" ? event.currentTarget.nextElementSibling : event.key === "ArrowUp" ? event.currentTarget.previousElementSibling : null;
        if (event.key === "Enter" || event.key === " ") view.select(visit.stateId, visit.id);
        else if (inside > 0 && ((event.key === "ArrowRight" && !isUnfolded) || (event.key === "ArrowLeft" && isUnfolded))) onToggle();
        else if (sibling instanceof HTMLElement) sibling.focus();
        else return;
        event.preventDefault();
      }}
      className={`ring-inset absolute right-0 left-0 flex cursor-pointer items-center border-b border-line ${isSelected ? "bg-accent-fill" : isSameState ? "bg-sunken hover:bg-hover" : "hover:bg-hover"}`}
      style={{ top: `${top}px`, height: `${ROW}px` }}
    >
      <span className="sr-only">{`${visit.stateName}${visit.index === null ? "" : `, item ${visit.index}`}, ${look(visit.status).word}, ${took}, from ${clock(visit.enteredAt)}`}</span>
      <div aria-hidden className="flex h-full shrink-0 items-center gap-1.5 pr-2" style={{ width: `${names}px`, paddingLeft: `${6 + 14 * depth}px` }}>
        {inside > 0 ? (
          // The keys of the row open and close it; this is for the pointer.
          <button
            type="button"
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
            className="flex size-5 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover"
          >
            <ChevronRight size={12} className={isUnfolded ? "rotate-90" : ""} />
          </button>
        ) : (
          <span className="w-5 shrink-0" />
        )}
        <StatusGlyph status={visit.status} size={11} />
        <span className="min-w-0 truncate text-meta" title={visit.stateName}>
          {visit.stateName}
          {visit.index !== null && <span className="tabular text-muted"> [{visit.index}]</span>}
        </span>
        {inside > 0 && !isUnfolded && <span className="tabular shrink-0 text-caption text-muted">{inside}</span>}
      </div>
      <svg aria-hidden className="shrink-0 overflow-hidden" width={chart} height={ROW} data-status={visit.status}>
        {parts.map((bar, index) => (
          <BarShape key={index} bar={bar} place={place} chart={chart} isContainer={inside > 0} />
        ))}
        {right + LABEL_PX <= chart && (
          <text x={right + 6} y={ROW / 2 + 4} className="tabular fill-muted text-caption">
            {took}
          </text>
        )}
      </svg>
      {right + LABEL_PX > chart && place(visit.enteredAt) <= chart && (
        <span aria-hidden className="tabular pl-1.5 text-caption text-muted" style={{ marginLeft: `${Math.min(0, right - chart)}px` }}>
          {took}
        </span>
      )}
    </div>
  );
}

function BarShape({ bar, place, chart, isContainer }: { bar: Bar; place: (at: number) => number; chart: number; isContainer: boolean }) {
  const width = Math.max(LEAST_PX, place(bar.to) - place(bar.from));
  // What happened at the very end is as visible as the rest.
  const left = width > LEAST_PX ? place(bar.from) : place(bar.from) - (place(bar.from) + LEAST_PX > chart && place(bar.from) <= chart ? LEAST_PX : 0);
  const [y, height] = isContainer ? [ROW / 2 - 2.5, 5] : [ROW / 2 - 6, 12];
  const words = `${WORDS[bar.kind]}${bar.attempt === null ? "" : `, attempt ${bar.attempt}`}: ${duration(bar.to - bar.from)}${bar.error === null ? "" : `, ${bar.error}`}`;
  if (bar.kind === "working") {
    return (
      <g {...(bar.error === null || isContainer ? {} : { "data-status": "FAILED" })}>
        <title>{words}</title>
        <rect x={left} y={y} width={width} height={height} rx={2} fill="var(--status)" opacity={isContainer ? 0.45 : 0.9} />
        {bar.error !== null && !isContainer && width > 12 && <path d={`M${left + width - 9} ${y + 3}l5 6m0 -6l-5 6`} stroke="var(--canvas)" strokeWidth={1.6} />}
      </g>
    );
  }
  return (
    <g>
      <title>{words}</title>
      <rect x={left + 0.5} y={y + 0.5} width={Math.max(LEAST_PX - 1, width - 1)} height={height - 1} rx={2} fill="var(--canvas)" stroke={bar.kind === "backoff" ? "var(--caught)" : "var(--status)"} strokeDasharray={bar.kind === "queued" ? "1 2" : "3 2"} />
      {hatch(left, width, y, height).map((d) => (
        <path key={d} d={d} stroke={bar.kind === "backoff" ? "var(--caught)" : "var(--status)"} opacity={0.5} />
      ))}
    </g>
  );
}

const WORDS = { working: "Working", waiting: "Waiting", queued: "Waiting to start", backoff: "Pause before a retry" };

/** Slanted lines, each cut off at the box. At most 200. */
function hatch(left: number, width: number, y: number, height: number): string[] {
  const lines: string[] = [];
  const step = Math.max(6, width / 200);
  for (let x = left; x + height <= left + width; x += step) lines.push(`M${x} ${y + height}l${height} ${-height}`);
  return lines;
}

function Ruler({
  scale,
  chart,
  names,
  range: [from, to],
  onRange,
  start,
}: {
  scale: Axis;
  chart: number;
  names: number;
  range: [number, number];
  onRange: (range: [number, number] | null) => void;
  start: number;
}) {
  const [dragged, setDragged] = useState<[number, number] | null>(null);
  const share = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return from + (to - from) * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const marks = ticks(scale, (chart / TICK_PX) * (1 / (to - from))).filter((tick) => tick.share >= from && tick.share <= to);
  const x = (at: number) => ((at - from) / (to - from)) * chart;
  const folded = scale.stretches.filter((stretch) => stretch.isFolded).map((stretch) => x((position(scale, stretch.from) + position(scale, stretch.to)) / 2));
  /** Whether a tick's words would be as the ones before, or under those of a fold. */
  const isMute = (index: number) => {
    const tick = marks[index]!;
    const earlier = marks[index - 1];
    return folded.some((middle) => Math.abs(middle - x(tick.share)) < LABEL_PX - 4) || (earlier !== undefined && duration(earlier.at - start) === duration(tick.at - start));
  };
  return (
    <div className="sticky top-0 z-10 flex h-7 border-b border-line bg-raised">
      <div className="flex shrink-0 items-center px-3 text-caption text-muted" style={{ width: `${names}px` }}>
        since {clock(start)}
      </div>
      <svg
        aria-hidden
        width={chart}
        height={27}
        className="cursor-col-resize touch-none overflow-visible"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragged([share(event), share(event)]);
        }}
        onPointerMove={(event) => dragged && setDragged([dragged[0], share(event)])}
        onPointerUp={() => {
          if (dragged && Math.abs(dragged[1] - dragged[0]) > 0.005 * (to - from)) onRange([Math.min(...dragged), Math.max(...dragged)]);
          setDragged(null);
        }}
      >
        <rect width={chart} height={27} fill="transparent" />
        {marks.map((tick, index) => (
          <g key={tick.at} transform={`translate(${x(tick.share)} 0)`}>
            <line y1={20} y2={27} className="stroke-line-strong" />
            <text y={15} textAnchor={x(tick.share) < 20 ? "start" : "middle"} className="tabular fill-muted text-caption">
              {isMute(index) ? "" : duration(tick.at - start)}
            </text>
          </g>
        ))}
        {scale.stretches
          .filter((stretch) => stretch.isFolded)
          .map((stretch) => {
            const middle = x((position(scale, stretch.from) + position(scale, stretch.to)) / 2);
            return middle < 0 || middle > chart ? null : (
              <text key={stretch.from} x={middle} y={15} textAnchor="middle" className="fill-fg text-caption font-medium">
                ⋯ {duration(stretch.to - stretch.from)}
              </text>
            );
          })}
        {dragged && <rect x={x(Math.min(...dragged))} width={x(Math.max(...dragged)) - x(Math.min(...dragged))} height={27} className="fill-accent opacity-25" />}
      </svg>
    </div>
  );
}

function Folds({ scale, place, chart, height }: { scale: Axis; place: (at: number) => number; chart: number; height: number }) {
  return (
    <>
      {scale.stretches
        .filter((stretch) => stretch.isFolded)
        .map((stretch) => {
          const [left, right] = [place(stretch.from), place(stretch.to)];
          if (right < 0 || left > chart) return null;
          return <rect key={stretch.from} x={left} width={right - left} height={height} className="fill-hover opacity-70" />;
        })}
    </>
  );
}

/** On a phone there is room for it or for buttons. */
function Legend({ isAlone }: { isAlone: boolean }) {
  return (
    <span aria-hidden className={`ml-auto flex items-center gap-3 text-caption whitespace-nowrap text-muted max-md:ml-0 ${isAlone ? "" : "max-sm:hidden"}`}>
      <span className="flex items-center gap-1">
        <svg width="18" height="10" data-status="SUCCEEDED">
          <rect width="18" height="10" rx="2" fill="var(--status)" />
        </svg>
        working
      </span>
      <span className="flex items-center gap-1">
        <svg width="18" height="10" data-status="RUNNING">
          <rect x=".5" y=".5" width="17" height="9" rx="2" fill="none" stroke="var(--status)" strokeDasharray="3 2" />
          <path d="M3 9l8-8M9 9l8-8" stroke="var(--status)" opacity=".5" />
        </svg>
        waiting
      </span>
      <span className="flex items-center gap-1">
        <svg width="18" height="10">
          <rect x=".5" y=".5" width="17" height="9" rx="2" fill="none" stroke="var(--caught)" strokeDasharray="3 2" />
          <path d="M3 9l8-8M9 9l8-8" stroke="var(--caught)" opacity=".5" />
        </svg>
        pause before a retry
      </span>
    </span>
  );
}

