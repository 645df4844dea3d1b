// The shapes of /console/api/v1, made of the server's own by `cargo xtask console-types`.

/** Any JSON. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

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
export interface MachineDetail {
  /** What the list says of it. */
  machine: Machine;
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
  /** First byte of the text that is meant. */
  from: number;
  /** The byte behind it. */
  to: number;
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

/** AWS's ExecutionStatus. */
export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

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
