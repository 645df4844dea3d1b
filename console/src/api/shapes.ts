//! The shapes of `/console/api/v1`. Times are milliseconds since 1970, sizes bytes of UTF-8.

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
export type VisitStatus =
  | "RUNNING"
  | "WAITING"
  | "RETRYING"
  | "SUCCEEDED"
  | "CAUGHT"
  | "FAILED"
  | "TIMED_OUT"
  | "ABORTED";
/** What a state, a visit or an execution may be; `IDLE` is one that has not been entered. */
export type Status = ExecutionStatus | VisitStatus | "IDLE";

export type MachineType = "STANDARD" | "EXPRESS";

/** A page of a list; `next` is the cursor of the one after it. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** A JSON text, whole or its beginning. */
export type Payload = { text: string } | { cut: string; bytes: number; ref: string };

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

export interface RecentExecution {
  name: string;
  arn: string;
  status: ExecutionStatus;
  startedAt: number;
  stoppedAt: number | null;
}

export interface Machine {
  arn: string;
  name: string;
  type: MachineType;
  createdAt: number;
  updatedAt: number;
  queryLanguage: string;
  states: number;
  revision: string | null;
  running: number | null;
  /** The last 20, newest first. */
  recent: RecentExecution[];
  /** Of the recent ones that have ended, 0 to 1. */
  failureRate: number | null;
  p95Ms: number | null;
  services: string[];
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

export interface MachineDetails extends Machine {
  definition: string;
  roleArn: string | null;
  comment: string | null;
  logging?: unknown;
  tracing?: unknown;
  versions: Version[];
  aliases: Alias[];
  scene: Scene;
  problems: Diagnostic[];
}

export interface StateOverlay {
  entered: number;
  succeeded: number;
  failed: number;
  caught: number;
  retried: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

export interface Overlay {
  sampled: number;
  states: Record<string, StateOverlay>;
  edges: Record<string, number>;
}

export interface ExecutionRow {
  arn: string;
  name: string;
  machine: string;
  type: MachineType;
  status: ExecutionStatus;
  startedAt: number;
  stoppedAt: number | null;
  error: string | null;
  redriveCount: number;
  mapRunArn: string | null;
  version: string | number | null;
  alias: string | null;
}

export interface ExecutionPage extends Page<ExecutionRow> {
  counts: Partial<Record<ExecutionStatus, number>> | null;
}

export interface RootCause {
  stateId: string | null;
  stateName: string | null;
  visit: string | null;
  iteration: number[] | null;
  attempt: number | null;
  of: number | null;
  eventId: number | null;
  error: string;
  cause: string | null;
  field: string | null;
  lastSuccess: { arn: string } | null;
  hint: string | null;
}

export interface Execution extends ExecutionRow {
  input: Payload | null;
  output: Payload | null;
  cause: string | null;
  stateMachineArn: string;
  definition: string;
  scene: Scene;
  /** The id of the last event. */
  events: number;
  redrivable: boolean;
  redriveReason: string | null;
  parent: { arn: string; stateName: string | null } | null;
  children: { arn: string; stateId: string | null; visit: string | null }[];
  traceHeader: string | null;
  rootCause: RootCause | null;
  imported?: boolean;
}

export interface Attempt {
  scheduledAt: number;
  startedAt: number | null;
  endedAt: number | null;
  error: string | null;
  cause: string | null;
  backoffUntil: number | null;
  events: [number, number] | number[];
}

export interface Visit {
  id: string;
  stateId: string;
  stateName: string;
  type: string;
  parentVisit: string | null;
  /** Of the branch or iteration it is in. */
  index: number | null;
  enteredAt: number;
  exitedAt: number | null;
  status: VisitStatus;
  firstEvent: number;
  lastEvent: number;
  attempts: Attempt[];
  error: string | null;
  next: string | null;
}

export interface Iteration {
  index: number;
  status: VisitStatus;
  visits: number;
  startedAt: number;
  stoppedAt: number | null;
}

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
}

export interface Comparison {
  a: ExecutionRow;
  b: ExecutionRow;
  firstDivergence: { stateId?: string | null; stateName?: string | null; reason?: string | null; [key: string]: unknown } | null;
  rows: ComparedVisit[];
}

export interface ComparedVisit {
  stateId: string;
  stateName?: string;
  visitA: string | Visit | null;
  visitB: string | Visit | null;
  outputDiffers: boolean;
  deltaMs: number | null;
}

export interface WaitingTask {
  kind: "token" | "activity";
  executionArn: string;
  machine: string;
  stateId: string | null;
  stateName?: string | null;
  since: number;
  timeoutAt: number | null;
  heartbeatAt: number | null;
  token: string | null;
  payload: Payload | null;
  activityArn: string | null;
}

export interface Activity {
  arn: string;
  name: string;
  waitingTasks: number | null;
  pollers: number | null;
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
