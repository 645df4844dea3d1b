//! The shapes of `/console/api/v1` as the pages have them: the server's own (`types.ts`), what the pages know more of, and what no server tells
//! yet. Times are milliseconds since 1970, sizes bytes of UTF-8.

import type * as Server from "./types";
import type { ExecutionRow, Iteration, Payload, VisitStatus } from "./types";

export type { Activity, Attempt, Bucket, ComparedVisit, Comparison, ExecutionRow, FailedAlike, FailedChildren, ForkAnswer, ForkDraft, ImportAnswer, Iteration, Machine, MachineType, MapRun, Metrics, Overlay, Payload, RootCause, StateOverlay, Visit, VisitStatus } from "./types";
export type { Counts as ItemCounts, Outcome as RecentExecution, Task as WaitingTask } from "./types";
export type ExecutionStatus = Server.Status;

/** What a state, a visit or an execution may be; `IDLE` is one that has not been entered. */
export type Status = ExecutionStatus | VisitStatus | "IDLE";

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Bootstrap {
  version: string;
  account: string;
  region: string;
  startedAt: number;
  dataDirectory: string | null;
  express?: { buffer?: number };
  features?: string[];
  limits?: Record<string, number>;
}

export interface Health {
  status: string;
  uptimeMs: number;
  partitions?: number;
  openExecutions: number | null;
  storage?: Record<string, number | string | null>;
  dropped?: Record<string, number>;
  troubles?: ({ code?: string; message: string } | string)[];
}

export interface Version {
  arn?: string;
  version: number | string;
  createdAt?: number;
  description?: string | null;
}

export interface Alias {
  arn?: string;
  name: string;
  description?: string | null;
  routes: { version: number | string; weight: number }[];
}

export interface Diagnostic {
  severity: string;
  code: string;
  message: string;
  location?: string | null;
  line?: number | null;
  column?: number | null;
  span?: [number, number] | null;
}

export interface MachineDetails extends Omit<Server.MachineDetail, "versions" | "aliases" | "scene" | "problems"> {
  versions: Version[];
  aliases: Alias[];
  scene: Scene;
  problems: Diagnostic[];
}

export interface ExecutionPage extends Page<ExecutionRow> {
  counts: Partial<Record<ExecutionStatus, number>> | null;
}

/** An execution; its picture is told as any JSON. */
export type Execution = Omit<Server.Execution, "scene"> & { scene: Scene };

export interface IterationPage extends Page<Iteration> {
  length: number;
  counts: Partial<Record<VisitStatus, number>>;
}

export interface DataStep {
  name: string;
  expression: unknown;
  payload: Payload | null;
}

export interface VisitData {
  steps: DataStep[];
  variablesBefore: Payload | null;
  variablesAfter: Payload | null;
  logs?: string[] | null;
}

export interface HistoryEvent {
  id: number;
  previousId: number;
  type: string;
  at: number;
  stateId: string | null;
  visit: string | null;
  summary: string;
  details: unknown;
}

export interface EventPage {
  items: HistoryEvent[];
  next: number | string | null;
  total: number | null;
}

/** How the states of an execution stand at an event. */
export interface Moment {
  eventId: number;
  at?: number;
  status?: ExecutionStatus;
  states: Record<string, StateMoment>;
  edges?: Record<string, number>;
  variables: Payload | null;
}

export interface StateMoment {
  status: Status;
  visits: number;
  running?: number;
  succeeded?: number;
  failed?: number;
  caught?: number;
  retries?: number;
  items?: { total: number; ended: number; failed: number } | null;
  mapRunArn?: string | null;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type NodeKind =
  | "Task"
  | "Pass"
  | "Choice"
  | "Wait"
  | "Succeed"
  | "Fail"
  | "Parallel"
  | "Map"
  | "Unknown"
  | "Branch"
  | "Start"
  | "Dot"
  | "End"
  | "Missing"
  | "Link";

/** A box or a mark of the picture; what is absent, empty or false is left out. */
export interface SceneNode {
  id: string;
  kind: NodeKind;
  parent?: number;
  rect: [number, number, number, number];
  name?: string;
  label?: string;
  subtitle?: string;
  title?: string;
  glyph?: string;
  badges?: { kind: string; title: string }[];
  isContainer?: boolean;
  isDistributed?: boolean;
  isUnreachable?: boolean;
  span?: [number, number];
  nameSpan?: [number, number];
}

export interface SceneEdge {
  id: string;
  kind: "start" | "next" | "rule" | "default" | "catch";
  index?: number;
  from: number;
  fromSide: "top" | "bottom" | "left" | "right";
  to: number;
  points: [number, number][];
  joins?: number;
  isLoop?: boolean;
  label?: { rect: [number, number, number, number]; text: string };
  title?: string;
  span?: [number, number];
}

/** A definition as a picture, whole px. */
export interface Scene {
  width: number;
  height: number;
  comment?: string;
  nodes: SceneNode[];
  edges: SceneEdge[];
  omitted?: number;
}
