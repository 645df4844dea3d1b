//! The iterations of an inline Map: a cell for each, by status; one of them can be shown alone in the graph.

import { useMemo, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useIterations } from "../../api/queries";
import type { Visit } from "../../api/shapes";
import { StatusGlyph } from "../../components/StatusGlyph";
import { Empty, Failure, Loading } from "../../components/states";
import { isOpen, look } from "../../model/status";
import { count, duration } from "../../model/time";
import type { ExecutionView } from "./useExecutionView";

const ROW = 28;
const STATUSES = ["FAILED", "RUNNING", "SUCCEEDED", "ABORTED"] as const;

export function Iterations({ view, visit }: { view: ExecutionView; visit: Visit }) {
  const [status, setStatus] = useState("");
  const iterations = useIterations(view.arn, visit.id, status);
  const items = useMemo(() => iterations.data?.pages.flatMap((page) => page.items) ?? [], [iterations.data]);
  const host = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => host.current, estimateSize: () => ROW, overscan: 12 });
  const summary = iterations.data?.pages[0];
  if (iterations.isPending) return <Loading rows={5} label="Loading the iterations" />;
  if (iterations.isError) return <Failure error={iterations.error} retry={() => void iterations.refetch()} />;
  const rows = virtual.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= items.length - 20;
  if (isNearEnd && iterations.hasNextPage && !iterations.isFetchingNextPage) void iterations.fetchNextPage();
  const length = summary?.length ?? items.length;
  return (
    <div className="flex h-full min-h-60 flex-col">
      <div className="flex shrink-0 flex-col gap-2 border-b border-line px-4 py-2.5">
        <Bar counts={summary?.counts ?? {}} length={length} />
        <div className="flex flex-wrap gap-1" role="group" aria-label="Status">
          {STATUSES.map((each) => {
            const number = summary?.counts[each] ?? 0;
            if (number === 0 && status !== each) return null;
            return (
              <ToggleButton
                key={each}
                isSelected={status === each}
                onChange={(isSelected) => setStatus(isSelected ? each : "")}
                className="inline-flex h-6 items-center gap-1.5 rounded-control border border-line bg-raised px-2 text-meta hover:bg-hover selected:border-accent selected:bg-accent-fill"
              >
                <StatusGlyph status={each} size={10} />
                {look(each).word} <span className="tabular text-muted">{count(number)}</span>
              </ToggleButton>
            );
          })}
          <span className="tabular ml-auto self-center text-meta text-muted">{count(length)} {length === 1 ? "item" : "items"}</span>
        </div>
      </div>
      <div ref={host} className="min-h-0 grow overflow-auto" tabIndex={-1}>
        {items.length === 0 ? (
          <Empty title="No iterations" />
        ) : (
          <ul aria-label="Iterations" className="relative" style={{ height: `${virtual.getTotalSize()}px` }}>
            {rows.map((row) => {
              const item = items[row.index];
              if (item === undefined) return null;
              const isShown = view.iteration === item.index;
              return (
                <li key={item.index} className="absolute right-0 left-0" style={{ top: `${row.start}px`, height: `${ROW}px` }}>
                  <button
                    type="button"
                    aria-pressed={isShown}
                    onClick={() => {
                      view.setVisit(visit.id);
                      view.setIteration(isShown ? null : item.index);
                    }}
                    className={`ring-inset flex h-full w-full items-center gap-2 border-b border-line px-4 text-left ${isShown ? "bg-accent-fill" : "hover:bg-hover"}`}
                  >
                    <StatusGlyph status={item.status} size={12} />
                    <span className="tabular w-16">item {item.index}</span>
                    <span className="text-muted">{look(item.status).word}</span>
                    <span className="tabular ml-auto text-muted">{item.stoppedAt === null ? (isOpen(item.status) ? "…" : "–") : duration(item.stoppedAt - item.startedAt)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </div>
  );
}

export function Bar({ counts, length }: { counts: Partial<Record<string, number>>; length: number }) {
  const parts = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"].map((status) => ({ status, share: length === 0 ? 0 : (100 * (counts[status] ?? 0)) / length }));
  const words = parts.filter((part) => part.share > 0).map((part) => `${look(part.status).word} ${counts[part.status]}`);
  return (
    <div role="img" aria-label={`Of ${length}: ${words.join(", ") || "none yet"}`} className="flex h-2 w-full overflow-hidden rounded-full bg-line">
      {parts.map(({ status, share }) => share > 0 && <div key={status} data-status={status} className="h-full border-r border-canvas bg-status last:border-r-0" style={{ width: `${share}%` }} />)}
    </div>
  );
}
