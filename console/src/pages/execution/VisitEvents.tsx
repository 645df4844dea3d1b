//! The events of one visit, each with what AWS tells of it.

import { useEventsBetween } from "../../api/queries";
import type { HistoryEvent, Visit } from "../../api/shapes";
import { JsonTree } from "../../components/JsonTree";
import { Failure, Loading } from "../../components/states";
import type { Json } from "../../model/json";
import { clock, duration, exactly } from "../../model/time";
import { Copy } from "../../components/Copy";
import { useState } from "react";
import { ChevronRight } from "lucide-react";
import type { ExecutionView } from "./useExecutionView";

export function VisitEvents({ view, visit }: { view: ExecutionView; visit: Visit }) {
  const events = useEventsBetween(view.arn, visit.firstEvent, visit.lastEvent);
  if (events.isPending) return <Loading rows={5} label="Loading the events" />;
  if (events.isError) return <Failure error={events.error} retry={() => void events.refetch()} />;
  const items = events.data.items.filter((event) => (event.visit === visit.id || event.visit === null) && event.id <= visit.lastEvent);
  return (
    <ol aria-label={`Events of ${visit.stateName}`}>
      {items.map((event, place) => (
        <li key={event.id}>
          <EventLine view={view} event={event} since={items[place - 1]?.at ?? visit.enteredAt} isNarrow />
        </li>
      ))}
    </ol>
  );
}

/** One event; it opens to AWS's own shape. */
export function EventLine({ view, event, since, isNarrow, indent = false }: { view: ExecutionView; event: HistoryEvent; since: number | null; isNarrow?: boolean; indent?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const isCurrent = view.at === event.id;
  const isBad = /Failed|TimedOut|Aborted/.test(event.type);
  return (
    <div className={`border-b border-line ${isCurrent ? "bg-accent-fill" : ""}`}>
      <div className={`flex min-h-7 items-center gap-2 pr-2 ${indent ? "pl-7" : "pl-2"}`}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Event ${event.id}, ${event.type}`}
          onClick={() => setOpen(!isOpen)}
          className="ring-inset flex size-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover"
        >
          <ChevronRight size={13} aria-hidden className={isOpen ? "rotate-90" : ""} />
        </button>
        <button
          type="button"
          title="Show the world at this event"
          onClick={() => view.setAt(event.id)}
          className="tabular w-12 shrink-0 rounded-control text-right text-muted hover:text-accent hover:underline"
        >
          {event.id}
        </button>
        <time className="tabular w-20 shrink-0 text-right text-meta text-muted" title={exactly(event.at)} dateTime={new Date(event.at).toISOString()}>
          {since === null ? clock(event.at) : `+${duration(event.at - since)}`}
        </time>
        <span className={`shrink-0 truncate ${isBad ? "font-medium text-danger" : ""} ${isNarrow ? "min-w-0 shrink" : "w-64"}`}>{event.type}</span>
        {!isNarrow && <span className="min-w-0 grow truncate text-muted">{event.summary}</span>}
      </div>
      {isOpen && (
        <div className="flex items-start gap-2 border-t border-line bg-sunken py-2 pr-2 pl-8">
          <div className="min-w-0 grow">
            {isNarrow && event.summary && <p className="px-3 pb-1 break-words text-muted">{event.summary}</p>}
            <JsonTree value={{ id: event.id, previousEventId: event.previousId, type: event.type, timestamp: new Date(event.at).toISOString(), details: event.details as Json }} openTo={3} root="$" />
          </div>
          <Copy label="Copy the event as JSON" text={() => JSON.stringify(event, null, 2)} />
        </div>
      )}
    </div>
  );
}
