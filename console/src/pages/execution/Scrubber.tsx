//! The slider that goes through the events: everything shows the world as it was at that one.

import { ChevronLeft, ChevronRight, ChevronsLeft, ChevronsRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { IconButton } from "../../components/controls";
import { clock, count, exactly } from "../../model/time";
import { useShortcut } from "../../store/shortcuts";
import type { ExecutionView } from "./useExecutionView";

/** While it is dragged, moments are asked for after so long a rest. */
const REST_MS = 60;

export function Scrubber({ view }: { view: ExecutionView }) {
  const last = view.execution.events;
  const current = view.at === "latest" ? last : view.at;
  const [dragged, setDragged] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const shown = dragged ?? current;
  const go = (event: number) => view.setAt(event >= last ? null : Math.max(1, event));
  useEffect(() => setDragged(null), [current]);
  useShortcut("[", () => go(current - 1));
  useShortcut("]", () => go(current + 1));
  const cause = view.execution.rootCause?.eventId ?? null;
  const { moment } = view;
  if (last < 1) return null;
  return (
    <div className="flex h-10 shrink-0 items-center gap-1 border-t border-line bg-raised px-2" role="group" aria-label="Scrubber">
      <IconButton label="First event" isDisabled={current <= 1} onPress={() => go(1)}>
        <ChevronsLeft size={15} aria-hidden />
      </IconButton>
      <IconButton label="Previous event" shortcut="[" isDisabled={current <= 1} onPress={() => go(current - 1)}>
        <ChevronLeft size={15} aria-hidden />
      </IconButton>
      <IconButton label="Next event" shortcut="]" isDisabled={view.at === "latest"} onPress={() => go(current + 1)}>
        <ChevronRight size={15} aria-hidden />
      </IconButton>
      <IconButton label="Latest" isDisabled={view.at === "latest"} onPress={() => view.setAt(null)}>
        <ChevronsRight size={15} aria-hidden />
      </IconButton>
      <Slider
        aria-label="Event"
        minValue={1}
        maxValue={Math.max(2, last)}
        value={shown}
        isDisabled={last < 2}
        onChange={(value) => {
          const event = Number(value);
          setDragged(event);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => go(event), REST_MS);
        }}
        className="mx-2 min-w-24 grow"
      >
        <SliderTrack className="relative h-7 w-full">
          {({ state }) => (
            <>
              <div className="absolute top-1/2 h-1 w-full -translate-y-1/2 rounded-full bg-line" />
              <div
                className={`absolute top-1/2 h-1 -translate-y-1/2 rounded-full ${view.at === "latest" ? "bg-line-strong" : "bg-accent"}`}
                style={{ width: `${100 * state.getThumbPercent(0)}%` }}
              />
              {cause !== null && last > 1 && (
                <div
                  data-status="FAILED"
                  className="absolute top-1/2 h-3 w-0.5 -translate-y-1/2 bg-status"
                  style={{ left: `${(100 * (cause - 1)) / (last - 1)}%` }}
                  title={`Event ${cause}: the root cause`}
                />
              )}
              <SliderThumb className="top-1/2 size-3.5 rounded-full border-2 border-accent bg-raised" />
            </>
          )}
        </SliderTrack>
      </Slider>
      <span className="tabular shrink-0 text-right text-meta text-muted">
        event <span className="font-medium text-fg">{count(shown)}</span> of {count(last)}
      </span>
      {moment?.at !== undefined && (
        <time className="tabular w-24 shrink-0 text-right text-meta text-muted max-sm:hidden" dateTime={new Date(moment.at).toISOString()} title={exactly(moment.at)}>
          {clock(moment.at)}
        </time>
      )}
    </div>
  );
}
