//! The last executions of a machine as a strip of cells, oldest at the left: colour and form say how each ended.

import { Link } from "wouter";
import type { RecentExecution } from "../api/shapes";
import { executionPath } from "../model/arn";
import { look } from "../model/status";
import { exactly } from "../model/time";

const CELLS = 20;

export function OutcomeStrip({ recent }: { recent: RecentExecution[] }) {
  const shown = recent.slice(0, CELLS).reverse();
  if (shown.length === 0) return <span className="text-muted">no executions yet</span>;
  return (
    <span className="inline-flex items-center align-middle" role="group" aria-label={`Last ${shown.length} executions, newest last`}>
      {shown.map((execution) => (
        <Link
          key={execution.arn}
          href={executionPath(execution.arn)}
          tabIndex={-1}
          title={`${execution.name}: ${look(execution.status).word}, ${exactly(execution.startedAt)}`}
          aria-label={`${execution.name}: ${look(execution.status).word}`}
          className="flex h-6 w-2.5 items-center justify-center"
        >
          <Cell status={execution.status} />
        </Link>
      ))}
    </span>
  );
}

/** Succeeded: a low bar. Failed: a tall one with a notch. Open: a hollow one. Aborted: a square. */
function Cell({ status }: { status: string }) {
  const form: Record<string, string> = {
    SUCCEEDED: "h-3 bg-status opacity-80",
    FAILED: "h-5 bg-status",
    TIMED_OUT: "h-5 bg-status-fill border-2 border-status",
    RUNNING: "h-3 border-2 border-status pulse",
    ABORTED: "h-2 bg-status",
  };
  return <span data-status={status} className={`block w-2 rounded-[2px] ${form[status] ?? "h-3 border border-status"}`} />;
}
