//! A side column whose width is dragged, or changed with the arrow keys, and remembered.

import { type KeyboardEvent, type PointerEvent, useState } from "react";

const STEP = 24;

export function useWidth(key: string, initial: number, [least, most]: [number, number]): [number, (width: number) => void] {
  const clamp = (width: number) => Math.round(Math.min(most, Math.max(least, width)));
  const [width, setWidth] = useState(() => clamp(Number(localStorage.getItem(key)) || initial));
  return [
    width,
    (next) => {
      setWidth(clamp(next));
      localStorage.setItem(key, String(clamp(next)));
    },
  ];
}

/** At the left of the column. */
export function Splitter({ label, width, range, onChange }: { label: string; width: number; range: [number, number]; onChange: (width: number) => void }) {
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const move = (moved: globalThis.PointerEvent) => onChange(width + from - moved.clientX);
    const end = () => {
      target.removeEventListener("pointermove", move);
      target.removeEventListener("lostpointercapture", end);
    };
    target.addEventListener("pointermove", move);
    target.addEventListener("lostpointercapture", end);
  };
  const step = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onChange(width + (event.key === "ArrowLeft" ? STEP : -STEP));
  };
  return (
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={range[0]}
      aria-valuemax={range[1]}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={step}
      className="absolute top-0 bottom-0 -left-1 z-10 w-2 cursor-col-resize hover:bg-accent/30 focus-visible:bg-accent/40"
    />
  );
}
