//! What the pages read, and how long it stays fresh. While the socket is live, changes arrive by it; otherwise lists are asked for again.

import { QueryClient, keepPreviousData, queryOptions, useInfiniteQuery, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ApiError, get, path, withQuery } from "./client";
import { type Frame, type Subscription, subscribe, useConnection } from "./live";
import type * as T from "./shapes";

const POLL_MS = 2_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (times, error) => times < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: 400,
    },
  },
});

/** How often to ask when nobody tells. */
export function usePolling(): number | false {
  return useConnection((connection) => connection.state) === "live" ? false : POLL_MS;
}

/** Listens to a topic. `listener` may change from render to render. */
export function useLive(subscription: Subscription | null, listener: (frame: Frame) => void) {
  const latest = useRef(listener);
  latest.current = listener;
  const key = JSON.stringify(subscription);
  useEffect(() => {
    const wanted = JSON.parse(key) as Subscription | null;
    return wanted === null ? undefined : subscribe(wanted, (frame) => latest.current(frame));
  }, [key]);
}

/** The longest that news wait for each other, ms. */
const TOGETHER_MS = 200;

/** What comes while the page still draws what came before is taken together: a page that is behind catches up at once. */
export function useBatches<Item>(take: (items: Item[]) => void): (items: Item[]) => void {
  const latest = useRef(take);
  latest.current = take;
  const state = useRef<{ items: Item[]; timer: ReturnType<typeof setTimeout> | undefined; drawingMs: number }>({ items: [], timer: undefined, drawingMs: 0 });
  useEffect(
    () => () => {
      clearTimeout(state.current.timer);
      state.current.timer = undefined;
    },
    [],
  );
  const wait = () => {
    const current = state.current;
    current.timer = setTimeout(
      () => {
        const items = current.items;
        current.items = [];
        const began = performance.now();
        if (items.length > 0) latest.current(items);
        // Queries tell of their change in a timer of their own, and are drawn in that.
        current.timer = setTimeout(() => {
          current.drawingMs = performance.now() - began;
          current.timer = undefined;
          if (current.items.length > 0) wait();
        });
      },
      // Half of the time is left for whoever uses the page.
      Math.min(current.drawingMs, TOGETHER_MS),
    );
  };
  return (items) => {
    if (items.length === 0) return;
    state.current.items.push(...items);
    if (state.current.timer === undefined) wait();
  };
}

/** Reads queries again, at most once in `pauseMs`, the last time after the last call. */
export function useRefresher(pauseMs: number) {
  const client = useQueryClient();
  const state = useRef<{ timer: ReturnType<typeof setTimeout> | undefined; at: number; keys: Map<string, unknown[]> }>({
    timer: undefined,
    at: 0,
    keys: new Map(),
  });
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return (...keys: unknown[][]) => {
    const current = state.current;
    for (const key of keys) current.keys.set(JSON.stringify(key), key);
    if (current.timer !== undefined) return;
    current.timer = setTimeout(
      () => {
        current.timer = undefined;
        current.at = Date.now();
        for (const queryKey of current.keys.values()) void client.invalidateQueries({ queryKey });
        current.keys.clear();
      },
      Math.max(0, current.at + pauseMs - Date.now()),
    );
  };
}

export function useBootstrap() {
  return useQuery({ queryKey: ["bootstrap"], queryFn: ({ signal }) => get<T.Bootstrap>("/bootstrap", signal), staleTime: Infinity });
}

export function useHealth() {
  return useQuery({ queryKey: ["health"], queryFn: ({ signal }) => get<T.Health>("/health", signal), refetchInterval: 3_000 });
}

export function useMachines(q: string) {
  return useInfiniteQuery({
    queryKey: ["machines", q],
    queryFn: ({ signal, pageParam }) => get<T.Page<T.Machine>>(withQuery("/machines", { q, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

export function useMachine(name: string) {
  return useQuery({ queryKey: ["machine", name], queryFn: async ({ signal }) => {
      const { machine, ...details } = await get<{ machine: T.Machine } & Omit<T.MachineDetails, keyof T.Machine>>(path`/machines/${name}`, signal);
      return { ...machine, ...details } as T.MachineDetails;
    },
  });
}

export function useOverlay(name: string, sample: number) {
  return useQuery({
    queryKey: ["overlay", name, sample],
    queryFn: ({ signal }) => get<T.Overlay>(withQuery(path`/machines/${name}/overlay`, { sample }), signal),
    placeholderData: keepPreviousData,
  });
}

export function useMetrics(name: string, span: number, buckets: number) {
  return useQuery({
    queryKey: ["metrics", name, span],
    queryFn: ({ signal }) => get<T.Metrics>(withQuery(path`/machines/${name}/metrics`, { span, buckets }), signal),
    placeholderData: keepPreviousData,
    refetchInterval: span / buckets / 4,
  });
}

export interface ExecutionFilter {
  machine: string;
  /** A list with commas. */
  status: string;
  q: string;
  kind: string;
  from: string;
  to: string;
  /** Of a Map Run alone, by its ARN. */
  mapRun?: string;
}

export const PAGE_ROWS = 100;

export function executionsKey(filter: ExecutionFilter) {
  return ["executions", filter] as const;
}

export function useExecutions(filter: ExecutionFilter) {
  return useInfiniteQuery({
    queryKey: executionsKey(filter),
    queryFn: ({ signal, pageParam }) =>
      get<T.ExecutionPage>(withQuery("/executions", { ...filter, cursor: pageParam, limit: PAGE_ROWS }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: usePolling(),
  });
}

/** How many there are of each status, of the rows that the other filters leave. */
export function useCounts(filter: ExecutionFilter) {
  const others = { ...filter, status: "" };
  return useQuery({
    queryKey: ["counts", others],
    queryFn: async ({ signal }) => (await get<T.ExecutionPage>(withQuery("/executions", { ...others, limit: 1 }), signal)).counts,
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

export function useExecution(arn: string) {
  const polling = usePolling();
  return useQuery({
    queryKey: ["execution", arn],
    queryFn: ({ signal }) => get<T.Execution>(path`/executions/${arn}`, signal),
    refetchInterval: (query) => (polling !== false && query.state.data?.stoppedAt === null ? polling : false),
  });
}

/** `eventId` may be `latest`. */
export function useMoment(arn: string, eventId: number | "latest") {
  return useQuery({
    queryKey: ["moment", arn, eventId],
    queryFn: ({ signal }) => get<T.Moment>(path`/executions/${arn}/at/${eventId}`, signal),
    placeholderData: (previous, query) => (query?.queryKey[1] === arn ? previous : undefined),
    staleTime: eventId === "latest" ? 10_000 : Infinity,
  });
}

export const VISITS = 500;

/** Oldest first. `parent` is a visit, `root`, or empty for all. */
export function useVisits(arn: string, options: { parent?: string; index?: number | undefined; state?: string; enabled?: boolean } = {}) {
  const { parent = "", index, state = "", enabled = true } = options;
  return useInfiniteQuery({
    queryKey: ["visits", arn, parent, index, state],
    queryFn: ({ signal, pageParam }) =>
      get<T.Page<T.Visit>>(withQuery(path`/executions/${arn}/visits`, { parent, index, state, cursor: pageParam, limit: VISITS }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled,
  });
}

/** `lastEvent` is the visit's, so that what is new is read. */
export function useVisitData(arn: string, visit: string | null, lastEvent: number | null) {
  return useQuery({
    queryKey: ["data", arn, visit, lastEvent],
    queryFn: ({ signal }) => get<T.VisitData>(path`/executions/${arn}/visits/${visit ?? ""}/data`, signal),
    enabled: visit !== null,
    placeholderData: (previous, query) => (query?.queryKey[2] === visit ? previous : undefined),
  });
}

export const EVENTS = 100;

/** Newest first. */
export function useEvents(arn: string, filter: { state: string; failed: boolean }) {
  return useInfiniteQuery({
    queryKey: ["events", arn, filter],
    queryFn: ({ signal, pageParam }) =>
      get<T.EventPage>(
        withQuery(path`/executions/${arn}/events`, { before: pageParam, limit: EVENTS, state: filter.state, failed: filter.failed }),
        signal,
      ),
    initialPageParam: null as number | string | null,
    getNextPageParam: (page) => page.next,
  });
}

/** The events of a visit, oldest first. */
export function useEventsBetween(arn: string, first: number, last: number) {
  return useQuery({
    queryKey: ["events-between", arn, first, last],
    queryFn: ({ signal }) =>
      get<T.EventPage>(withQuery(path`/executions/${arn}/events`, { after: first - 1, limit: Math.min(200, last - first + 1) }), signal),
  });
}

export function useIterations(arn: string, visit: string, status: string) {
  return useInfiniteQuery({
    queryKey: ["iterations", arn, visit, status],
    queryFn: ({ signal, pageParam }) =>
      get<T.IterationPage>(withQuery(path`/executions/${arn}/iterations`, { visit, status, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function useComparison(a: string, b: string) {
  return useQuery({
    queryKey: ["compare", a, b],
    queryFn: ({ signal }) => get<T.Comparison>(withQuery("/compare", { a, b }), signal),
    enabled: a !== "" && b !== "",
  });
}

export function useTasks(filter: { machine: string; execution: string }) {
  return useInfiniteQuery({
    queryKey: ["tasks", filter],
    queryFn: ({ signal, pageParam }) => get<T.Page<T.WaitingTask>>(withQuery("/tasks", { ...filter, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: usePolling(),
  });
}

export function useActivities() {
  return useInfiniteQuery({
    queryKey: ["activities"],
    queryFn: ({ signal, pageParam }) => get<T.Page<T.Activity>>(withQuery("/activities", { cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: 5_000,
  });
}

/** How far it is, is told by no event of its execution. */
const MAP_RUN_MS = 1_000;

function mapRunQuery(arn: string) {
  return queryOptions({
    queryKey: ["maprun", arn],
    queryFn: ({ signal }) => get<T.MapRun>(path`/maprun/${arn}`, signal),
    refetchInterval: (query) => (query.state.data?.status === "RUNNING" ? MAP_RUN_MS : false),
  });
}

export function useMapRun(arn: string) {
  return useQuery(mapRunQuery(arn));
}

/** The children that failed, by error. `failed` is how many there are: with it they are read anew. */
export function useFailedChildren(arn: string, failed: number) {
  return useQuery({
    queryKey: ["maprun-failures", arn, failed],
    queryFn: ({ signal }) => get<T.FailedChildren>(path`/maprun/${arn}/failures`, signal),
    enabled: failed > 0,
    placeholderData: keepPreviousData,
  });
}

const byArn = (runs: { data: T.MapRun | undefined }[]): ReadonlyMap<string, T.MapRun> => new Map(runs.flatMap(({ data }) => (data ? [[data.mapRunArn, data]] : [])));

export function useMapRuns(arns: string[]) {
  return useQueries({ queries: arns.map(mapRunQuery), combine: byArn });
}
