//! One action on several executions. It shows exactly which it will touch before it does, and how each went.

import { Check, X } from "lucide-react";
import { useState } from "react";
import { aws } from "../api/client";
import { queryClient } from "../api/queries";
import type { ExecutionRow } from "../api/shapes";
import { Button, Dialog, TextField } from "../components/controls";
import { StatusWord } from "../components/StatusGlyph";
import { words } from "../components/states";
import { isOpen } from "../model/status";

export interface Batch {
  action: "stop" | "redrive";
  rows: ExecutionRow[];
}

/** Requests at the same time. */
const AT_ONCE = 4;

const ACTIONS = {
  stop: {
    title: "Stop executions",
    verb: "Stop",
    fits: (row: ExecutionRow) => isOpen(row.status),
    left: "have ended already",
    operation: "StopExecution",
  },
  redrive: {
    title: "Redrive executions",
    verb: "Redrive",
    fits: (row: ExecutionRow) => !isOpen(row.status) && row.status !== "SUCCEEDED" && row.type === "STANDARD",
    left: "cannot be redriven: only Standard executions that did not succeed can",
    operation: "RedriveExecution",
  },
};

type Outcome = "done" | string;

/** The rows are frozen: what changes meanwhile does not change what is acted on. */
export function BatchDialog({ batch, onClose }: { batch: Batch; onClose: (isDone: boolean) => void }) {
  const action = ACTIONS[batch.action];
  const [rows] = useState(() => batch.rows.filter(action.fits));
  const left = batch.rows.length - rows.length;
  const [cause, setCause] = useState("");
  const [outcomes, setOutcomes] = useState<Record<string, Outcome> | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isDone = outcomes !== null && !isBusy;
  const act = async () => {
    setBusy(true);
    setOutcomes({});
    const queue = [...rows];
    const work = async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const { arn } = row;
        let outcome: Outcome = "done";
        try {
          await aws(action.operation, { executionArn: arn, ...(batch.action === "stop" && cause !== "" ? { cause } : {}) });
        } catch (error) {
          outcome = words(error).message;
        }
        setOutcomes((known) => ({ ...known, [arn]: outcome }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setBusy(false);
    void queryClient.invalidateQueries({ queryKey: ["executions"] });
  };
  return (
    <Dialog
      title={action.title}
      onClose={() => onClose(isDone)}
      wide
      footer={
        isDone ? (
          <Button kind="primary" onPress={() => onClose(true)}>
            Close
          </Button>
        ) : (
          <>
            <Button onPress={() => onClose(false)}>Cancel</Button>
            <Button kind={batch.action === "stop" ? "danger" : "primary"} isDisabled={isBusy || rows.length === 0} onPress={() => void act()}>
              {action.verb} {rows.length}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <p>
          {action.verb} exactly these {rows.length}.{left > 0 && <span className="text-muted"> {left} of the selected {action.left}.</span>}
        </p>
        {batch.action === "stop" && !isDone && <TextField label="Cause" value={cause} onChange={setCause} placeholder="optional" />}
        <ul className="max-h-80 overflow-auto rounded-control border border-line" aria-label="Executions">
          {rows.map((row) => {
            const outcome = outcomes?.[row.arn];
            return (
              <li key={row.arn} className="flex items-center gap-3 border-b border-line px-3 py-1 last:border-b-0">
                <span className="w-24 shrink-0">
                  <StatusWord status={row.status} />
                </span>
                <span className="truncate font-mono text-meta max-sm:max-w-28" title={row.name}>
                  {row.name}
                </span>
                <span className="truncate text-muted" title={row.machine}>
                  {row.machine}
                </span>
                {outcome === "done" && <Check size={14} aria-label="done" className="ml-auto shrink-0" />}
                {outcome !== undefined && outcome !== "done" && (
                  <span className="ml-auto inline-flex items-center gap-1 truncate text-danger" title={outcome}>
                    <X size={14} aria-hidden className="shrink-0" />
                    {outcome}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </Dialog>
  );
}
