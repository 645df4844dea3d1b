//! Visits as rows of bars on an axis of time. Long stretches in which nothing happens are folded, so that what does happen has room.

import type { Visit } from "../api/shapes";

/** A stretch of the axis. `shown` is its length on the axis, in ms of the stretches that are not folded. */
export interface Stretch {
  from: number;
  to: number;
  isFolded: boolean;
  shown: number;
}

export interface Axis {
  stretches: Stretch[];
  /** The sum of what is shown. */
  length: number;
}

/** A stretch is folded if it is longer than so many times all shorter ones together. */
const FOLD_TIMES = 4;
/** Fewer stretches than this are worth no folding. */
const FOLD_FROM = 4;
/** A folded one is as long as this share of all that are not. */
const FOLDED_SHARE = 0.1;

/** Every moment at which something happened. */
export function moments(visits: Visit[], end: number): number[] {
  const found = new Set<number>([end]);
  for (const visit of visits) {
    found.add(visit.enteredAt);
    if (visit.exitedAt !== null) found.add(visit.exitedAt);
    for (const attempt of visit.attempts) {
      for (const at of [attempt.scheduledAt, attempt.startedAt, attempt.endedAt, attempt.backoffUntil]) if (at !== null) found.add(Math.min(at, end));
    }
  }
  return [...found].filter((at) => at <= end).sort((a, b) => a - b);
}

export function axis(visits: Visit[], end: number, folds: boolean): Axis {
  const times = moments(visits, end);
  const stretches: Stretch[] = [];
  for (let place = 1; place < times.length; place++) {
    const [from, to] = [times[place - 1]!, times[place]!];
    stretches.push({ from, to, isFolded: false, shown: to - from });
  }
  if (folds) fold(stretches);
  return { stretches, length: stretches.reduce((sum, stretch) => sum + stretch.shown, 0) };
}

function fold(stretches: Stretch[]) {
  const ascending = [...stretches].sort((a, b) => a.shown - b.shown);
  let shorter = 0;
  for (const [place, stretch] of ascending.entries()) {
    if (place >= FOLD_FROM - 1 && shorter > 0 && stretch.shown > FOLD_TIMES * shorter) {
      for (const long of ascending.slice(place)) {
        long.isFolded = true;
        long.shown = FOLDED_SHARE * shorter;
      }
      return;
    }
    shorter += stretch.shown;
  }
}

/** Where a moment is on the axis, 0 to 1. */
export function position({ stretches, length }: Axis, at: number): number {
  if (length === 0) return 0;
  let before = 0;
  for (const { from, to, shown } of stretches) {
    if (at < to) return Math.max(0, (before + (shown * Math.max(0, at - from)) / (to - from)) / length);
    before += shown;
  }
  return 1;
}

/** The moment at a place of the axis. */
export function moment({ stretches, length }: Axis, share: number): number {
  let rest = share * length;
  for (const { from, to, shown } of stretches) {
    if (rest <= shown && shown > 0) return from + ((to - from) * rest) / shown;
    rest -= shown;
  }
  return stretches.at(-1)?.to ?? 0;
}

export type BarKind = "working" | "waiting" | "queued" | "backoff";

export interface Bar {
  kind: BarKind;
  from: number;
  to: number;
  /** Of an attempt that failed. */
  error: string | null;
  attempt: number | null;
}

/** States that only wait, or hold others, have one bar; tasks one for each part of each attempt. */
export function bars(visit: Visit, end: number): Bar[] {
  const last = visit.exitedAt ?? end;
  if (visit.attempts.length === 0) {
    const kind = visit.type === "Wait" || visit.status === "WAITING" ? "waiting" : "working";
    return [{ kind, from: visit.enteredAt, to: last, error: visit.error, attempt: null }];
  }
  return visit.attempts.flatMap((attempt, place) => {
    const number = place + 1;
    const stopped = attempt.endedAt ?? last;
    const started = attempt.startedAt ?? stopped;
    const parts: Bar[] = [];
    if (started > attempt.scheduledAt) parts.push({ kind: "queued", from: attempt.scheduledAt, to: started, error: null, attempt: number });
    if (attempt.startedAt !== null) {
      const kind = visit.status === "WAITING" && attempt.endedAt === null ? "waiting" : "working";
      parts.push({ kind, from: started, to: stopped, error: attempt.error, attempt: number });
    }
    const until = attempt.backoffUntil === null ? null : Math.min(attempt.backoffUntil, last);
    if (until !== null && until > stopped) parts.push({ kind: "backoff", from: stopped, to: until, error: null, attempt: number });
    return parts;
  });
}

export interface TimelineRow {
  visit: Visit;
  depth: number;
  /** How many visits are in it. */
  inside: number;
  isOpen: boolean;
}

/** More than so many in a state are shown when asked for. */
const OPEN_MOST = 12;

/** Visits under those they are in. `toggled` are the ones that are not as they are at first. */
export function rows(visits: Visit[], toggled: ReadonlySet<string>): TimelineRow[] {
  const known = new Set(visits.map((visit) => visit.id));
  const inside = new Map<string | null, Visit[]>();
  for (const visit of visits) {
    const parent = visit.parentVisit !== null && known.has(visit.parentVisit) ? visit.parentVisit : null;
    const siblings = inside.get(parent);
    if (siblings) siblings.push(visit);
    else inside.set(parent, [visit]);
  }
  const found: TimelineRow[] = [];
  const add = (parent: string | null, depth: number) => {
    const siblings = inside.get(parent) ?? [];
    const ordered = parent === null ? siblings : [...siblings].sort((a, b) => (a.index ?? 0) - (b.index ?? 0) || a.firstEvent - b.firstEvent);
    for (const visit of ordered) {
      const number = inside.get(visit.id)?.length ?? 0;
      const isOpen = number > 0 && number <= OPEN_MOST !== toggled.has(visit.id);
      found.push({ visit, depth, inside: number, isOpen });
      if (isOpen) add(visit.id, depth + 1);
    }
  };
  add(null, 0);
  return found;
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000];

/** Marks of the axis, counted from its beginning; none in folded stretches. */
export function ticks(scale: Axis, most: number): { at: number; share: number }[] {
  const start = scale.stretches[0]?.from ?? 0;
  const step = STEPS_MS.find((each) => scale.length / each <= most) ?? STEPS_MS.at(-1)!;
  const found: { at: number; share: number }[] = [];
  for (const stretch of scale.stretches) {
    if (stretch.isFolded) continue;
    for (let at = start + Math.ceil((stretch.from - start) / step) * step; at < stretch.to; at += step) {
      if (found.at(-1)?.at !== at) found.push({ at, share: position(scale, at) });
      if (found.length > 4 * most) return found;
    }
  }
  return found;
}
