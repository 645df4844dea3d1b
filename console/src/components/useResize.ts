//! Calls back when an element's size changes, and once when it is first known.

import { type RefObject, useLayoutEffect, useRef } from "react";

export function useResize(element: RefObject<Element | null>, onResize: () => void) {
  const latest = useRef(onResize);
  latest.current = onResize;
  const observed = useRef<Element | null>(null);
  const observer = useRef<ResizeObserver | null>(null);
  // The element may come with a later render.
  useLayoutEffect(() => {
    if (observed.current === element.current) return;
    observer.current?.disconnect();
    observed.current = element.current;
    if (element.current === null) return;
    observer.current = new ResizeObserver(() => latest.current());
    observer.current.observe(element.current);
    latest.current();
  });
  useLayoutEffect(() => () => observer.current?.disconnect(), []);
}
