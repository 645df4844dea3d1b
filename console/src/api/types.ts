// The shapes of /console/api/v1, made of the server's own by `cargo xtask console-types`.

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** A page of activities, by name. */
export interface Activities {
  /** The activities. */
  items: Activity[];
  /** Where the next page begins. */
  next: string | null;
}

/** An activity, and who waits there. */
export interface Activity {
  /** Its ARN. */
  arn: string;
  /** Its name. */
  name: string;
  /** When it was created. */
  createdAt: number;
  /** Tasks that no worker has taken, up to `limits.counts`. */
  waitingTasks: number;
  /** Workers that wait for a task. */
  pollers: number;
}

/** An alias. */
export interface Alias {
  /** Its ARN. */
  arn: string;
  /** Its name. */
  name: string;
  /** When it was created. */
  createdAt: number;
  /** Where it leads. */
  routes: Route[];
}

/** One attempt at a state's work. */
export interface Attempt {
  /** When it was scheduled. */
  scheduledAt: number;
  /** When somebody took it. */
  startedAt: number | null;
  /** When it ended. */
  endedAt: number | null;
  /** The error it failed with. */
  error: string | null;
  /** Why, in a sentence, cut if it is long. */
  cause: string | null;
  /** When the next attempt was scheduled. */
  backoffUntil: number | null;
  /** Its first and last event. */
  events: number[];
}

/** What a page must know first. */
export interface Bootstrap {
  /** Stepwell's version. */
  version: string;
  /** The account of everything that is shown. */
  account: string;
  /** Its Region. */
  region: string;
  /** When the server started. */
  startedAt: number;
  /** The server's time now. */
  now: number;
  /** Where the data is; null if it is in memory only. */
  dataDirectory: string | null;
  /** Whether the pages are in the program. */
  hasPages: boolean;
  /** What this server can do beyond what every one can. */
  features: string[];
  /** Bounds. */
  limits: Limits;
}

/** The executions that started in one piece of a span. */
export interface Bucket {
  /** Where it begins. */
  at: number;
  /** Those that run. */
  running: number;
  /** Those that succeeded. */
  succeeded: number;
  /** Those that failed. */
  failed: number;
  /** Those that took too long. */
  timedOut: number;
  /** Those that were stopped. */
  aborted: number;
  /** How long half of those that are over took at most, in ms. */
  p50Ms: number | null;
  /** How long 95 of 100 took at most, in ms. */
  p95Ms: number | null;
}

/** An execution that another one started. */
export interface Child {
  /** Its ARN. */
  arn: string;
  /** The place of the state that started it. */
  stateId: string | null;
  /** The visit of that. */
  visit: string | null;
}

/** A visit of the one beside that of the other. */
export interface ComparedVisit {
  /** The state's place in the definition of the first that has it. */
  stateId: string;
  /** The state's name. */
  stateName: string;
  /** The one's visit. */
  visitA: Visit | null;
  /** The other's. */
  visitB: Visit | null;
  /** Whether both have one and got different inputs. */
  inputDiffers: boolean;
  /** Whether both have one and gave different outputs, or only one gave any. */
  outputDiffers: boolean;
  /** How much longer the other's took. */
  deltaMs: number | null;
}

/** Two executions side by side. */
export interface Comparison {
  /** The one. */
  a: ExecutionRow;
  /** The other. */
  b: ExecutionRow;
  /** Whether they were started with different inputs. */
  inputsDiffer: boolean;
  /** Where they part; null if they never do. */
  firstDivergence: Divergence | null;
  /** The visits of both, those in a Parallel or Map state below it, otherwise in the order of the first's. */
  rows: ComparedVisit[];
  /** Rows that are left out because there are too many: those without a difference first. */
  omitted: number;
}

/** Items or child executions by what has become of them. */
export interface Counts {
  /** Not begun. */
  pending: number;
  /** Under way. */
  running: number;
  /** Done. */
  succeeded: number;
  /** Failed. */
  failed: number;
  /** Out of time. */
  timedOut: number;
  /** Stopped. */
  aborted: number;
  /** To be redriven. */
  pendingRedrive: number;
  /** All that are known so far. */
  total: number;
  /** Those whose results are written. */
  resultsWritten: number;
}

/** Where two executions part. */
export interface Divergence {
  /** The place of the state; null if only their ends differ. */
  stateId: string | null;
  /** Its name. */
  stateName: string | null;
  /** What differs, in a few words. */
  reason: string;
}

/** A definition that is no machine's, looked at. */
export interface Drawn {
  /** Its picture, as the crate `diagram` makes it; null if there is none. */
  scene: Json;
  /** What AWS would refuse in it and what is doubtful. */
  problems: Problem[];
}

/** What was dropped. */
export interface Dropped {
  /** Events that `loggingConfiguration` asked for. */
  logs: number;
  /** Events about new statuses. */
  statusEvents: number;
  /** Spans, about. */
  traces: number;
}

/** An event. */
export interface Event {
  /** Its position, from 1 on. */
  id: number;
  /** The event before it on its chain. */
  previousId: number;
  /** AWS's HistoryEventType. */
  type: string;
  /** When it happened. */
  at: number;
  /** The place of the state it is of. */
  stateId: string | null;
  /** The name of that. */
  stateName: string | null;
  /** The visit it is of. */
  visit: string | null;
  /** What it says, in a few words. */
  summary: string;
  /** AWS's details. A text longer than `limits.cutBytes` is cut: `{cut, bytes, ref}` stands in its place. */
  details: Json;
}

/** A page of events. */
export interface Events {
  /** The events: oldest first if `after` was given, newest first otherwise. */
  items: Event[];
  /** What to give as `before`, or `after`, for the next page. */
  next: number | null;
  /** How many events there are in all: the last one's id. */
  total: number;
}

/** An execution. */
export interface Execution extends ExecutionRow {
  /** What it was started with. */
  input: Payload | null;
  /** What it succeeded with. */
  output: Payload | null;
  /** Why it failed, in a sentence. */
  cause: string | null;
  /** Its machine. */
  stateMachineArn: string;
  /** The definition it runs, byte for byte. */
  definition: string;
  /** The picture of that, as the crate `diagram` makes it; null if there is none. */
  scene: Json;
  /** The id of its last event. */
  events: number;
  /** Whether RedriveExecution would go on with it. */
  redrivable: boolean;
  /** Why not. */
  redriveReason: string | null;
  /** The execution that started it; null of a fork, whose input only says who started the other one. */
  parent: Parent | null;
  /** Where it was forked, if it is a fork. */
  forkedFrom: ForkedFrom | null;
  /** Executions it started, 100 at most. */
  children: Child[];
  /** X-Ray's header. */
  traceHeader: string | null;
  /** Why it failed, if it did. */
  rootCause: RootCause | null;
  /** Whether it was imported: it can only be looked at. */
  imported: boolean;
}

/** An execution in a list. */
export interface ExecutionRow {
  /** Its ARN. */
  arn: string;
  /** Its name. */
  name: string;
  /** Its machine's name. */
  machine: string;
  /** Its machine's type. */
  type: MachineType;
  /** Its status. */
  status: Status;
  /** When it started. */
  startedAt: number;
  /** When it ended; null while it runs. */
  stoppedAt: number | null;
  /** The error it ended with. */
  error: string | null;
  /** How often it was redriven. */
  redriveCount: number;
  /** The Map Run it is a child of. */
  mapRunArn: string | null;
  /** The version it was started with. */
  version: number | null;
  /** The alias it was started with. */
  alias: string | null;
}

/** A page of executions, newest first. */
export interface Executions {
  /** The executions. There may be fewer than asked for although `next` says that there are more. */
  items: ExecutionRow[];
  /** Where the next page begins. */
  next: string | null;
  /** How many of each status fit all other filters, each counted up to `limits.counts`; on a first page only. */
  counts: Record<string, number> | null;
}

/** The body of every answer that is no success. */
export interface Failed {
  /** What went wrong. */
  error: Trouble;
}

/** Children that failed of the same. */
export interface FailedAlike {
  /** The error's name; null if there is none, as of those that were stopped. */
  error: string | null;
  /** How they ended. */
  status: Status;
  /** How many they are. */
  count: number;
  /** Why the first of them failed, in a sentence. */
  cause: string | null;
  /** Some of them. */
  examples: ExecutionRow[];
}

/** The children of a Map Run that failed, by why. */
export interface FailedChildren {
  /** What they failed of, the commonest first. */
  groups: FailedAlike[];
  /** How many were looked at. */
  counted: number;
  /** Whether those are all. */
  areAll: boolean;
}

/** A fork that was made. */
export interface ForkAnswer {
  /** The new execution. */
  executionArn: string;
  /** When it started. */
  startedAt: number;
  /** Where it began. */
  forkedFrom: ForkedFrom;
}

/** What `POST executions/{arn}/fork` takes. A state and a number, or a visit: the last of the state without a number. */
export interface ForkBody {
  /** The state. */
  state: string | null;
  /** Which visit of it, from 1 on. */
  number: number | null;
  /** A visit's name. */
  visit: string | null;
  /** The state's input as JSON text; what the visit got if absent. */
  input: string | null;
  /** The variables as JSON text, an object; what the visit saw if absent. */
  variables: string | null;
  /** The new execution's name. */
  name: string | null;
  /** `current` for the machine's current definition; else `origin`. */
  definition: string | null;
}

/** A fork about to be made. */
export interface ForkDraft {
  /** The visit it would begin at: of the outermost scope. */
  visit: string;
  /** That visit's state. */
  stateName: string;
  /** Which visit of the state, from 1 on. */
  number: number;
  /** The state that was asked for, if that is inside the one the fork begins at. */
  inside: string | null;
  /** What the state got. */
  input: Payload;
  /** The variables it saw, as an object. */
  variables: Payload;
  /** Whether the machine has another definition now than the execution runs. */
  isChanged: boolean;
  /** Whether the machine's current definition has the state in its outermost scope. */
  isInCurrent: boolean;
}

/** Where a fork begins. */
export interface ForkedFrom {
  /** The execution it was forked from. */
  arn: string;
  /** The state it began with. */
  stateName: string;
  /** Which of that execution's visits of the state, from 1 on. */
  number: number;
  /** That visit's name there. */
  visit: string;
}

/** How the server is. */
export interface Health {
  /** `ok` while requests are served. */
  status: string;
  /** How long it has been serving. */
  uptimeMs: number;
  /** Standard executions that run, counted up to `limits.counts`. */
  openExecutions: number;
  /** What is stored. */
  storage: Storage;
  /** What did not arrive where it was to go since the start. */
  dropped: Dropped;
  /** Bodies under way, in bytes. */
  bodiesBytes: number;
}

/** An execution that was imported. */
export interface ImportAnswer {
  /** What it is looked at with, in place of an ARN. */
  id: string;
  /** How many events it has. */
  events: number;
}

/** Items of a Map state. */
export interface Items {
  /** All of them. */
  total: number;
  /** Those that are over. */
  ended: number;
  /** Of those, the ones that failed. */
  failed: number;
}

/** One iteration. */
export interface Iteration {
  /** The item's position. */
  index: number;
  /** How it stands. */
  status: VisitStatus;
  /** Visits in it, without those that are deeper. */
  visits: number;
  /** When it began. */
  startedAt: number;
  /** When it ended. */
  stoppedAt: number | null;
}

/** Iterations of a Map visit, or branches of a Parallel visit. */
export interface Iterations {
  /** How many items there are. */
  length: number;
  /** How many iterations have which status. */
  counts: Record<string, number>;
  /** Those that began, in the order in which they did. */
  items: Iteration[];
  /** Where the next page begins. */
  next: string | null;
}

/** Bounds of what may be sent and is shown. */
export interface Limits {
  /** Of an input or output. */
  payloadBytes: number;
  /** Payloads longer than this are cut in lists. */
  cutBytes: number;
  /** Counts that reach this number mean "so many at least". */
  counts: number;
  /** Events a Standard execution may have. */
  historyEvents: number;
}

/** A state machine and how it has done lately. */
export interface Machine {
  /** Its ARN. */
  arn: string;
  /** Its name. */
  name: string;
  /** Its type. */
  type: MachineType;
  /** When it was created. */
  createdAt: number;
  /** When its definition was changed last. */
  updatedAt: number;
  /** `JSONPath` or `JSONata`: that of the whole definition. */
  queryLanguage: string;
  /** States it has, nested ones included. */
  states: number;
  /** AWS's `revisionId`; null as long as it has never been changed. */
  revision: string | null;
  /** Executions that run, counted up to `limits.counts`. */
  running: number;
  /** The newest executions, 20 at most, newest first. */
  recent: Outcome[];
  /** How many of the last 100 closed executions did not succeed, 0 to 1; null if there are none. */
  failureRate: number | null;
  /** How long 95 of 100 of the last succeeded executions took at most, in ms. */
  p95Ms: number | null;
  /** The services its tasks call, such as `lambda`. */
  services: string[];
}

/** A state machine, whole. */
export interface MachineDetail extends Machine {
  /** The definition byte for byte. */
  definition: string;
  /** The role it was created with. */
  roleArn: string;
  /** The definition's `Comment`. */
  comment: string | null;
  /** AWS's `loggingConfiguration`. */
  logging: Json;
  /** AWS's `tracingConfiguration`. */
  tracing: Json;
  /** Its versions, newest first, 100 at most. */
  versions: Version[];
  /** Its aliases by name, 100 at most. */
  aliases: Alias[];
  /** The picture, as the crate `diagram` makes it; null if there is none. */
  scene: Json;
  /** What is doubtful in the definition. */
  problems: Problem[];
}

/** `STANDARD` or `EXPRESS`. */
export type MachineType = "STANDARD" | "EXPRESS";

/** A page of state machines, by name. */
export interface Machines {
  /** The machines. */
  items: Machine[];
  /** Where the next page begins. */
  next: string | null;
}

/** A Map Run. */
export interface MapRun {
  /** Its ARN. */
  mapRunArn: string;
  /** The execution whose state it is the run of. */
  executionArn: string;
  /** The place of that state; null if it cannot be told. */
  stateId: string | null;
  /** Its name. */
  stateName: string | null;
  /** The visit of it. */
  visit: string | null;
  /** How it stands. */
  status: Status;
  /** When it started. */
  startedAt: number;
  /** When it ended; null while it runs. */
  stoppedAt: number | null;
  /** Child executions at a time; 0 for as many as there may be. */
  maxConcurrency: number;
  /** Failures that are tolerated, in percent of the items. */
  toleratedFailurePercentage: number;
  /** Failures that are tolerated, in items. */
  toleratedFailureCount: number;
  /** How many items are in which state. */
  itemCounts: Counts;
  /** How many child executions are. */
  executionCounts: Counts;
  /** How often it was redriven. */
  redriveCount: number;
  /** When last. */
  redrivenAt: number | null;
  /** Items that ended, a second, since it started or was redriven. */
  throughput: number | null;
  /** Whether RedriveExecution of its execution would go on with it. */
  redrivable: boolean;
}

/** How a machine's executions did over time. */
export interface Metrics {
  /** Where the span begins. */
  from: number;
  /** Where it ends. */
  to: number;
  /** The length of a bucket, in ms. */
  bucketMs: number;
  /** Executions looked at. */
  executions: number;
  /** Since when all of them were looked at; later than `from` if there are too many. */
  completeFrom: number;
  /** The pieces of the span, oldest first. */
  buckets: Bucket[];
}

/** How all states stand after an event. */
export interface Moment {
  /** The event. */
  eventId: number;
  /** When it happened. */
  at: number;
  /** States that were entered, by place. */
  states: Record<string, StateMoment>;
  /** How often each way was taken, by its id in pictures. */
  edges: Record<string, number>;
  /** The variables that are seen at the event, as an object. */
  variables: Payload | null;
  /** The visit the event is of. */
  visit: string | null;
}

/** An execution in a strip. */
export interface Outcome {
  /** Its ARN. */
  arn: string;
  /** Its name. */
  name: string;
  /** Its status. */
  status: Status;
  /** When it started. */
  startedAt: number;
  /** When it ended; null while it runs. */
  stoppedAt: number | null;
}

/** How the states of a machine did in its newest executions. */
export interface Overlay {
  /** Executions looked at. */
  sampled: number;
  /** States that were entered, by place. */
  states: Record<string, StateOverlay>;
  /** How often each way was taken, by its id in pictures. */
  edges: Record<string, number>;
}

/** The execution that started another one. */
export interface Parent {
  /** Its ARN. */
  arn: string;
  /** The state that did. */
  stateName: string | null;
}

/** A payload: all of its JSON text, or the beginning of a longer one, which `payload/{ref}` gives by range. */
export type Payload = { text: string } | { cut: string; bytes: number; ref: string };

/** A finding about a definition. */
export interface Problem {
  /** Its code. */
  code: string;
  /** How bad it is. */
  severity: Severity;
  /** In a sentence. */
  message: string;
  /** Where it is, in AWS's form. */
  location: string;
  /** First byte of the text that is meant, and the byte behind the last. */
  span: number[];
}

/** A part of a payload's text. */
export interface Range {
  /** The part. */
  text: string;
  /** The byte it begins with. */
  from: number;
  /** The byte behind its last. */
  to: number;
  /** Bytes of the whole. */
  total: number;
}

/** The visit that made an execution fail. */
export interface RootCause {
  /** The state's place in the definition; null if it failed outside all states. */
  stateId: string | null;
  /** Its name. */
  stateName: string | null;
  /** The visit. */
  visit: string | null;
  /** The iterations it is in, outermost first; null if it is in none. */
  iteration: number[] | null;
  /** Which attempt failed, from 1 on; null if its work was never begun. */
  attempt: number | null;
  /** How many attempts there were. */
  of: number | null;
  /** The event that says so. */
  eventId: number | null;
  /** The error's name. */
  error: string;
  /** In a sentence. */
  cause: string | null;
  /** The field whose expression failed. */
  field: string | null;
  /** The Map Run whose items failed. */
  mapRunArn: string | null;
  /** The machine's last execution that succeeded. */
  lastSuccess: Success | null;
  /** What may help. */
  hint: string | null;
}

/** A version that an alias leads to. */
export interface Route {
  /** The version's number. */
  version: number;
  /** In percent. */
  weight: number;
}

/** How bad a problem is. */
export type Severity = "ERROR" | "WARNING" | "INFO";

/** How one state stands. */
export interface StateMoment {
  /** What to show: what goes on before what failed, and that before what succeeded. */
  status: VisitStatus;
  /** Visits. */
  visits: number;
  /** Of them, those that go on. */
  running: number;
  /** Those that were left. */
  succeeded: number;
  /** Those that failed or ran out of time. */
  failed: number;
  /** Those that were left through a Catcher. */
  caught: number;
  /** Attempts after a visit's first. */
  retries: number;
  /** Items of a Map state, with those whose iterations have ended, and failed; null of other states, and of a Distributed Map. */
  items: Items | null;
  /** The Map Run of a Distributed Map's last visit. */
  mapRunArn: string | null;
}

/** How one state did. */
export interface StateOverlay {
  /** Visits. */
  entered: number;
  /** Those that were left. */
  succeeded: number;
  /** Those that failed or ran out of time. */
  failed: number;
  /** Those that were left through a Catcher. */
  caught: number;
  /** Attempts after a visit's first. */
  retried: number;
  /** How long half of the visits took at most, in ms. */
  p50Ms: number | null;
  /** How long 95 of 100 took at most, in ms. */
  p95Ms: number | null;
}

/** AWS's ExecutionStatus. */
export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

/** A step of a visit's data. */
export interface Step {
  /** `input`, `afterInputPath`, `items`, `afterItemSelector` (of the first item), `afterParameters` or `arguments` (of the last attempt), `result` (what came back), `afterResultSelector`, `afterResultPath` or `output`. */
  name: string;
  /** The event that has it; null if it was worked out. */
  eventId: number | null;
  /** The field of the definition that made it. */
  expression: Json | null;
  /** The data. */
  payload: Payload;
}

/** What is stored. */
export interface Storage {
  /** Bytes of all files below the data directory; null without one. */
  bytes: number | null;
}

/** An execution that succeeded. */
export interface Success {
  /** Its ARN. */
  arn: string;
}

/** A task that waits for an answer from outside. */
export interface Task {
  /** Its own among those that wait: 16 hexadecimal digits, of which the first few will do for `tasks?id=`. */
  id: string;
  /** How it is answered. */
  kind: TaskKind;
  /** Its execution. */
  executionArn: string;
  /** Its machine's name. */
  machine: string;
  /** Its machine. */
  machineArn: string;
  /** The name of its state, which no other state of the machine has. */
  stateName: string;
  /** What the state calls. */
  resource: string;
  /** The activity whose workers may take it. */
  activityArn: string | null;
  /** Since when it waits: a worker's task since it was scheduled, a callback's since its request was accepted. */
  since: number;
  /** When its time is over. */
  timeoutAt: number | null;
  /** Until when a heartbeat must come. */
  heartbeatAt: number | null;
  /** What answers it; null while no worker has taken it. */
  token: string | null;
  /** What a worker is given, or what the request was sent with. */
  payload: Payload;
}

/** How a task is answered. */
export type TaskKind = "token" | "activity";

/** A page of tasks that wait for an answer from outside, newest first. */
export interface Tasks {
  /** The tasks. There may be fewer than asked for although `next` says that there are more. */
  items: Task[];
  /** Where the next page begins. */
  next: string | null;
}

/** What went wrong. */
export interface Trouble {
  /** A word for programs: one of AWS's exceptions, or one of the console's own. */
  code: string;
  /** A sentence for people. */
  message: string;
  /** The part of the request that is to blame. */
  field: string | null;
}

/** A published version. */
export interface Version {
  /** Its ARN. */
  arn: string;
  /** Its number. */
  version: number;
  /** When it was published. */
  createdAt: number;
}

/** A state from its entry to its exit. */
export interface Visit {
  /** Its name elsewhere: the event it began with. */
  id: string;
  /** The state's place in the definition, which is its id in pictures. */
  stateId: string;
  /** The state's name. */
  stateName: string;
  /** The state's type. */
  type: string;
  /** The Parallel or Map visit around it. */
  parentVisit: string | null;
  /** The branch or iteration it is in. */
  index: number | null;
  /** When it was entered. */
  enteredAt: number;
  /** When it was left, or ended otherwise. */
  exitedAt: number | null;
  /** How it stands. */
  status: VisitStatus;
  /** The event it began with. */
  firstEvent: number;
  /** Its last event so far; of a Parallel or Map state, its own. */
  lastEvent: number;
  /** Attempts at its work, oldest first. */
  attempts: Attempt[];
  /** The error it failed with, or its last attempt. */
  error: string | null;
  /** Why, in a sentence, cut if it is long. */
  cause: string | null;
  /** The place of the state that came next. */
  next: string | null;
  /** Items of a Map state. */
  length: number | null;
  /** The Map Run that does the work of a Distributed Map. */
  mapRunArn: string | null;
}

/** What a visit worked with. */
export interface VisitData {
  /** The visit. */
  visit: string;
  /** What came in, what each field made of it, what was sent, came back and went out, in the order of work. What the history does not have is worked out once more, and left out if that does not end as it did. */
  steps: Step[];
  /** The variables that its state saw, as an object. */
  variablesBefore: Payload;
  /** Those after it was left; null until then. */
  variablesAfter: Payload | null;
  /** What its function wrote while it was at work, the last lines of each attempt; null if there is no function, or nothing is kept of it. */
  logs: string[] | null;
}

/** How a visit of a state stands, or an iteration. */
export type VisitStatus = "RUNNING" | "WAITING" | "RETRYING" | "SUCCEEDED" | "CAUGHT" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** A page of visits, oldest first. */
export interface Visits {
  /** The visits. */
  items: Visit[];
  /** Where the next page begins. */
  next: string | null;
  /** How many there are in all, whatever was asked for. */
  total: number;
}
