//! Executions, newest first: filters that are in the address, counts beside them, new rows as they come, and what can be done with several.

import { useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { ArrowUp, Columns2, RotateCcw, Rows3, Square, X } from "lucide-react";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { Link, useLocation } from "wouter";
import { type ExecutionFilter, PAGE_ROWS, executionsKey, useBatches, useBootstrap, useCounts, useExecutions, useLive, useRefresher } from "../api/queries";
import type { ExecutionPage, ExecutionRow } from "../api/shapes";
import { type Column, DataTable, useWindowWidth } from "../components/DataTable";
import { Button, SearchField } from "../components/controls";
import { StatusGlyph, StatusWord } from "../components/StatusGlyph";
import { Empty, Failure, Loading } from "../components/states";
import { Ago, Took } from "../components/When";
import { executionPath, machinePath } from "../model/arn";
import { matches, merge, prepend } from "../model/rows";
import { EXECUTION_STATUSES, isOpen, look } from "../model/status";
import { atLeast, count, exactly } from "../model/time";
import { splitList, toggleInList } from "../model/url";
import { useUrlState } from "../model/useUrlState";
import { useShortcut } from "../store/shortcuts";
import { type Batch, BatchDialog } from "./BatchDialog";
import { Choice } from "./StartDialog";
import { TypeWord } from "./MachinesPage";

const DEFAULTS = { machine: "", status: "", q: "", kind: "", since: "" };
const NONE: string[] = [];
const COUNT_MS = 2_000;
/** Rows that the first page may grow to while the list is at its head. */
const HEAD_MAX = 3 * PAGE_ROWS;
/** px: narrower windows are phones. */
const NARROW_PX = 520;
const HOUR_MS = 3_600_000;
const SINCE = [
  { id: "", name: "Any time" },
  { id: "1", name: "Last hour" },
  { id: "24", name: "Last 24 hours" },
  { id: "168", name: "Last 7 days" },
];
const KINDS = [
  { id: "", name: "Any type" },
  { id: "standard", name: "Standard" },
  { id: "express", name: "Express" },
];

/** `machine` and `mapRun` fix the filter of that name; `machines` are what the machine can be otherwise. */
export function ExecutionList({ machine, mapRun, machines = NONE }: { machine?: string; mapRun?: string; machines?: string[] }) {
  const [state, change] = useUrlState(DEFAULTS);
  const [, navigate] = useLocation();
  // Minutes are exact enough, and a filter that changed at every render would be read anew at every render.
  const [opened] = useState(() => Math.floor(Date.now() / 60_000) * 60_000);
  const filter: ExecutionFilter = useMemo(
    () => ({
      machine: machine ?? state.machine,
      ...(mapRun === undefined ? {} : { mapRun }),
      status: state.status,
      q: state.q,
      kind: state.kind,
      from: state.since === "" ? "" : String(opened - Number(state.since) * HOUR_MS),
      to: "",
    }),
    [machine, mapRun, state.machine, state.status, state.q, state.kind, state.since, opened],
  );
  const executions = useExecutions(filter);
  const counts = useCounts(filter);
  const rows = useMemo(() => executions.data?.pages.flatMap((page) => page.items) ?? [], [executions.data]);
  const { waiting, show, listRef } = useLiveRows(filter);
  const [selected, setSelected] = useState(new Set<string>());
  const [batch, setBatch] = useState<Batch | null>(null);
  const isAcross = machine === undefined && mapRun === undefined;
  const isNarrow = useWindowWidth() < NARROW_PX;
  const columns = useMemo(() => columnsOf(isAcross, isNarrow), [isAcross, isNarrow]);
  const chosen = rows.filter((row) => selected.has(row.arn));
  const isFiltered = state.status !== "" || state.q !== "" || state.kind !== "" || state.since !== "" || (machine === undefined && state.machine !== "");
  return (
    <div className="flex min-h-0 grow flex-col">
      <Filters state={state} change={change} counts={counts.data} machines={machines} isAcross={isAcross} isFiltered={isFiltered} />
      {selected.size > 0 && (
        <Selected
          rows={chosen}
          onClear={() => setSelected(new Set())}
          onBatch={setBatch}
          onCompare={(a, b) => navigate(`/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`)}
        />
      )}
      <div ref={listRef} className="relative flex min-h-0 grow flex-col border-t border-line">
        {waiting > 0 && (
          <div className="absolute top-9 left-1/2 z-10 -translate-x-1/2">
            <Button kind="primary" onPress={show} icon={<ArrowUp size={13} aria-hidden />} className="rounded-full! shadow-pop">
              {count(waiting)} new
            </Button>
          </div>
        )}
        {executions.isPending ? (
          <Loading rows={12} label="Loading executions" />
        ) : executions.isError ? (
          <Failure error={executions.error} retry={() => void executions.refetch()} />
        ) : (
          <DataTable
            label="Executions"
            columns={columns}
            items={rows}
            keyOf={keyOf}
            rowHeight={30}
            selection={selected}
            onSelection={setSelected}
            onOpen={(row) => navigate(executionPath(row.arn))}
            onMore={executions.hasNextPage ? () => void executions.fetchNextPage() : undefined}
            isLoadingMore={executions.isFetchingNextPage}
            empty={
              isFiltered ? (
                <Empty title="No execution matches these filters">
                  <Button onPress={() => change(DEFAULTS)}>Clear the filters</Button>
                </Empty>
              ) : (
                <Empty title="No executions yet" icon={<Rows3 size={26} strokeWidth={1.5} aria-hidden />}>
                  {machine === undefined ? (
                    <p>
                      Start one from a <Link href="/machines" className="text-accent underline">state machine</Link>, or with any AWS client.
                    </p>
                  ) : (
                    <p>Start one with the button above, or with any AWS client.</p>
                  )}
                </Empty>
              )
            }
          />
        )}
      </div>
      {batch && (
        <BatchDialog
          batch={batch}
          onClose={(isDone) => {
            setBatch(null);
            if (isDone) setSelected(new Set());
          }}
        />
      )}
    </div>
  );
}

type State = typeof DEFAULTS;

/** Apart from the rows, which change far more often. */
const Filters = memo(function Filters({
  state,
  change,
  counts,
  machines,
  isAcross,
  isFiltered,
}: {
  state: State;
  change: (changes: Partial<State>) => void;
  counts: Record<string, number> | null | undefined;
  machines: string[];
  isAcross: boolean;
  isFiltered: boolean;
}) {
  const most = useBootstrap().data?.limits?.["counts"];
  const search = useRef<HTMLInputElement>(null);
  useShortcut("/", () => search.current?.focus());
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 pb-2.5" role="search" aria-label="Filters">
      <SearchField label="Find by name" value={state.q} onChange={(q) => change({ q })} className="w-52 max-sm:w-full" inputRef={search} />
      <div className="flex flex-wrap items-center gap-1" role="group" aria-label="Status">
        {EXECUTION_STATUSES.map((status) => {
          const number = counts?.[status];
          const isSelected = splitList(state.status).includes(status);
          if (status === "PENDING_REDRIVE" && !number && !isSelected) return null;
          return (
            <ToggleButton
              key={status}
              isSelected={isSelected}
              onChange={() => change({ status: toggleInList(state.status, status) })}
              className="inline-flex h-7 items-center gap-1.5 rounded-control border border-line bg-raised px-2 text-meta hover:bg-hover selected:border-accent selected:bg-accent-fill selected:font-medium"
            >
              <StatusGlyph status={status} size={11} />
              {look(status).word}
              {number !== undefined && <span className="tabular text-muted">{atLeast(number, most)}</span>}
            </ToggleButton>
          );
        })}
      </div>
      {/* Together, so that they are not torn apart where the line is too short. */}
      <div className="flex max-w-full flex-wrap items-center gap-2">
      {isAcross && (
        <Choice
          label="State machine"
          isLabelHidden
          value={state.machine}
          onChange={(name) => change({ machine: name })}
          choices={[
            { id: "", name: "Any state machine" },
            ...[...new Set([...machines, ...(state.machine ? [state.machine] : [])])].map((name) => ({ id: name, name })),
          ]}
        />
      )}
      {isAcross && <Choice label="Type" isLabelHidden value={state.kind} onChange={(kind) => change({ kind })} choices={KINDS} />}
      <Choice label="Started" isLabelHidden value={state.since} onChange={(since) => change({ since })} choices={SINCE} />
      {isFiltered && (
        <Button kind="quiet" onPress={() => change(DEFAULTS)} icon={<X size={13} aria-hidden />}>
          Clear
        </Button>
      )}
      </div>
    </div>
  );
});

const keyOf = (row: ExecutionRow) => row.arn;

/** Changed rows are put in place at once. New ones too while the list is at its head; otherwise they wait until somebody asks for them. */
function useLiveRows(filter: ExecutionFilter) {
  const client = useQueryClient();
  const refresh = useRefresher(COUNT_MS);
  const listRef = useRef<HTMLDivElement>(null);
  const held = useRef<ExecutionRow[]>([]);
  const [waiting, setWaiting] = useState(0);
  const key = executionsKey(filter);
  const keyText = JSON.stringify(key);
  useEffect(() => {
    held.current = [];
    setWaiting(0);
  }, [keyText]);
  const put = (rows: ExecutionRow[]) => {
    client.setQueryData<InfiniteData<ExecutionPage, string | null>>(key, (data) => data && { ...data, pages: prepend(data.pages, rows) });
  };
  const take = useBatches((rows: ExecutionRow[]) => {
    refresh(["counts"]);
    const data = client.getQueryData<InfiniteData<ExecutionPage, string | null>>(key);
    if (data === undefined) return;
    if (filter.mapRun !== undefined) {
      // Those that failed stand in front: where a new one belongs is for the server to say.
      client.setQueryData(key, { ...data, pages: merge(data.pages, rows, filter).pages });
      if (rows.some((row) => matches(row, filter))) refresh([...key]);
      return;
    }
    const changed = new Map(rows.map((row) => [row.arn, row]));
    held.current = held.current.map((row) => changed.get(row.arn) ?? row).filter((row) => matches(row, filter));
    const heldHere = new Set(held.current.map((row) => row.arn));
    const { pages, fresh } = merge(data.pages, rows, filter);
    const unseen = fresh.filter((row) => !heldHere.has(row.arn));
    const table = listRef.current?.querySelector("[role=grid]");
    const isAtHead = !table || table.scrollTop < 8;
    const next = isAtHead ? prepend(pages, unseen) : pages;
    const [head] = next;
    if (isAtHead && head !== undefined && head.items.length > HEAD_MAX) {
      // Nobody looks further down: the list begins anew, so that it does not grow for as long as it is open.
      client.setQueryData(key, { pages: [{ ...head, items: head.items.slice(0, PAGE_ROWS) }], pageParams: [null] });
      refresh([...key]);
    } else client.setQueryData(key, { ...data, pages: next });
    if (!isAtHead) held.current = [...unseen, ...held.current].slice(0, 1_000);
    setWaiting(held.current.length);
  });
  const subscribed: Record<string, string> = {};
  if (filter.machine !== "") subscribed["machine"] = filter.machine;
  useLive({ topic: "executions", ...(filter.machine === "" ? {} : { filter: subscribed }) }, (frame) => {
    if (frame.lost) {
      refresh([...key], ["counts"]);
      return;
    }
    take((frame.rows ?? []) as ExecutionRow[]);
  });
  const show = () => {
    put(held.current);
    held.current = [];
    setWaiting(0);
    listRef.current?.querySelector("[role=grid]")?.scrollTo({ top: 0 });
  };
  return { waiting, show, listRef };
}

function Selected({
  rows,
  onClear,
  onBatch,
  onCompare,
}: {
  rows: ExecutionRow[];
  onClear: () => void;
  onBatch: (batch: Batch) => void;
  onCompare: (a: string, b: string) => void;
}) {
  const open = rows.filter((row) => isOpen(row.status));
  const closed = rows.filter((row) => !isOpen(row.status) && row.status !== "SUCCEEDED" && row.type === "STANDARD");
  const [a, b] = rows;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line bg-accent-fill px-4 py-1.5" role="region" aria-label="Selected executions">
      <span className="tabular font-medium">{count(rows.length)} selected</span>
      <Button isDisabled={open.length === 0} onPress={() => onBatch({ action: "stop", rows })} icon={<Square size={12} aria-hidden />}>
        Stop…
      </Button>
      <Button isDisabled={closed.length === 0} onPress={() => onBatch({ action: "redrive", rows })} icon={<RotateCcw size={13} aria-hidden />}>
        Redrive…
      </Button>
      <Button
        isDisabled={rows.length !== 2}
        onPress={() => a && b && onCompare(b.arn, a.arn)}
        icon={<Columns2 size={13} aria-hidden />}
      >
        Compare
      </Button>
      <Button kind="quiet" onPress={onClear} icon={<X size={13} aria-hidden />}>
        Clear selection
      </Button>
    </div>
  );
}

function columnsOf(hasMachine: boolean, isNarrow: boolean): Column<ExecutionRow>[] {
  const machine: Column<ExecutionRow> = {
    id: "machine",
    name: "State machine",
    width: "1fr",
    minWidth: 110,
    from: 800,
    cell: (row) => (
      <Link href={machinePath(row.machine)} title={row.machine} className="rounded-control text-muted hover:text-fg hover:underline">
        {row.machine}
      </Link>
    ),
  };
  return [
    { id: "status", name: "Status", width: isNarrow ? 108 : 132, cell: (row) => <StatusWord status={row.status} /> },
    {
      id: "name",
      name: "Name",
      width: "2fr",
      minWidth: 120,
      isRowHeader: true,
      cell: (row) => (
        <Link href={executionPath(row.arn)} title={row.name} className="rounded-control font-mono text-meta hover:underline">
          {row.name}
        </Link>
      ),
    },
    ...(hasMachine ? [machine] : []),
    { id: "type", name: "Type", width: 84, from: 1150, cell: (row) => <TypeWord type={row.type} /> },
    { id: "started", name: "Started", width: isNarrow ? 92 : 104, from: 360, cell: (row) => <Ago at={row.startedAt} /> },
    {
      id: "at",
      name: "At",
      width: 232,
      from: 1500,
      cell: (row) => <span className="tabular text-muted">{exactly(row.startedAt)}</span>,
    },
    {
      id: "took",
      name: "Duration",
      width: 92,
      align: "end",
      from: 640,
      cell: (row) => <Took from={row.startedAt} to={row.stoppedAt} isOpen={isOpen(row.status)} />,
    },
    {
      id: "error",
      name: "Error",
      width: "1fr",
      minWidth: 120,
      from: 960,
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2">
          {row.redriveCount > 0 && (
            <span className="rounded-control border border-line px-1 text-caption text-muted" title={`Redriven ${row.redriveCount} times`}>
              ↻ {row.redriveCount}
            </span>
          )}
          {row.error ? (
            <span className="min-w-0 truncate text-danger" title={row.error}>
              {row.error}
            </span>
          ) : null}
        </span>
      ),
    },
  ];
}
