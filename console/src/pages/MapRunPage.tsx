//! A Map Run: how far a distributed Map is, how much may fail, and its child executions.

import { useMemo, useState } from "react";
import { Link } from "wouter";
import { aws } from "../api/client";
import { queryClient, useMapRun } from "../api/queries";
import { Button, Dialog, TextField } from "../components/controls";
import { Fact, Facts, Section } from "../components/Facts";
import { PageHead } from "../components/PageHead";
import { StatusBadge } from "../components/StatusGlyph";
import { Failed, Loading, Problem } from "../components/states";
import { executionPath, nameOf } from "../model/arn";
import { look } from "../model/status";
import { count, duration, exactly, percent } from "../model/time";
import { useSetCrumbs } from "../store/crumbs";
import { ExecutionList } from "./ExecutionList";
import { Bar } from "./execution/Iterations";

interface Counts {
  pending?: number;
  running?: number;
  succeeded?: number;
  failed?: number;
  timedOut?: number;
  aborted?: number;
  total?: number;
  resultsWritten?: number;
  pendingRedrive?: number;
}

interface MapRun {
  mapRunArn: string;
  executionArn: string;
  status: string;
  startDate: number | string;
  stopDate?: number | string | null;
  maxConcurrency: number;
  toleratedFailurePercentage: number;
  toleratedFailureCount: number;
  itemCounts: Counts;
  executionCounts: Counts;
  redriveCount?: number;
  throughput?: number | null;
  throughputPerSecond?: number | null;
}

/** Seconds of AWS's wire format, or the console's milliseconds. */
function ms(date: number | string | null | undefined): number | null {
  if (date === null || date === undefined) return null;
  const number = Number(date);
  if (Number.isNaN(number)) return Date.parse(String(date));
  return number < 1e11 ? 1_000 * number : number;
}

export default function MapRunPage({ arn }: { arn: string }) {
  const query = useMapRun(arn);
  const run = query.data as MapRun | undefined;
  useSetCrumbs([
    { name: "Executions", to: "/executions" },
    ...(run ? [{ name: nameOf(run.executionArn), to: executionPath(run.executionArn) }] : []),
    { name: "Map Run" },
  ]);
  const [isEditing, setEditing] = useState(false);
  if (query.isPending) return <Loading rows={8} label="Loading the Map Run" />;
  if (query.isError || run === undefined) return <Failed title={nameOf(arn)} error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <PageHead title={`Map Run ${nameOf(arn)}`} beside={<StatusBadge status={run.status} />}>
        {run.status === "RUNNING" && <Button onPress={() => setEditing(true)}>Change limits…</Button>}
      </PageHead>
      <div className="grid shrink-0 grid-cols-3 border-y border-line bg-raised max-lg:grid-cols-1">
        <Progress run={run} />
        <Tolerance run={run} />
        <Section title="About">
          <Facts>
            <Fact name="Execution">
              <Link href={executionPath(run.executionArn)} className="rounded-control font-mono text-meta text-accent hover:underline">
                {nameOf(run.executionArn)}
              </Link>
            </Fact>
            <Fact name="Concurrency">{run.maxConcurrency === 0 ? "no limit" : count(run.maxConcurrency)}</Fact>
            <Fact name="Started">{exactly(ms(run.startDate) ?? 0)}</Fact>
            <Speed run={run} />
          </Facts>
        </Section>
      </div>
      <div className="flex min-h-80 grow flex-col pt-2.5">
        <h2 className="px-4 pb-2 text-section font-semibold">Child executions</h2>
        <ExecutionList mapRun={arn} />
      </div>
      {isEditing && <LimitsDialog run={run} onClose={() => setEditing(false)} />}
    </>
  );
}

function Progress({ run }: { run: MapRun }) {
  const items = run.itemCounts;
  const total = items.total ?? 0;
  const counts = {
    SUCCEEDED: items.succeeded ?? 0,
    FAILED: items.failed ?? 0,
    TIMED_OUT: items.timedOut ?? 0,
    ABORTED: items.aborted ?? 0,
    RUNNING: items.running ?? 0,
  };
  return (
    <Section title={`Items: ${count(total)}`}>
      <Bar counts={counts} length={total} />
      <Facts>
        <Fact name="Pending">{count(items.pending ?? 0)}</Fact>
        {Object.entries(counts)
          .filter(([status, number]) => number > 0 || status === "SUCCEEDED")
          .map(([status, number]) => (
            <Fact key={status} name={look(status).word}>
              {count(number)} <span className="text-muted">{total > 0 && percent(number / total)}</span>
            </Fact>
          ))}
        {(items.resultsWritten ?? 0) > 0 && <Fact name="Written">{count(items.resultsWritten ?? 0)} results</Fact>}
      </Facts>
    </Section>
  );
}

function Tolerance({ run }: { run: MapRun }) {
  const total = run.itemCounts.total ?? 0;
  const failed = (run.itemCounts.failed ?? 0) + (run.itemCounts.timedOut ?? 0);
  const limits = [
    run.toleratedFailureCount > 0 ? run.toleratedFailureCount : null,
    run.toleratedFailurePercentage > 0 ? (total * run.toleratedFailurePercentage) / 100 : null,
  ].filter((limit) => limit !== null);
  const limit = limits.length === 0 ? 0 : Math.min(...limits);
  const share = limit === 0 ? (failed > 0 ? 1 : 0) : Math.min(1, failed / limit);
  return (
    <Section title="Tolerated failures">
      <div
        role="meter"
        aria-label="Failures of those that are tolerated"
        aria-valuenow={failed}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, Math.floor(limit))}
        className="h-2 w-full overflow-hidden rounded-full bg-line"
      >
        <div data-status={share >= 1 ? "FAILED" : "CAUGHT"} className="h-full bg-status" style={{ width: `${100 * share}%` }} />
      </div>
      <Facts>
        <Fact name="Failed">{count(failed)}</Fact>
        <Fact name="Tolerated">
          {limits.length === 0
            ? "none"
            : [run.toleratedFailureCount > 0 && count(run.toleratedFailureCount), run.toleratedFailurePercentage > 0 && `${run.toleratedFailurePercentage} %`].filter(Boolean).join(", or ")}
        </Fact>
      </Facts>
    </Section>
  );
}

function Speed({ run }: { run: MapRun }) {
  const started = ms(run.startDate) ?? 0;
  const until = ms(run.stopDate) ?? Date.now();
  const done = (run.itemCounts.succeeded ?? 0) + (run.itemCounts.failed ?? 0) + (run.itemCounts.timedOut ?? 0) + (run.itemCounts.aborted ?? 0);
  const perSecond = useMemo(() => run.throughputPerSecond ?? run.throughput ?? (until > started ? (1_000 * done) / (until - started) : 0), [run, done, started, until]);
  const left = (run.itemCounts.pending ?? 0) + (run.itemCounts.running ?? 0);
  return (
    <>
      <Fact name="Took">{duration(until - started)}</Fact>
      <Fact name="Speed">{perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)} items a second</Fact>
      {run.status === "RUNNING" && perSecond > 0 && left > 0 && <Fact name="Left">about {duration((1_000 * left) / perSecond)}</Fact>}
    </>
  );
}

function LimitsDialog({ run, onClose }: { run: MapRun; onClose: () => void }) {
  const [concurrency, setConcurrency] = useState(String(run.maxConcurrency));
  const [percentage, setPercentage] = useState(String(run.toleratedFailurePercentage));
  const [number, setNumber] = useState(String(run.toleratedFailureCount));
  const [problem, setProblem] = useState<unknown>(null);
  const save = async () => {
    try {
      await aws("UpdateMapRun", {
        mapRunArn: run.mapRunArn,
        maxConcurrency: Number(concurrency),
        toleratedFailurePercentage: Number(percentage),
        toleratedFailureCount: Number(number),
      });
      await queryClient.invalidateQueries({ queryKey: ["maprun", run.mapRunArn] });
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog
      title="Limits of the Map Run"
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" onPress={() => void save()}>
            Change
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        <TextField label="Concurrency" type="number" value={concurrency} onChange={setConcurrency} help="0: no limit" autoFocus />
        <TextField label="Tolerated failures, %" type="number" value={percentage} onChange={setPercentage} />
        <TextField label="Tolerated failures" type="number" value={number} onChange={setNumber} />
      </div>
    </Dialog>
  );
}
