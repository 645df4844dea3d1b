//! A machine's executions over time: how many ended how, and how long they took.

import { useMemo, useRef, useState } from "react";
import { useMetrics } from "../api/queries";
import type { Bucket, Metrics as Told } from "../api/shapes";
import { useResize } from "../components/useResize";
import { Failure, Loading } from "../components/states";
import { look } from "../model/status";
import { count, duration, exactly, percent } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { Choice } from "./StartDialog";

const DEFAULTS = { span: "1h" };
const HOUR_MS = 3_600_000;
const SPANS = {
  "1h": { name: "Last hour", ms: HOUR_MS, buckets: 60 },
  "24h": { name: "Last 24 hours", ms: 24 * HOUR_MS, buckets: 96 },
  "7d": { name: "Last 7 days", ms: 168 * HOUR_MS, buckets: 84 },
  "30d": { name: "Last 30 days", ms: 720 * HOUR_MS, buckets: 90 },
} as const;
/** Bottom up: what went well carries what did not. */
const STACK = [
  ["succeeded", "SUCCEEDED"],
  ["running", "RUNNING"],
  ["aborted", "ABORTED"],
  ["timedOut", "TIMED_OUT"],
  ["failed", "FAILED"],
] as const;
const HEIGHT = 180;
const LEFT = 64;
const BOTTOM = 22;
const TOP = 10;

export function Metrics({ name }: { name: string }) {
  const [{ span }, change] = useUrlState(DEFAULTS);
  const chosen = SPANS[span as keyof typeof SPANS] ?? SPANS["1h"];
  const metrics = useMetrics(name, chosen.ms, chosen.buckets);
  return (
    <div className="flex min-h-0 grow flex-col overflow-auto">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
        <Choice label="Span" isLabelHidden value={span} onChange={(id) => change({ span: id })} choices={Object.entries(SPANS).map(([id, { name }]) => ({ id, name }))} />
        {metrics.data && <Sums told={metrics.data} />}
      </div>
      {metrics.isPending ? (
        <Loading rows={6} label="Loading the metrics" />
      ) : metrics.isError ? (
        <Failure error={metrics.error} retry={() => void metrics.refetch()} />
      ) : (
        <div className="flex flex-col gap-4 px-4 pb-6">
          {metrics.data.completeFrom > metrics.data.from && (
            <p className="text-muted">There are too many executions to look at all: what started before {exactly(metrics.data.completeFrom)} is left out.</p>
          )}
          <Chart title="Executions by outcome" told={metrics.data} kind="outcomes" />
          <Chart title="Duration" told={metrics.data} kind="durations" />
          <AsTable told={metrics.data} />
        </div>
      )}
    </div>
  );
}

function total(bucket: Bucket): number {
  return bucket.running + bucket.succeeded + bucket.failed + bucket.timedOut + bucket.aborted;
}

function Sums({ told }: { told: Told }) {
  const sum = (key: (typeof STACK)[number][0]) => told.buckets.reduce((all, bucket) => all + bucket[key], 0);
  const closed = told.executions - sum("running");
  const failed = sum("failed") + sum("timedOut");
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1">
      <span>
        <span className="tabular font-semibold">{count(told.executions)}</span> started
      </span>
      {STACK.map(([key, status]) => {
        const number = sum(key);
        return number === 0 ? null : (
          <span key={key} data-status={status} className="inline-flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-full bg-status" />
            {look(status).word} <span className="tabular font-medium">{count(number)}</span>
          </span>
        );
      })}
      {closed > 0 && <span className="text-muted">{percent(failed / closed)} failing</span>}
    </p>
  );
}

/** A round number that is not less, for the head of an axis. */
function roundUp(number: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, number)));
  return ([1, 2, 5, 10].find((step) => step * power >= number) ?? 10) * power;
}

function Chart({ title, told, kind }: { title: string; told: Told; kind: "outcomes" | "durations" }) {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useResize(host, () => setWidth(host.current?.clientWidth ?? 0));
  const [pointed, setPointed] = useState<number | null>(null);
  const { buckets } = told;
  const most = useMemo(() => roundUp(Math.max(1, ...buckets.map((bucket) => (kind === "outcomes" ? total(bucket) : (bucket.p95Ms ?? 0))))), [buckets, kind]);
  const inner = Math.max(0, width - LEFT);
  const step = inner / buckets.length;
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most);
  const label = (value: number) => (kind === "outcomes" ? count(value) : duration(value));
  const bucket = pointed === null ? undefined : buckets[pointed];
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (buckets.length - 1)));
  return (
    <section aria-label={title} className="panel px-3 pt-2 pb-1">
      <div className="flex min-h-6 flex-wrap items-center gap-x-4">
        <h2 className="text-meta font-semibold">{title}</h2>
        {kind === "durations" && bucket === undefined && (
          <span className="flex gap-3 text-meta text-muted">
            <span className="inline-flex items-center gap-1.5">
              <span aria-hidden className="h-0.5 w-4 bg-accent" /> p50
            </span>
            <span className="inline-flex items-center gap-1.5">
              <span aria-hidden className="w-4 border-t-2 border-dashed border-fg" /> p95
            </span>
          </span>
        )}
        {bucket && (
          <span className="tabular text-meta text-muted">
            {exactly(bucket.at)}:{" "}
            {kind === "outcomes"
              ? STACK.filter(([key]) => bucket[key] > 0)
                  .map(([key, status]) => `${look(status).word} ${count(bucket[key])}`)
                  .join(", ") || "none"
              : `p50 ${duration(bucket.p50Ms)}, p95 ${duration(bucket.p95Ms)}`}
          </span>
        )}
      </div>
      <div ref={host} className="w-full">
        <svg
          aria-hidden
          width={width}
          height={HEIGHT}
          className="block"
          onPointerMove={(event) => {
            const place = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / step);
            setPointed(place >= 0 && place < buckets.length ? place : null);
          }}
          onPointerLeave={() => setPointed(null)}
        >
          {[0, 0.5, 1].map((part) => (
            <g key={part}>
              <line x1={LEFT} x2={width} y1={y(part * most) + 0.5} y2={y(part * most) + 0.5} className="stroke-line" />
              <text x={LEFT - 8} y={y(part * most) + 4} textAnchor="end" className="fill-muted text-caption tabular">
                {part === 0.5 && kind === "outcomes" && most === 1 ? "" : label(part * most)}
              </text>
            </g>
          ))}
          {pointed !== null && <rect x={LEFT + pointed * step} y={TOP} width={step} height={HEIGHT - TOP - BOTTOM} className="fill-hover" />}
          {kind === "outcomes" ? buckets.map((each, place) => <Stack key={each.at} bucket={each} x={LEFT + place * step} width={step} y={y} />) : <Durations buckets={buckets} x={(place) => LEFT + (place + 0.5) * step} y={y} />}
          {ticks.map((place, index) => {
            const at = buckets[place]?.at;
            if (at === undefined) return null;
            const anchor = index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle";
            return (
              <text key={place} x={index === ticks.length - 1 ? width : LEFT + place * step} y={HEIGHT - 6} textAnchor={anchor} className="fill-muted text-caption tabular">
                {when(at, told.to - told.from)}
              </text>
            );
          })}
        </svg>
      </div>
    </section>
  );
}

/** As much of a time as the span needs. */
function when(at: number, span: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return span <= 24 * HOUR_MS ? time : `${date.toLocaleDateString(undefined, { month: "short", day: "numeric" })} ${time}`;
}

function Stack({ bucket, x, width, y }: { bucket: Bucket; x: number; width: number; y: (value: number) => number }) {
  const gap = width > 6 ? 2 : 0;
  const below = (place: number) => STACK.slice(0, place).reduce((sum, [key]) => sum + bucket[key], 0);
  return (
    <g>
      {STACK.map(([key, status], place) => {
        if (bucket[key] === 0) return null;
        const from = below(place);
        const top = y(from + bucket[key]);
        return <rect key={key} data-status={status} x={x + gap / 2} y={top} width={Math.max(1, width - gap)} height={Math.max(1, y(from) - top - (from > 0 ? 1 : 0))} fill="var(--status)" />;
      })}
    </g>
  );
}

/** Lines break where nothing ended; what stands alone is a dot. */
function Durations({ buckets, x, y }: { buckets: Bucket[]; x: (place: number) => number; y: (value: number) => number }) {
  const line = (key: "p50Ms" | "p95Ms") => {
    let path = "";
    buckets.forEach((bucket, place) => {
      const value = bucket[key];
      if (value === null) return;
      const isBegin = place === 0 || buckets[place - 1]?.[key] == null;
      path += `${isBegin ? "M" : "L"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    return path;
  };
  return (
    <g fill="none" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round">
      <path d={line("p95Ms")} className="stroke-fg" strokeDasharray="4 3" />
      <path d={line("p50Ms")} className="stroke-accent" strokeWidth={2} />
      {buckets.map((bucket, place) => (
        <g key={bucket.at}>
          {bucket.p95Ms !== null && <circle cx={x(place)} cy={y(bucket.p95Ms)} r={2} className="fill-fg" />}
          {bucket.p50Ms !== null && <circle cx={x(place)} cy={y(bucket.p50Ms)} r={2} className="fill-accent" />}
        </g>
      ))}
    </g>
  );
}

/** The same for whoever cannot see the charts, or wants the numbers. */
function AsTable({ told }: { told: Told }) {
  const filled = told.buckets.filter((bucket) => total(bucket) > 0);
  return (
    <details className="text-muted">
      <summary>As a table</summary>
      <table className="tabular mt-2 text-right text-fg">
        <thead className="text-meta text-muted">
          <tr>
            <th className="pr-6 text-left font-medium">From</th>
            {STACK.map(([key, status]) => (
              <th key={key} className="px-3 font-medium">
                {look(status).word}
              </th>
            ))}
            <th className="px-3 font-medium">p50</th>
            <th className="px-3 font-medium">p95</th>
          </tr>
        </thead>
        <tbody>
          {filled.map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row" className="pr-6 text-left font-normal">
                {exactly(bucket.at)}
              </th>
              {STACK.map(([key]) => (
                <td key={key} className="px-3">
                  {count(bucket[key])}
                </td>
              ))}
              <td className="px-3">{duration(bucket.p50Ms)}</td>
              <td className="px-3">{duration(bucket.p95Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
