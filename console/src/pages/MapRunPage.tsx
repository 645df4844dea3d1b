//! A Map Run: how far a distributed Map is, how much may fail, and its child executions.

import { RotateCcw, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { aws } from "../api/client";
import { queryClient, useFailedChildren, useMapRun } from "../api/queries";
import type { FailedAlike, ItemCounts, MapRun } from "../api/shapes";
import { Button, Dialog, TextField } from "../components/controls";
import { Fact, Facts, Section } from "../components/Facts";
import { PageHead } from "../components/PageHead";
import { StatusBadge } from "../components/StatusGlyph";
import { Failed, Loading, Problem } from "../components/states";
import { toast } from "../components/toasts";
import { Ago, Took } from "../components/When";
import { executionPath, nameOf } from "../model/arn";
import { look } from "../model/status";
import { count, duration, percent } from "../model/time";
import { useSetCrumbs } from "../store/crumbs";
import { ExecutionList } from "./ExecutionList";
import { Bar } from "./execution/Iterations";

export default function MapRunPage({ arn }: { arn: string }) {
  const query = useMapRun(arn);
  const run = query.data;
  useSetCrumbs([
    { name: "Executions", to: "/executions" },
    ...(run ? [{ name: nameOf(run.executionArn), to: executionPath(run.executionArn) }] : []),
    { name: "Map Run" },
  ]);
  const [isEditing, setEditing] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  if (query.isPending) return <Loading rows={8} label="Loading the Map Run" />;
  if (query.isError || run === undefined) return <Failed title={nameOf(arn)} error={query.error} retry={() => void query.refetch()} />;
  const redrive = async () => {
    setProblem(null);
    try {
      await aws("RedriveExecution", { executionArn: run.executionArn });
      toast("Redriven: what has not succeeded is done again");
      await queryClient.invalidateQueries({ queryKey: ["maprun", arn] });
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <>
      <PageHead title={run.stateName ?? "Map Run"} beside={<StatusBadge status={run.status} />}>
        {run.redrivable && (
          <Button onPress={() => void redrive()} icon={<RotateCcw size={13} aria-hidden />}>
            Redrive the execution
          </Button>
        )}
        {run.status === "RUNNING" && (
          <Button onPress={() => setEditing(true)} icon={<SlidersHorizontal size={13} aria-hidden />}>
            Change limits…
          </Button>
        )}
      </PageHead>
      <div className="px-4">
        <Problem error={problem} />
      </div>
      <div className="grid shrink-0 grid-cols-[2fr_1fr_1fr] border-y border-line bg-raised max-lg:grid-cols-1 lg:*:border-b-0">
        <Section title="Items" beside={<span className="tabular text-muted">{count(run.itemCounts.total)}</span>}>
          <Progress counts={run.itemCounts} />
        </Section>
        <Tolerance run={run} />
        <Section title="About">
          <Facts>
            <Fact name="Execution">
              <Link
                href={`${executionPath(run.executionArn)}${run.stateId === null ? "" : `?state=${encodeURIComponent(run.stateId)}&visit=${run.visit ?? ""}`}`}
                className="rounded-control font-mono text-meta break-all text-accent hover:underline"
              >
                {nameOf(run.executionArn)}
              </Link>
            </Fact>
            <Fact name="Concurrency">{run.maxConcurrency === 0 ? "no limit" : count(run.maxConcurrency)}</Fact>
            <Fact name="Started">
              <Ago at={run.startedAt} />
            </Fact>
            <Fact name="Took">
              <Took from={run.startedAt} to={run.stoppedAt} isOpen={run.status === "RUNNING"} />
            </Fact>
            <Speed run={run} />
            {run.redriveCount > 0 && <Fact name="Redriven">{count(run.redriveCount)} ×</Fact>}
          </Facts>
        </Section>
      </div>
      <Failures run={run} />
      <div className="flex min-h-80 grow flex-col pt-2.5">
        <h2 className="px-4 pb-2 text-section font-semibold">Child executions</h2>
        <ExecutionList mapRun={arn} />
      </div>
      {isEditing && <LimitsDialog run={run} onClose={() => setEditing(false)} />}
    </>
  );
}

/** Why children failed: a line for each error, the commonest first. */
function Failures({ run }: { run: MapRun }) {
  const { failed, timedOut, aborted } = run.executionCounts;
  const children = useFailedChildren(run.mapRunArn, failed + timedOut + aborted);
  const found = children.data;
  if (found === undefined || found.groups.length === 0) return null;
  const most = found.groups[0]?.count ?? 1;
  return (
    <section aria-label="Failures by error" className="shrink-0 border-b border-line bg-raised px-4 pt-2.5 pb-3">
      <h2 className="pb-1.5 text-section font-semibold">Why they failed</h2>
      <ul className="grid max-h-56 grid-cols-[auto_minmax(0,1fr)_auto] gap-x-4 overflow-auto">
        {found.groups.map((group) => (
          <FailureLine key={`${group.status} ${group.error}`} group={group} most={most} />
        ))}
      </ul>
      {!found.areAll && <p className="pt-1.5 text-meta text-muted">Of the first {count(found.counted)} that failed.</p>}
    </section>
  );
}

function FailureLine({ group, most }: { group: FailedAlike; most: number }) {
  const [first] = group.examples;
  return (
    <li data-status={group.status} className="col-span-full grid grid-cols-subgrid items-center border-t border-line py-1 first:border-t-0">
      <span className="flex w-28 items-center gap-2">
        <span aria-hidden className="h-2 rounded-full bg-status" style={{ width: `${Math.max(4, (56 * group.count) / most)}px` }} />
        <span className="tabular font-medium">{count(group.count)}</span>
      </span>
      <span className="min-w-0">
        <span className={`block truncate ${group.error === null ? "text-muted" : "font-medium text-danger"}`}>{group.error ?? look(group.status).word}</span>
        {group.cause !== null && (
          <span className="block truncate text-meta text-muted" title={group.cause}>
            {group.cause}
          </span>
        )}
      </span>
      {first !== undefined && (
        <Link href={executionPath(first.arn)} className="rounded-control text-meta text-accent hover:underline">
          {group.count === 1 ? "Open it" : "Open the first"}
        </Link>
      )}
    </li>
  );
}

/** The items by what has become of them: a bar, and a number of each that there is. */
export function Progress({ counts }: { counts: ItemCounts }) {
  const { total, pending, pendingRedrive, resultsWritten } = counts;
  const by = { SUCCEEDED: counts.succeeded, FAILED: counts.failed, TIMED_OUT: counts.timedOut, ABORTED: counts.aborted, RUNNING: counts.running };
  const share = (number: number) => (total === 0 ? "" : percent(number / total));
  return (
    <>
      <Bar counts={by} length={total} />
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
        {Object.entries(by)
          .filter(([status, number]) => number > 0 || status === "SUCCEEDED")
          .map(([status, number]) => (
            <li key={status} data-status={status} className="flex items-center gap-1.5 whitespace-nowrap">
              <span aria-hidden className="size-2.5 rounded-full bg-status" />
              {look(status).word} <span className="tabular font-medium">{count(number)}</span> <span className="tabular text-muted">{share(number)}</span>
            </li>
          ))}
        {pendingRedrive > 0 && (
          <li className="flex items-center gap-1.5 whitespace-nowrap">
            {look("PENDING_REDRIVE").word} <span className="tabular font-medium">{count(pendingRedrive)}</span>
          </li>
        )}
        {pending > 0 && (
          <li className="flex items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className="size-2.5 rounded-full border border-line-strong bg-line" />
            Pending <span className="tabular font-medium">{count(pending)}</span> <span className="tabular text-muted">{share(pending)}</span>
          </li>
        )}
        {resultsWritten > 0 && resultsWritten !== counts.succeeded && <li className="text-muted">{count(resultsWritten)} results written</li>}
      </ul>
    </>
  );
}

function Tolerance({ run }: { run: MapRun }) {
  const { total, failed: fully, timedOut } = run.itemCounts;
  const failed = fully + timedOut;
  const limits = [
    run.toleratedFailureCount > 0 ? run.toleratedFailureCount : null,
    run.toleratedFailurePercentage > 0 ? (total * run.toleratedFailurePercentage) / 100 : null,
  ].filter((limit) => limit !== null);
  const limit = limits.length === 0 ? 0 : Math.min(...limits);
  const share = limit === 0 ? (failed > 0 ? 1 : 0) : Math.min(1, failed / limit);
  const words = [run.toleratedFailureCount > 0 && (run.toleratedFailureCount === 1 ? "1 item" : `${count(run.toleratedFailureCount)} items`), run.toleratedFailurePercentage > 0 && `${run.toleratedFailurePercentage} % of the items`].filter(Boolean);
  return (
    <Section title="Tolerated failures">
      <div
        role="meter"
        aria-label="Failures of those that are tolerated"
        aria-valuenow={Math.min(failed, Math.max(1, Math.floor(limit)))}
        aria-valuetext={`${failed} failed, ${words.join(" or ") || "none"} tolerated`}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, Math.floor(limit))}
        className="mb-2 h-2 w-full overflow-hidden rounded-full bg-line"
      >
        <div data-status={failed > limit ? "FAILED" : "CAUGHT"} className="h-full bg-status" style={{ width: `${100 * share}%` }} />
      </div>
      <Facts>
        <Fact name="Failed">{count(failed)}</Fact>
        <Fact name="Tolerated">{words.length === 0 ? "none" : words.join(", or ")}</Fact>
      </Facts>
    </Section>
  );
}

function Speed({ run }: { run: MapRun }) {
  const { throughput } = run;
  if (throughput === null) return null;
  const left = run.itemCounts.pending + run.itemCounts.running;
  return (
    <>
      <Fact name="Speed">{throughput >= 10 ? count(Math.round(throughput)) : throughput.toFixed(1)} items/s</Fact>
      {run.status === "RUNNING" && throughput > 0 && left > 0 && <Fact name="Left">about {duration((1_000 * left) / throughput)}</Fact>}
    </>
  );
}

/** A whole number that is allowed there, or why it is not. */
function wrong(text: string, most: number): string | undefined {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return "A number";
  return number < 0 || number > most ? `From 0 to ${count(most)}` : undefined;
}

function LimitsDialog({ run, onClose }: { run: MapRun; onClose: () => void }) {
  const [concurrency, setConcurrency] = useState(String(run.maxConcurrency));
  const [percentage, setPercentage] = useState(String(run.toleratedFailurePercentage));
  const [number, setNumber] = useState(String(run.toleratedFailureCount));
  const [problem, setProblem] = useState<unknown>(null);
  const wrongs = [wrong(concurrency, 10_000), wrong(percentage, 100), wrong(number, 2 ** 31)];
  const save = async () => {
    setProblem(null);
    try {
      // A limit that is 0 is a limit too: only what was changed is sent.
      const changed = (before: number, text: string) => (Number(text) === before ? undefined : Number(text));
      await aws("UpdateMapRun", {
        mapRunArn: run.mapRunArn,
        maxConcurrency: changed(run.maxConcurrency, concurrency),
        toleratedFailurePercentage: changed(run.toleratedFailurePercentage, percentage),
        toleratedFailureCount: changed(run.toleratedFailureCount, number),
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
          <Button kind="primary" isDisabled={wrongs.some((each) => each !== undefined)} onPress={() => void save()}>
            Change
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        <TextField label="Concurrency" type="number" value={concurrency} onChange={setConcurrency} help={wrongs[0] ?? "Child executions at a time; 0: no limit"} autoFocus />
        <TextField label="Tolerated failures, %" type="number" value={percentage} onChange={setPercentage} help={wrongs[1] ?? "Of all items"} />
        <TextField label="Tolerated failures" type="number" value={number} onChange={setNumber} help={wrongs[2] ?? "Items"} />
      </div>
    </Dialog>
  );
}
