//! The glyph of a status, in its colour, and the badge that has its word beside it.

import type { Status } from "../api/shapes";
import { look } from "../model/status";

const PATHS: Record<ReturnType<typeof look>["glyph"], { fill?: string; line?: string }> = {
  ring: { line: "M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10" },
  half: { line: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11", fill: "M8 2.5a5.5 5.5 0 0 1 0 11Z" },
  pause: { line: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M6.4 5.8v4.4M9.6 5.8v4.4" },
  check: { line: "M2.8 8.6 6.3 12 13.2 4.4" },
  cross: { line: "M3.6 3.6l8.8 8.8M12.4 3.6l-8.8 8.8" },
  clock: { line: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5v3.2l2.2 1.6" },
  warning: { line: "M8 2.2 14.4 13.4H1.6ZM8 6.4v3.2M8 11.4v.3" },
  again: { line: "M12.6 5.2A5.3 5.3 0 1 0 13.4 8M13 2.2v3.2H9.8" },
  square: { fill: "M3.5 3.5h9v9h-9Z" },
};

/** `size` in px. Without a word beside it, give it a `label`. */
export function StatusGlyph({ status, size = 14, label }: { status: Status | string; size?: number; label?: string }) {
  const glyph = look(status).glyph;
  const { fill, line } = PATHS[glyph];
  return (
    <svg
      data-status={status}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      className={`shrink-0 ${status === "RUNNING" ? "spin" : ""}`}
      role={label === undefined ? undefined : "img"}
      aria-label={label}
      aria-hidden={label === undefined ? true : undefined}
    >
      {fill && <path d={fill} fill="var(--status)" />}
      {line && <path d={line} fill="none" stroke="var(--status)" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />}
    </svg>
  );
}

/** The glyph with its word, as in tables. */
export function StatusWord({ status }: { status: Status | string }) {
  return (
    <span className="inline-flex items-center gap-1.5 align-top whitespace-nowrap">
      <StatusGlyph status={status} />
      {look(status).word}
    </span>
  );
}

/** The same as a badge, where a page says what it is about. */
export function StatusBadge({ status }: { status: Status | string }) {
  return (
    <span
      data-status={status}
      className="inline-flex h-6 items-center gap-1.5 rounded-control border border-status bg-status-fill px-2 text-meta font-semibold whitespace-nowrap text-fg"
    >
      <StatusGlyph status={status} size={12} />
      {look(status).word}
    </span>
  );
}
