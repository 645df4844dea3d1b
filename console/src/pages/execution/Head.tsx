//! What the execution is, how it stands, and what can be done with it.

import { Columns2, CornerLeftUp, Download, Ellipsis, GitFork, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { aws, get, path } from "../../api/client";
import { queryClient } from "../../api/queries";
import { Copy } from "../../components/Copy";
import { Button, Dialog, IconButton, Menu, MenuItem, TextField } from "../../components/controls";
import { jsonOf } from "../../components/PayloadView";
import { StatusBadge } from "../../components/StatusGlyph";
import { Problem } from "../../components/states";
import { toast, toastProblem } from "../../components/toasts";
import { Ago, Took } from "../../components/When";
import { executionPath, machinePath, nameOf } from "../../model/arn";
import { isOpen } from "../../model/status";
import { count, exactly } from "../../model/time";
import { useOffer } from "../../store/commands";
import { StartDialog } from "../StartDialog";
import type { Execution } from "../../api/shapes";
import { ForkDialog, type ForkFrom } from "./ForkDialog";
import type { ExecutionView } from "./useExecutionView";

/** AWS's get-execution-history with the definition beside it, which the import reads. */
async function download(execution: Execution) {
  const history = await get<unknown>(path`/executions/${execution.arn}/export`);
  const file = new Blob([JSON.stringify(history, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${execution.name}.history.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function isImported(arn: string): boolean {
  return arn.startsWith("imported:");
}

export function Head({ view }: { view: ExecutionView }) {
  const { execution, arn } = view;
  const [, navigate] = useLocation();
  const [isStopping, setStopping] = useState(false);
  const [isStarting, setStarting] = useState(false);
  const [isForking, setForking] = useState(false);
  const imported = isImported(arn);
  const open = isOpen(execution.status);
  const compare = () => navigate(`/compare?a=${encodeURIComponent(execution.rootCause?.lastSuccess?.arn ?? "")}&b=${encodeURIComponent(arn)}`);
  const redrive = async () => {
    try {
      await aws("RedriveExecution", { executionArn: arn });
      toast("Redriven: it goes on from where it failed");
      await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[1] === arn });
    } catch (error) {
      toastProblem(error);
    }
  };
  // What is selected, if it has been entered.
  const selected = (execution.scene?.nodes ?? []).find((node) => node.id === view.state);
  let forkFrom: ForkFrom | null = null;
  if (!imported && selected?.name && view.moment?.states[selected.id]) forkFrom = view.visit === "" ? { state: selected.name } : { visit: view.visit };
  const exportHistory = () => void download(execution).catch(toastProblem);
  useOffer("execution", [
    ...(open && !imported ? [{ id: "stop", title: "Stop this execution", group: "Here", run: () => setStopping(true) }] : []),
    ...(execution.redrivable ? [{ id: "redrive", title: "Redrive this execution", group: "Here", run: () => void redrive() }] : []),
    ...(imported ? [] : [{ id: "again", title: "New execution with this input", group: "Here", run: () => setStarting(true) }]),
    ...(forkFrom === null ? [] : [{ id: "fork", title: `Fork from ${selected?.name ?? "here"}`, group: "Here", words: "fork here rerun replay branch", run: () => setForking(true) }]),
    { id: "compare", title: "Compare with another execution", group: "Here", run: compare },
    { id: "export", title: "Export the history as JSON", group: "Here", run: exportHistory },
    ...["graph", "timeline", "events", "io"].map((id) => ({ id: `view-${id}`, title: `Show ${id === "io" ? "input and output" : id}`, group: "Here", run: () => view.setView(id) })),
  ]);
  const input = jsonOf(execution.input);
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <div className={`flex min-w-0 items-center gap-2.5 ${imported ? "max-sm:flex-wrap" : ""}`}>
        <StatusBadge status={execution.status} />
        <h1 className="min-w-0 truncate font-mono text-label font-semibold" title={execution.name}>
          {execution.name}
        </h1>
        <Copy text={arn} label="Copy the ARN" />
        {imported && <span className="rounded-control border border-violet bg-violet-fill px-1.5 text-meta font-medium whitespace-nowrap">◧ Imported, read-only</span>}
      </div>
      <dl className="flex flex-wrap items-center gap-x-4 gap-y-1 text-meta [&_dd]:inline [&_dt]:mr-1 [&_dt]:inline [&_dt]:text-muted">
        <div>
          <dt>of</dt>
          <dd>
            {imported ? (
              execution.machine
            ) : (
              <Link href={machinePath(execution.machine)} className="rounded-control text-accent hover:underline">
                {execution.machine}
                {execution.version !== null && `:${execution.version}`}
              </Link>
            )}
          </dd>
        </div>
        <div title={exactly(execution.startedAt)}>
          <dt>started</dt>
          <dd>
            <Ago at={execution.startedAt} />
          </dd>
        </div>
        <div>
          <dt>{open ? "running for" : "took"}</dt>
          <dd className="font-medium">
            <Took from={execution.startedAt} to={execution.stoppedAt} isOpen={open} />
          </dd>
        </div>
        {execution.redriveCount > 0 && (
          <div>
            <dt>redriven</dt>
            <dd className="tabular">{count(execution.redriveCount)} ×</dd>
          </div>
        )}
        {execution.alias !== null && (
          <div>
            <dt>alias</dt>
            <dd>{execution.alias}</dd>
          </div>
        )}
        {execution.parent && (
          <div>
            <dt>started by</dt>
            <dd>
              <Link href={executionPath(execution.parent.arn)} className="inline-flex items-center gap-1 rounded-control text-accent hover:underline">
                <CornerLeftUp size={12} aria-hidden />
                {nameOf(execution.parent.arn)}
              </Link>
            </dd>
          </div>
        )}
        {execution.forkedFrom && (
          <div>
            <dt>forked from</dt>
            <dd>
              <Link
                href={`${executionPath(execution.forkedFrom.arn)}?state=${encodeURIComponent(execution.forkedFrom.stateName)}&visit=${execution.forkedFrom.visit}`}
                className="inline-flex items-center gap-1 rounded-control text-accent hover:underline"
              >
                <GitFork size={12} aria-hidden />
                {nameOf(execution.forkedFrom.arn)} at {execution.forkedFrom.stateName}, visit {execution.forkedFrom.number}
              </Link>
            </dd>
          </div>
        )}
        {execution.mapRunArn && (
          <div>
            <dt>in</dt>
            <dd>
              <Link href={`/mapruns/${encodeURIComponent(execution.mapRunArn)}`} className="rounded-control text-accent hover:underline">
                Map Run
              </Link>
            </dd>
          </div>
        )}
      </dl>
      <div className="ml-auto flex items-center gap-2">
        {open && !imported && (
          <Button kind="danger" icon={<Square size={12} aria-hidden />} onPress={() => setStopping(true)}>
            Stop
          </Button>
        )}
        {execution.redrivable && (
          <Button kind="primary" icon={<RotateCcw size={13} aria-hidden />} onPress={() => void redrive()}>
            Redrive
          </Button>
        )}
        {forkFrom !== null && (
          <Button icon={<GitFork size={13} aria-hidden />} onPress={() => setForking(true)}>
            Fork
          </Button>
        )}
        {!imported && (
          <Button icon={<Play size={13} aria-hidden />} onPress={() => setStarting(true)}>
            New execution
          </Button>
        )}
        <Menu
          label="More"
          trigger={
            <IconButton label="More">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
          onAction={(key) => (key === "compare" ? compare() : exportHistory())}
        >
          <MenuItem id="compare" textValue="Compare with…">
            <Columns2 size={14} aria-hidden className="text-muted" /> Compare with…
          </MenuItem>
          <MenuItem id="export" textValue="Export history">
            <Download size={14} aria-hidden className="text-muted" /> Export history (JSON)
          </MenuItem>
        </Menu>
      </div>
      {isStopping && <StopDialog arn={arn} onClose={() => setStopping(false)} />}
      {isForking && forkFrom !== null && <ForkDialog execution={execution} from={forkFrom} onClose={() => setForking(false)} />}
      {isStarting && (
        <StartDialog
          machine={{ name: execution.machine, arn: execution.stateMachineArn, type: execution.type }}
          {...(input === undefined ? {} : { input: JSON.stringify(input, null, 2) })}
          onClose={() => setStarting(false)}
        />
      )}
    </div>
  );
}

function StopDialog({ arn, onClose }: { arn: string; onClose: () => void }) {
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const stop = async () => {
    try {
      await aws("StopExecution", { executionArn: arn, ...(error === "" ? {} : { error }), ...(cause === "" ? {} : { cause }) });
      await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[1] === arn });
      onClose();
    } catch (failure) {
      setProblem(failure);
    }
  };
  return (
    <Dialog
      title={`Stop ${nameOf(arn)}`}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="danger" onPress={() => void stop()}>
            Stop execution
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Problem error={problem} />
        <p className="text-muted">What it is doing is cancelled, and its status will be Aborted. A Standard execution can be redriven later.</p>
        <TextField label="Error" value={error} onChange={setError} placeholder="optional" autoFocus />
        <TextField label="Cause" value={cause} onChange={setCause} placeholder="optional" />
      </div>
    </Dialog>
  );
}
