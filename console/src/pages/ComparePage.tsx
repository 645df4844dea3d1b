//! Two executions side by side: where they part, what took longer, what came out differently.

import { ArrowLeftRight, Columns2 } from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { useComparison, useExecution, useMoment, useVisitData } from "../api/queries";
import type { ComparedVisit, ExecutionRow, Scene, Visit } from "../api/shapes";
import { Canvas, type StateLook } from "../canvas/Canvas";
import { Button, TextField } from "../components/controls";
import { JsonTree } from "../components/JsonTree";
import { PageHead } from "../components/PageHead";
import { PayloadView, jsonOf } from "../components/PayloadView";
import { StatusBadge, StatusGlyph } from "../components/StatusGlyph";
import { Empty, Failed, Loading } from "../components/states";
import { TabCount, Tabs } from "../components/tabs";
import { Ago, Took } from "../components/When";
import { executionPath } from "../model/arn";
import { isOpen } from "../model/status";
import { count, duration } from "../model/time";
import { useUrlState } from "../model/useUrlState";
import { isState } from "../model/walk";
import { useSetCrumbs } from "../store/crumbs";

const DEFAULTS = { a: "", b: "", view: "visits" };

export default function ComparePage() {
  useSetCrumbs([{ name: "Executions", to: "/executions" }, { name: "Compare" }]);
  const [{ a, b }, change] = useUrlState(DEFAULTS);
  if (a === "" || b === "") return <Pick a={a} b={b} onPick={(picked) => change(picked, { push: true })} />;
  return <Both key={`${a} ${b}`} a={a} b={b} onSwap={() => change({ a: b, b: a })} />;
}

function Pick({ a, b, onPick }: { a: string; b: string; onPick: (picked: { a: string; b: string }) => void }) {
  const [first, setFirst] = useState(a);
  const [second, setSecond] = useState(b);
  return (
    <>
      <PageHead title="Compare two executions" />
      <div className="flex w-full max-w-2xl flex-col gap-4 px-4 pt-2">
        <p className="text-muted">Select two in a list, or paste their ARNs. Imported executions can be compared as well.</p>
        <TextField label="A" mono value={first} onChange={setFirst} placeholder="arn:aws:states:…:execution:machine:name" autoFocus={first === ""} />
        <TextField label="B" mono value={second} onChange={setSecond} placeholder="arn:aws:states:…:execution:machine:name" autoFocus={first !== ""} />
        <Button
          kind="primary"
          className="self-end"
          isDisabled={first.trim() === "" || second.trim() === ""}
          onPress={() => onPick({ a: first.trim(), b: second.trim() })}
          icon={<Columns2 size={13} aria-hidden />}
        >
          Compare
        </Button>
      </div>
    </>
  );
}

function Both({ a, b, onSwap }: { a: string; b: string; onSwap: () => void }) {
  const comparison = useComparison(a, b);
  const [{ view }, change] = useUrlState(DEFAULTS);
  const [selected, setSelected] = useState<number | null>(null);
  if (comparison.isPending) return <Loading rows={8} label="Comparing" />;
  if (comparison.isError) return <Failed title="Compare" error={comparison.error} retry={() => void comparison.refetch()} />;
  const { rows, firstDivergence, omitted } = comparison.data;
  const first = firstDivergence === null ? -1 : rows.findIndex((row) => row.stateId === firstDivergence.stateId && difference(row) !== null);
  return (
    <>
      <PageHead title="Compare">
        <Button onPress={onSwap} icon={<ArrowLeftRight size={13} aria-hidden />}>
          Swap
        </Button>
      </PageHead>
      <div className="grid grid-cols-2 gap-4 px-4 pb-3 max-sm:grid-cols-1">
        <Side label="A" row={comparison.data.a} />
        <Side label="B" row={comparison.data.b} />
      </div>
      <div className="mx-4 mb-3 flex items-center gap-3 max-sm:flex-wrap max-sm:gap-y-1 rounded-panel border border-line bg-raised px-4 py-2">
        {comparison.data.inputsDiffer && <span className="rounded-control border border-line px-1.5 text-meta whitespace-nowrap text-muted">different inputs</span>}
        {firstDivergence === null ? (
          <p>They went the same way, and every visit had the same input and output.</p>
        ) : (
          <p>
            First difference{firstDivergence.stateName !== null && " at "}
            {firstDivergence.stateName !== null && <strong className="font-semibold">{firstDivergence.stateName}</strong>}: {firstDivergence.reason}
          </p>
        )}
        {first >= 0 && (
          <Button className="ml-auto" onPress={() => setSelected(first)}>
            Show
          </Button>
        )}
      </div>
      <Tabs
        label="Comparison"
        className="grow border-t border-line"
        panelClassName="flex flex-col overflow-auto"
        selected={view}
        onSelect={(id) => change({ view: id })}
        items={[
          { id: "visits", label: <>Visits <TabCount>{count(rows.length + omitted)}</TabCount></>, content: () => <Visits a={a} b={b} rows={rows} omitted={omitted} first={first} selected={selected} onSelect={setSelected} /> },
          { id: "graph", label: "Graph", content: () => <BothGraphs a={a} b={b} /> },
        ]}
      />
    </>
  );
}

function Side({ label, row }: { label: string; row: ExecutionRow }) {
  return (
    <section aria-label={`Execution ${label}`} className="panel flex min-w-0 items-center gap-3 px-3 py-2">
      <span className="flex size-6 shrink-0 items-center justify-center rounded-control bg-hover font-semibold">{label}</span>
      <StatusBadge status={row.status} />
      <span className="min-w-0 grow">
        <Link href={executionPath(row.arn)} className="block truncate rounded-control font-mono text-meta font-medium text-accent hover:underline">
          {row.name}
        </Link>
        <span className="block truncate text-meta text-muted">
          {row.machine} · <Ago at={row.startedAt} />
        </span>
      </span>
      <Took from={row.startedAt} to={row.stoppedAt} isOpen={isOpen(row.status)} />
    </section>
  );
}

/** What differs in a row; null if nothing does. */
function difference({ visitA, visitB, inputDiffers, outputDiffers }: ComparedVisit): string | null {
  if (visitA === null) return "only in B";
  if (visitB === null) return "only in A";
  if (visitA.status !== visitB.status || visitA.error !== visitB.error) return "ended differently";
  if (inputDiffers && outputDiffers) return "other input, other output";
  if (inputDiffers) return "other input, same output";
  return outputDiffers ? "same input, other output" : null;
}

function Visits({
  a,
  b,
  rows,
  omitted,
  first,
  selected,
  onSelect,
}: {
  a: string;
  b: string;
  rows: ComparedVisit[];
  omitted: number;
  first: number;
  selected: number | null;
  onSelect: (place: number | null) => void;
}) {
  const depths = useMemo(() => depthsOf(rows), [rows]);
  const longest = Math.max(1, ...rows.map((row) => Math.abs(row.deltaMs ?? 0)));
  if (rows.length === 0) return <Empty title="Neither has entered a state" />;
  return (
    <ol aria-label="Visits of both">
      {rows.map((row, place) => {
        const isSelected = selected === place;
        return (
          <li key={place} className="border-b border-line">
            <button
              type="button"
              aria-expanded={isSelected}
              onClick={() => onSelect(isSelected ? null : place)}
              className={`ring-inset grid min-h-8 w-full grid-cols-[32px_32px_minmax(0,1fr)_minmax(0,160px)_160px] items-center gap-x-2 px-4 text-left max-sm:grid-cols-[32px_32px_minmax(0,1fr)_90px] max-sm:pt-1 ${isSelected ? "bg-accent-fill" : "bg-canvas hover:bg-hover"}`}
            >
              <Presence label="A" visit={row.visitA} />
              <Presence label="B" visit={row.visitB} />
              <span className="truncate font-medium" style={{ paddingLeft: `${14 * (depths[place] ?? 0)}px` }}>
                {row.stateName}
                {indexOf(row) !== null && <span className="ml-1.5 font-normal text-muted">[{indexOf(row)}]</span>}
                {place === first && <span className="ml-2 rounded-control border border-line px-1 text-caption font-normal text-muted">first difference</span>}
              </span>
              <span className={`truncate max-sm:order-last max-sm:col-span-2 max-sm:col-start-3 max-sm:pb-1 max-sm:text-meta ${difference(row) === null ? "text-muted" : "font-medium"}`}>{difference(row) ?? "the same"}</span>
              <Delta ms={row.deltaMs} longest={longest} />
            </button>
            {isSelected && <Difference a={a} b={b} row={row} />}
          </li>
        );
      })}
      {omitted > 0 && <li className="px-4 py-2 text-muted">{count(omitted)} more are not shown: those without a difference first.</li>}
    </ol>
  );
}

/** The branch or iteration it is in. */
function indexOf({ visitA, visitB }: ComparedVisit): number | null {
  return (visitA ?? visitB)?.index ?? null;
}

/** How many Parallel and Map states each is in. */
function depthsOf(rows: ComparedVisit[]): number[] {
  const known = { a: new Map<string, number>(), b: new Map<string, number>() };
  return rows.map(({ visitA, visitB }) => {
    const inside = (visit: Visit | null, of: Map<string, number>) => (visit === null || visit.parentVisit === null ? null : (of.get(visit.parentVisit) ?? 0) + 1);
    const depth = inside(visitA, known.a) ?? inside(visitB, known.b) ?? 0;
    if (visitA) known.a.set(visitA.id, depth);
    if (visitB) known.b.set(visitB.id, depth);
    return depth;
  });
}

function Presence({ label, visit }: { label: string; visit: Visit | null }) {
  return (
    <span className={`flex items-center gap-1 text-meta ${visit === null ? "text-muted" : ""}`}>
      <span aria-hidden>{label}</span>
      {visit === null ? <span aria-label={`not in ${label}`}>–</span> : <StatusGlyph status={visit.status} size={10} label={`${label}: ${visit.status}`} />}
    </span>
  );
}

/** How much longer B took than A: to the right, or shorter, to the left. */
function Delta({ ms, longest }: { ms: number | null; longest: number }) {
  if (ms === null) return <span />;
  const width = (28 * Math.abs(ms)) / longest;
  return (
    <span className="flex items-center justify-end gap-2">
      <span className="tabular text-meta text-muted">{ms === 0 ? "±0 ms" : `${ms > 0 ? "+" : "−"}${duration(Math.abs(ms))}`}</span>
      <svg aria-hidden width="58" height="8" className="max-sm:hidden">
        <line x1="29" x2="29" y2="8" className="stroke-line-strong" />
        <rect x={ms < 0 ? 29 - width : 29} width={width} height="8" data-status={ms > 0 ? "CAUGHT" : "SUCCEEDED"} fill="var(--status)" />
      </svg>
    </span>
  );
}

function Difference({ a, b, row }: { a: string; b: string; row: ComparedVisit }) {
  const { visitA, visitB } = row;
  const left = useVisitData(a, visitA?.id ?? null, visitA?.lastEvent ?? null);
  const right = useVisitData(b, visitB?.id ?? null, visitB?.lastEvent ?? null);
  const steps = (data: typeof left) => (data.data?.steps ?? []).filter((step) => step.name === "input" || step.name === "output");
  const names = [...new Set([...steps(left), ...steps(right)].map((step) => step.name))];
  const of = (data: typeof left, name: string) => steps(data).find((step) => step.name === name)?.payload ?? null;
  if ((visitA !== null && left.isPending) || (visitB !== null && right.isPending)) return <Loading rows={3} label="Loading both outputs" />;
  return (
    <div className="border-t border-line bg-sunken px-4 py-2">
      {names.map((name) => {
        const [one, other] = [of(left, name), of(right, name)];
        const [before, after] = [jsonOf(one), jsonOf(other)];
        return (
          <section key={name} className="mb-2">
            <h3 className="text-meta font-semibold">
              {name === "input" ? "State input" : "State output"}
              {before !== undefined && after !== undefined && <span className="ml-2 font-normal text-muted">+ only in B, − only in A, ~ changed</span>}
            </h3>
            {before !== undefined && after !== undefined ? (
              <JsonTree value={after} before={before} openTo={3} />
            ) : (
              <div className="grid grid-cols-2 gap-4">
                <PayloadView payload={one} />
                <PayloadView payload={other} />
              </div>
            )}
          </section>
        );
      })}
      {names.length === 0 && <p className="text-muted">No data is kept of these visits.</p>}
    </div>
  );
}

/** One picture of B's definition: which of the two came where. */
function BothGraphs({ a, b }: { a: string; b: string }) {
  const execution = useExecution(b);
  const [left, right] = [useMoment(a, "latest"), useMoment(b, "latest")];
  const scene = execution.data?.scene as Scene | undefined | null;
  const looks = useMemo(() => {
    const found = new Map<string, StateLook>();
    for (const node of scene?.nodes ?? []) {
      if (!isState(node)) continue;
      const [inA, inB] = [left.data?.states[node.id], right.data?.states[node.id]];
      const note = inA && inB ? (inA.status === inB.status ? "A B" : `A ${sign(inA.status)}  B ${sign(inB.status)}`) : inA ? "only A" : inB ? "only B" : undefined;
      found.set(node.id, { status: inB?.status ?? (inA ? "CAUGHT" : "IDLE"), ...(note ? { note, words: note } : {}) });
    }
    return found;
  }, [scene, left.data, right.data]);
  if (!scene) return execution.isPending ? <Loading label="Loading the picture" /> : <Empty title="There is no picture" />;
  return <Canvas label="Both executions" scene={scene} looks={looks} taken={right.data?.edges ?? null} selected={null} onSelect={() => undefined} />;
}

function sign(status: string): string {
  return { SUCCEEDED: "✓", FAILED: "✕", TIMED_OUT: "✕", CAUGHT: "⚠", ABORTED: "■" }[status] ?? "◐";
}
