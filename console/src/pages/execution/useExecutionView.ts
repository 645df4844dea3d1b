//! What all views of an execution share: the selection, the moment, and how changes arrive. All of it is in the address.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useExecution, useLive, useMoment, usePolling, useRefresher } from "../../api/queries";
import type { Execution, ExecutionRow } from "../../api/shapes";
import { isOpen } from "../../model/status";
import { useUrlState } from "../../model/useUrlState";

const DEFAULTS = { view: "graph", state: "", visit: "", iter: "", t: "", tab: "data" };
/** The last change must be in sight within a quarter of a second. */
const REFRESH_MS = 150;

export type ExecutionView = ReturnType<typeof useExecutionView>;

export function useExecutionView(execution: Execution) {
  const [url, change] = useUrlState(DEFAULTS);
  const at = url.t === "" ? ("latest" as const) : Math.max(1, Math.min(Number(url.t) || 1, execution.events));
  const moment = useMoment(execution.arn, at);
  const cause = execution.rootCause;
  // Whoever opens a failed execution wants to know why: the state at fault is selected until another is.
  const asked = url.state === "-" ? "" : url.state || (url.t === "" ? (cause?.stateId ?? "") : "");
  // Names will do in addresses: no two states of a machine have the same.
  const state = useMemo(() => {
    const nodes = execution.scene?.nodes ?? [];
    return nodes.some((node) => node.id === asked) ? asked : (nodes.find((node) => node.name === asked)?.id ?? asked);
  }, [execution.scene, asked]);
  const visit = url.visit || (url.state === "" && cause?.stateId === state ? (cause.visit ?? "") : "");
  return useMemo(
    () => ({
      execution,
      arn: execution.arn,
      view: url.view,
      tab: url.tab,
      state,
      visit,
      iteration: url.iter === "" ? null : Number(url.iter),
      at,
      moment: moment.data,
      momentError: moment.error,
      isLive: at === "latest" && isOpen(execution.status),
      setView: (view: string) => change({ view }, { push: true }),
      setTab: (tab: string) => change({ tab }),
      select: (stateId: string | null, visitId = "") => change({ state: stateId ?? "-", visit: visitId, iter: "" }),
      setVisit: (visitId: string) => change({ state, visit: visitId, iter: "" }),
      setIteration: (index: number | null) => change({ state, visit, iter: index === null ? "" : String(index) }),
      setAt: (eventId: number | null) => change({ t: eventId === null ? "" : String(eventId), state: url.state || state || "-", visit }),
    }),
    [execution, url, state, visit, at, moment.data, moment.error, change],
  );
}

/** Keeps the queries of an execution fresh while it runs. */
export function useLiveExecution(arn: string) {
  const client = useQueryClient();
  const query = useExecution(arn);
  const refresh = useRefresher(REFRESH_MS);
  const isLive = query.data !== undefined && !arn.startsWith("imported:") && isOpen(query.data.status);
  useLive(isLive ? { topic: "execution", arn } : null, (frame) => {
    const row = frame.execution as ExecutionRow | undefined;
    const last = frame.lastEvent ?? frame.events?.reduce<number>((most, event) => Math.max(most, (event as { id?: number }).id ?? 0), 0) ?? 0;
    client.setQueryData<Execution>(["execution", arn], (known) => known && { ...known, ...row, events: Math.max(known.events, last) });
    const hasEnded = row !== undefined && !isOpen(row.status);
    refresh(["moment", arn, "latest"], ["visits", arn], ["events", arn], ["iterations", arn], ...(hasEnded || frame.lost ? [["execution", arn]] : []));
  });
  const isPolling = usePolling() !== false;
  const seen = `${query.data?.events} ${query.data?.status}`;
  const told = useRef(seen);
  useEffect(() => {
    if (isPolling && told.current !== seen) refresh(["moment", arn, "latest"], ["visits", arn], ["events", arn], ["iterations", arn]);
    told.current = seen;
  });
  return query;
}
