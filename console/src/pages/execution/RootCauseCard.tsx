//! Why it failed: the first state at fault, its error and cause, and where to look.

import { ChevronDown, ChevronRight, Columns2, Rows3 } from "lucide-react";
import { useMemo } from "react";
import { Link } from "wouter";
import type { RootCause } from "../../api/shapes";
import { Copy } from "../../components/Copy";
import { Button } from "../../components/controls";
import { JsonTree } from "../../components/JsonTree";
import { StatusGlyph } from "../../components/StatusGlyph";
import { isBranch, parseJson } from "../../model/json";
import type { ExecutionView } from "./useExecutionView";

export function RootCauseCard({ view, cause, isOpen, onToggle }: { view: ExecutionView; cause: RootCause; isOpen: boolean; onToggle: () => void }) {
  const place = [
    cause.iteration?.map((index) => `item ${index}`).join(", "),
    cause.attempt !== null && cause.of !== null && cause.of > 1 ? `attempt ${cause.attempt} of ${cause.of}` : null,
  ].filter(Boolean);
  const status = view.execution.status;
  return (
    <section
      aria-label="Root cause"
      data-status={status}
      className="root-cause mx-4 mb-3 shrink-0 overflow-hidden rounded-panel border border-status"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
        <button type="button" aria-expanded={isOpen} aria-label="Root cause" onClick={onToggle} className="flex size-6 items-center justify-center rounded-control hover:bg-hover">
          {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        </button>
        <StatusGlyph status={status} />
        {cause.stateId !== null && (
          <button
            type="button"
            onClick={() => view.select(cause.stateId, cause.visit ?? "")}
            className="rounded-control font-semibold hover:underline"
          >
            {cause.stateName}
          </button>
        )}
        {place.length > 0 && <span className="text-fg">{place.join(" · ")}</span>}
        <code className="font-semibold break-all">{cause.error}</code>
        <span className="ml-auto flex flex-wrap items-center gap-2">
          {cause.mapRunArn && (
            <Link
              href={`/mapruns/${encodeURIComponent(cause.mapRunArn)}`}
              className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line-strong bg-raised px-2.5 whitespace-nowrap hover:bg-hover"
            >
              <Rows3 size={13} aria-hidden /> Items that failed
            </Link>
          )}
          {cause.lastSuccess && (
            <Link
              href={`/compare?a=${encodeURIComponent(cause.lastSuccess.arn)}&b=${encodeURIComponent(view.arn)}`}
              className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line-strong bg-raised px-2.5 whitespace-nowrap hover:bg-hover"
            >
              <Columns2 size={13} aria-hidden /> <span>
                Compare<span className="max-sm:sr-only"> with last success</span>
              </span>
            </Link>
          )}
          {cause.stateId !== null && (
            <Button onPress={() => view.select(cause.stateId, cause.visit ?? "")}>Show in data</Button>
          )}
          {cause.eventId !== null && (
            <Button
              onPress={() => {
                view.setAt(cause.eventId);
              }}
            >
              Event {cause.eventId}
            </Button>
          )}
        </span>
      </div>
      {isOpen && (
        <div className="flex max-h-44 flex-col gap-1 overflow-auto border-t border-status/40 px-3 py-2">
          {cause.field && (
            <p>
              <span className="text-fg/80">at </span>
              <code className="font-semibold">{cause.field}</code>
            </p>
          )}
          <Cause text={cause.cause} />
          {cause.hint && <p className="text-fg">{cause.hint}</p>}
        </div>
      )}
    </section>
  );
}

/** Many services put JSON there; as a tree it can be read. */
export function Cause({ text }: { text: string | null }) {
  const value = useMemo(() => (text === null ? undefined : parseJson(text)), [text]);
  if (text === null || text === "") return <p className="text-fg/80">No cause was given.</p>;
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 grow">
        {value !== undefined && isBranch(value) ? <JsonTree value={value} /> : <p className="font-mono text-meta break-words whitespace-pre-wrap">{text}</p>}
      </div>
      <Copy text={text} label="Copy the cause" />
    </div>
  );
}
