//! Times that stay true while the page is open. One timer ticks for all of them, and only while somebody looks.

import { useSyncExternalStore } from "react";
import { ago, duration, exactly } from "../model/time";

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function listen(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read() {
  if (timer === undefined) now = Date.now();
  return Math.floor(now / TICK_MS) * TICK_MS;
}

export function useNow(): number {
  return useSyncExternalStore(listen, read);
}

export function Ago({ at }: { at: number }) {
  const time = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at)} className="whitespace-nowrap">
      {ago(at, time)}
    </time>
  );
}

function Ticking({ from }: { from: number }) {
  const time = useNow();
  return <>{duration(Math.max(0, time - from))}</>;
}

/** How long something took, or has taken so far. */
export function Took({ from, to, isOpen }: { from: number; to: number | null; isOpen: boolean }) {
  return <span className="tabular whitespace-nowrap">{to === null ? isOpen ? <Ticking from={from} /> : "–" : duration(to - from)}</span>;
}
