//! What every status is called and drawn with: a word and a glyph, since colour is never the only sign.

import type { Status } from "../api/shapes";

interface Look {
  /** In the words of AWS. */
  word: string;
  glyph: "ring" | "half" | "pause" | "check" | "cross" | "clock" | "warning" | "again" | "square";
  /** Whether it goes on. */
  isOpen: boolean;
}

const LOOKS: Record<Status, Look> = {
  IDLE: { word: "Not started", glyph: "ring", isOpen: false },
  RUNNING: { word: "Running", glyph: "half", isOpen: true },
  WAITING: { word: "Waiting", glyph: "pause", isOpen: true },
  PENDING_REDRIVE: { word: "Pending redrive", glyph: "pause", isOpen: true },
  RETRYING: { word: "Retrying", glyph: "again", isOpen: true },
  SUCCEEDED: { word: "Succeeded", glyph: "check", isOpen: false },
  CAUGHT: { word: "Caught error", glyph: "warning", isOpen: false },
  FAILED: { word: "Failed", glyph: "cross", isOpen: false },
  TIMED_OUT: { word: "Timed out", glyph: "clock", isOpen: false },
  ABORTED: { word: "Aborted", glyph: "square", isOpen: false },
};

export function look(status: Status | string): Look {
  return LOOKS[status as Status] ?? { word: status, glyph: "ring", isOpen: false };
}

export function isOpen(status: Status | string): boolean {
  return look(status).isOpen;
}

export function isFailure(status: Status | string): boolean {
  return status === "FAILED" || status === "TIMED_OUT";
}

/** Which statuses an execution may have, the ones people look for first. */
export const EXECUTION_STATUSES = ["RUNNING", "FAILED", "TIMED_OUT", "SUCCEEDED", "ABORTED", "PENDING_REDRIVE"] as const;
