//! The history: by the visits that its events belong to, or one by one, newest first.

import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useEvents, useEventsBetween, useVisits } from "../../api/queries";
import type { HistoryEvent, Visit } from "../../api/shapes";
import { StatusGlyph } from "../../components/StatusGlyph";
import { Empty, Failure, Loading } from "../../components/states";
import { VirtualList } from "../../components/VirtualList";
import { Took } from "../../components/When";
import { isOpen, look } from "../../model/status";
import { useUrlState } from "../../model/useUrlState";
import { Choice } from "../StartDialog";
import { EventLine } from "./VisitEvents";
import type { ExecutionView } from "./useExecutionView";

const DEFAULTS = { group: "visit", failed: "" };
const GROUPS = [
  { id: "visit", name: "By visit" },
  { id: "flat", name: "One by one" },
];

export function EventsView({ view }: { view: ExecutionView }) {
  const [{ group, failed }, change] = useUrlState(DEFAULTS);
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-3">
        <Choice label="Grouping" isLabelHidden choices={GROUPS} value={group} onChange={(id) => change({ group: id })} />
        <ToggleButton
          isSelected={failed === "1"}
          onChange={(isSelected) => change({ failed: isSelected ? "1" : "" })}
          className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line bg-raised px-2 text-meta hover:bg-hover selected:border-accent selected:bg-accent-fill"
        >
          <StatusGlyph status="FAILED" size={10} /> Failed only
        </ToggleButton>
      </div>
      {group === "flat" ? <Flat view={view} failed={failed === "1"} /> : <Grouped view={view} failed={failed === "1"} />}
    </div>
  );
}

const eventKey = (event: HistoryEvent) => event.id;
const visitKey = (visit: Visit) => visit.id;

function Flat({ view, failed }: { view: ExecutionView; failed: boolean }) {
  const events = useEvents(view.arn, { state: "", failed });
  const items = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  if (events.isPending) return <Loading label="Loading the events" />;
  if (events.isError) return <Failure error={events.error} retry={() => void events.refetch()} />;
  if (items.length === 0) return <Empty title={failed ? "No event tells of a failure" : "No events"} />;
  return (
    <VirtualList label="Events, newest first" items={items} keyOf={eventKey} rowHeight={29} pages={events}>
      {(event, place) => <EventLine view={view} event={event} since={items[place + 1]?.at ?? (event.id === 1 ? event.at : null)} />}
    </VirtualList>
  );
}

function Grouped({ view, failed }: { view: ExecutionView; failed: boolean }) {
  const visits = useVisits(view.arn);
  const items = useMemo(() => {
    const all = visits.data?.pages.flatMap((page) => page.items) ?? [];
    return failed ? all.filter((visit) => visit.error !== null || visit.attempts.some((attempt) => attempt.error !== null)) : all;
  }, [visits.data, failed]);
  const depths = useMemo(() => depthsOf(items), [items]);
  if (visits.isPending) return <Loading label="Loading the visits" />;
  if (visits.isError) return <Failure error={visits.error} retry={() => void visits.refetch()} />;
  if (items.length === 0) return <Empty title={failed ? "No visit failed" : "No state has been entered"} />;
  return (
    <VirtualList label="Visits and their events" items={items} keyOf={visitKey} rowHeight={32} pages={visits}>
      {(visit) => <Group view={view} visit={visit} depth={depths.get(visit.id) ?? 0} />}
    </VirtualList>
  );
}

/** How many visits each is in. Those around it come before it. */
function depthsOf(visits: Visit[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const visit of visits) depths.set(visit.id, visit.parentVisit === null ? 0 : (depths.get(visit.parentVisit) ?? -1) + 1);
  return depths;
}

/** Their numbers: `33`, `26–30`. */
export function eventsOf({ firstEvent, lastEvent }: Visit): string {
  return firstEvent === lastEvent ? String(firstEvent) : `${firstEvent}–${lastEvent}`;
}

function Group({ view, visit, depth }: { view: ExecutionView; visit: Visit; depth: number }) {
  const [isOpenHere, setOpen] = useState(false);
  const isSelected = view.visit === visit.id;
  const retries = visit.attempts.length - 1;
  return (
    <>
      <div className={`flex h-8 items-center gap-2 border-b border-line pr-3 ${isSelected ? "bg-accent-fill" : "bg-sunken"}`} style={{ paddingLeft: `${8 + 16 * depth}px` }}>
        <button
          type="button"
          aria-expanded={isOpenHere}
          aria-label={`Events of ${visit.stateName}`}
          onClick={() => setOpen(!isOpenHere)}
          className="ring-inset flex size-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover"
        >
          <ChevronRight size={13} aria-hidden className={isOpenHere ? "rotate-90" : ""} />
        </button>
        <StatusGlyph status={visit.status} label={look(visit.status).word} />
        <button type="button" onClick={() => view.select(visit.stateId, visit.id)} title={visit.stateName} className="min-w-0 truncate rounded-control font-medium hover:underline">
          {visit.stateName}
        </button>
        {visit.index !== null && <span className="tabular shrink-0 text-meta text-muted">[{visit.index}]</span>}
        <span className="shrink-0 text-meta text-muted">{visit.type}</span>
        {retries > 0 && <span className="tabular shrink-0 text-meta text-muted">↻ {retries}</span>}
        {visit.error !== null && <code className="min-w-0 truncate text-danger">{visit.error}</code>}
        <span className="tabular ml-auto shrink-0 text-meta text-muted max-sm:hidden">{eventsOf(visit)}</span>
        <span className="w-20 shrink-0 text-right text-meta max-sm:ml-auto">
          <Took from={visit.enteredAt} to={visit.exitedAt} isOpen={isOpen(visit.status)} />
        </span>
      </div>
      {isOpenHere && <GroupEvents view={view} visit={visit} />}
    </>
  );
}

function GroupEvents({ view, visit }: { view: ExecutionView; visit: Visit }) {
  const events = useEventsBetween(view.arn, visit.firstEvent, visit.lastEvent);
  if (events.isPending) return <Loading rows={2} label="Loading the events" />;
  if (events.isError) return <Failure error={events.error} />;
  const items = events.data.items.filter((event) => event.visit === visit.id);
  return (
    <ol aria-label={`Events of ${visit.stateName}`}>
      {items.map((event, place) => (
        <li key={event.id}>
          <EventLine view={view} event={event} since={items[place - 1]?.at ?? event.at} indent />
        </li>
      ))}
    </ol>
  );
}
